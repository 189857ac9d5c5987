"""RAFT-small's encoders: a picture's features, and its context, at an eighth of its size.

Teed and Deng 2020, "RAFT: Recurrent All-Pairs Field Transforms for Optical Flow", arXiv:2003.12039,
appendix A; constants from `SmallEncoder` of princeton-vl/RAFT@36d7ad3. The two encoders differ in
the channels that come out, and in that the one of the features normalizes each channel.
"""

from collections.abc import Callable

from jaxtyping import Float

from jnst.arrays import Array, Image, Params
from jnst.backbones.nn import conv2d, relu
from jnst.feedforward.norms import instance_norm

SHRINKS = 8
"""Pixels from one position of the maps to the next; sides have to be multiples of it."""
STRIDES = (1, 2, 2)
"""Of the first block of each of the three pairs; the convolution before them has stride 2, too."""
Map = Float[Array, "1 _ _ _"]
"""A feature map of any size."""
_Norm = Callable[[Map], Map]


def features(params: Params, picture: Image) -> Float[Array, "1 _ _ 128"]:
    """Compute what is compared between two pictures; `picture` is in [-1, 1]."""
    return _encode(params, picture, "fnet", instance_norm)


def context(params: Params, picture: Image) -> Float[Array, "1 _ _ 160"]:
    """Compute what the first picture says of itself; `picture` is in [-1, 1].

    The first 96 channels are the state that the update begins with, before its tanh, the other 64
    what it is shown at every iteration, before its rectifier.
    """
    return _encode(params, picture, "cnet", lambda x: x)


def _encode(params: Params, x: Map, name: str, norm: _Norm) -> Map:
    x = relu(norm(convolve(params, f"{name}.conv1", x, stride=2)))
    for number, stride in enumerate(STRIDES, 1):
        x = _bottleneck(params, f"{name}.layer{number}.0", x, norm, stride)
        x = _bottleneck(params, f"{name}.layer{number}.1", x, norm, 1)
    return convolve(params, f"{name}.conv2", x)


def _bottleneck(params: Params, name: str, x: Map, norm: _Norm, stride: int) -> Map:
    """Add what three convolutions make of a map by way of a quarter of the channels."""
    y = relu(norm(convolve(params, f"{name}.conv1", x)))
    y = relu(norm(convolve(params, f"{name}.conv2", y, stride=stride)))
    y = relu(norm(convolve(params, f"{name}.conv3", y)))
    if stride > 1:
        x = norm(convolve(params, f"{name}.downsample.0", x, stride=stride))
    return relu(x + y)


def convolve(params: Params, name: str, x: Map, *, stride: int = 1) -> Map:
    """Apply the convolution of this name, within zeros for half its kernel on all sides."""
    kernel, bias = params[name]["kernel"], params[name]["bias"]
    return conv2d(x, kernel, bias, stride=stride, frame=kernel.shape[0] // 2)
