"""The primitives that all backbones share: convolution and rectifiers. Channels last (NHWC).

Each has a twin in `jnst.byhand.backbones.nn`, in NumPy, with its derivative written out. Here the
rectifier, like `jnst.backbones.pooling`, keeps bits for it instead of maps, which autodiff would
keep.
"""

import math

import jax
import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap
from jnst.backbones import pairs
from jnst.backbones.bits import pack, unpack
from jnst.backbones.layers import Frame
from jnst.errors import InputError, check_choice

PADDING = {"zeros": "constant", "edge": "edge"}
"""Padding modes by name, as NumPy calls them: what users may choose for a backbone."""
MODES = {**PADDING, "reflect": "reflect"}
"""All padding modes of `conv2d`: feed-forward networks were trained with "reflect" as well."""
PRECISION = {"float32": None, "bfloat16": jnp.bfloat16}
"""Data types of feature maps, by name; None for that of the picture. Products of float32 round
their factors to TF32 on an NVIDIA GPU, unless `jax_default_matmul_precision` says otherwise."""


def margins(length: int, size: int, stride: int, frame: Frame) -> tuple[int, int]:
    """Return how much a side grows before and after, so that windows of `size` slide over it.

    `frame` is a number of pixels, the same at both ends (as in torch), or

    - "valid": none;
    - "same": so that there is a position for each `stride` begun, the odd one at the end: as in
      TensorFlow. For stride 1 and odd sizes that is half a window at both ends;
    - "ceil": at the end, so that a last window begins wherever there is something left to see.
    """
    if isinstance(frame, int):
        return frame, frame
    if frame == "valid":
        return 0, 0
    if frame == "ceil":
        return 0, -(length - size) % stride if length >= size else size - length
    lacking = max((-(-length // stride) - 1) * stride + size - length, 0)
    return lacking // 2, lacking - lacking // 2


def positions(length: int, size: int, stride: int, frame: Frame) -> int:
    """Return at how many positions windows of `size` see a side, at least 0."""
    return max(0, (length + sum(margins(length, size, stride, frame)) - size) // stride + 1)


def _margins(x: FeatureMap, size: tuple[int, ...], stride: int, frame: Frame):
    return [margins(length, k, stride, frame) for length, k in zip(x.shape[1:3], size, strict=True)]


def _positions(x: FeatureMap, size: tuple[int, ...], stride: int, frame: Frame) -> int:
    sides = zip(x.shape[1:3], size, strict=True)
    return math.prod(positions(length, k, stride, frame) for length, k in sides)


def conv2d(
    x: FeatureMap,
    kernel: Float[Array, "kh kw _ d"],
    bias: Float[Array, " d"],
    *,
    stride: int = 1,
    frame: Frame = "same",
    padding: str = "zeros",
) -> Float[Array, "1 h2 w2 d"]:
    """Convolve, and add the bias.

    y[p, q, o] = b[o] + Σ_{u, v, i} x[s·p + u - t, s·q + v - l, i] · k[u, v, i, o], with s the
    stride, and t and l the frame above and to the left, by `margins`. Outside the picture x is
    zero, or, where `padding` is "edge", the nearest pixel, or, where it is "reflect", its mirror
    image, which does not repeat the pixel at the border: x[-n] = x[n]. As in every deep learning
    library this is a cross-correlation: the kernel is not flipped. All is computed in the precision
    of x.

    A kernel for fewer channels than x has, c / g of c, makes g groups of the channels, in order:
    each d / g of y's channels see the c / g of x's in their own group alone. With g = c each
    channel of x has kernels of its own (depthwise).

    Raises `InputError` for an unknown padding, and for a side too short to be reflected.
    """
    mode = MODES[check_choice("padding", padding, MODES)]
    x = jnp.asarray(x)  # whose precision is JAX's: float32, unless it computes in float64
    kernel = jnp.asarray(kernel, x.dtype)
    around = _margins(x, kernel.shape[:2], stride, frame)
    if padding == "reflect":
        check_reflects(x, around)
    groups = x.shape[-1] // kernel.shape[2]
    few = groups == 1 and _positions(x, kernel.shape[:2], stride, frame) <= FEW
    wide = groups == stride == 1 and kernel.shape[1] >= pairs.WIDE
    wide = wide and jax.default_backend() == "cpu"
    if few or wide or padding != "zeros":
        x, around = jnp.pad(x, ((0, 0), *around, (0, 0)), mode), "VALID"
    if few:
        y = _of_patches(x, kernel, stride)
    elif wide:
        y = pairs.convolve(x, kernel)
    else:
        y = jax.lax.conv_general_dilated(
            x,
            kernel,
            window_strides=(stride, stride),
            padding=around,
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
            feature_group_count=groups,
        )
    return y + jnp.asarray(bias, x.dtype)[None, None, None, :]


def check_reflects(x: FeatureMap, around: list[tuple[int, int]]) -> None:
    """Raise an `InputError` for a map that is too small to be mirrored so far, on both axes."""
    for side, margin in zip(x.shape[1:3], around, strict=True):
        if side <= max(margin):  # NumPy and JAX would go on and reflect the reflection
            raise InputError(
                f"padding reflect of {max(margin)} pixels needs sides of at least "
                f"{max(margin) + 1} pixels, not {side}"
            )


FEW = 64
"""Up to so many positions, a convolution is computed as one product of matrices. XLA on a CPU would
reorder the whole kernel at every call, which takes longer than the products."""


def _of_patches(
    x: FeatureMap, kernel: Float[Array, "kh kw c d"], stride: int
) -> Float[Array, "1 h2 w2 d"]:
    """Correlate without padding, as a product of (positions, kh · kw · c) and (kh · kw · c, d)."""
    kh, kw, c, d = kernel.shape
    h, w = ((n - k) // stride + 1 for n, k in zip(x.shape[1:3], (kh, kw), strict=True))
    parts = [
        x[:, u : u + stride * (h - 1) + 1 : stride, v : v + stride * (w - 1) + 1 : stride]
        for u in range(kh)
        for v in range(kw)
    ]
    patches = jnp.concatenate(parts, axis=-1).reshape(h * w, kh * kw * c)
    return (patches @ kernel.reshape(kh * kw * c, d)).reshape(1, h, w, d)


def scale(x: FeatureMap, kernel: Float[Array, "1 1 1 c"], bias: Float[Array, " c"]) -> FeatureMap:
    """Scale each channel and add the bias, y = x · k + b: what remains of a batch normalisation."""
    x = jnp.asarray(x)
    return x * jnp.asarray(kernel, x.dtype) + jnp.asarray(bias, x.dtype)


@jax.custom_vjp
def relu(x: FeatureMap) -> FeatureMap:
    """Rectify: max(x, 0). The derivative at 0 is taken as 0, as in Caffe, torch and JAX.

    All that the backward pass needs of a value is one bit: whether it was positive.
    """
    return jnp.maximum(x, 0)


def _relu_forward(x: FeatureMap):
    # Computed from the bits, so that XLA makes these now, and need not keep x until it wants them.
    bits = pack(~(x <= 0))  # lets NaN through
    return jnp.where(unpack(bits, x.shape[1]), x, 0), bits


def _relu_backward(bits: Array, dy: FeatureMap):
    return (jnp.where(unpack(bits, dy.shape[1]), dy, 0),)


relu.defvjp(_relu_forward, _relu_backward)


def relu6(x: FeatureMap) -> FeatureMap:
    """Rectify and cut off: min(max(x, 0), 6). The derivative at 0 and 6 is taken as 0."""
    return jnp.where((x <= 0) | (x >= 6), jnp.clip(jax.lax.stop_gradient(x), 0, 6), x)
