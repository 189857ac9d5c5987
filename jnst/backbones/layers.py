"""Layers of a network's table, made from the layers that they read: names and channels come along.

Tables need no JAX: the command line, which knows layers by them, answers at once.
"""

from typing import NamedTuple

INPUT = "input"
"""Name of the input of the first layer: the preprocessed picture."""
Frame = int | str
"""Padding before kernels or windows slide over a picture, see `jnst.backbones.nn.margins`."""


class Geometry(NamedTuple):
    """Of a layer: pixels from one position to the next, and how far beyond its own block it sees.

    Position p of the map has the pixels `stride` · p to `stride` · (p + 1) - 1, and depends on
    `reach` more on either side.
    """

    stride: int
    reach: int


class Layer(NamedTuple):
    """One layer: what it does, to which others.

    `op` is "conv", "depthwise" (a convolution of each channel by itself), "scale" (of each channel,
    and a bias), "relu", "relu6", "max" or "avg" (pooling), "framed avg" (with the zeros around it),
    "add" or "concat". `size` is that of the window or kernel, (height, width).

    `reads` names the layers of Keras that the weights come from: a convolution, a batch
    normalisation, or both.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    channels: int
    size: tuple[int, int] = (1, 1)
    stride: int = 1
    frame: Frame = "same"
    reads: tuple[str, ...] = ()


Table = tuple[Layer, ...]
"""The layers of a network, in order: each stands after those that it reads."""
PICTURE = Layer(INPUT, "", (), 3)
"""Input of the first layer."""


def conv(
    x: Layer,
    name: str,
    channels: int,
    size: int | tuple[int, int] = 1,
    *,
    stride: int = 1,
    frame: Frame = "same",
    reads: tuple[str, ...] = (),
) -> Layer:
    """Return a convolution, with what follows folded in; by default its weights are its own."""
    size = (size, size) if isinstance(size, int) else size
    return Layer(name, "conv", (x.name,), channels, size, stride, frame, reads or (name,))


def depthwise(
    x: Layer, name: str, *, stride: int = 1, frame: Frame = "same", reads: tuple[str, ...]
) -> Layer:
    """Return a 3x3 convolution of each channel by itself."""
    return Layer(name, "depthwise", (x.name,), x.channels, (3, 3), stride, frame, reads)


def scale(x: Layer, name: str) -> Layer:
    """Return a batch normalisation with no convolution before it."""
    return Layer(name, "scale", (x.name,), x.channels, reads=(name,))


def apply(op: str, x: Layer, name: str) -> Layer:
    """Return a rectifier, "relu" or "relu6"."""
    return Layer(name, op, (x.name,), x.channels)


def pool(op: str, x: Layer, name: str, size: int, *, stride: int, frame: Frame = "valid") -> Layer:
    """Return a pooling, "max", "avg" or "framed avg"."""
    return Layer(name, op, (x.name,), x.channels, (size, size), stride, frame)


def add(x: Layer, y: Layer, name: str) -> Layer:
    """Return the sum of two maps of one shape."""
    return Layer(name, "add", (x.name, y.name), x.channels)


def concat(inputs: list[Layer], name: str) -> Layer:
    """Return all channels of several maps of one size."""
    names = tuple(layer.name for layer in inputs)
    return Layer(name, "concat", names, sum(layer.channels for layer in inputs))
