"""The primitives that all backbones share: convolution, rectifier, pooling. Channels last (NHWC).

Each has a twin in `jnst.byhand.nn`, in NumPy, with its derivative written out. Here rectifier and
pooling keep bits for it instead of maps, which autodiff would keep.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap, check_choice
from jnst.bits import pack, unpack

PADDING = {"zeros": "constant", "edge": "edge"}
"""What lies outside the picture, by name, as NumPy calls it."""
PRECISION = {"float32": None, "bfloat16": jnp.bfloat16}
"""What maps are computed in; None for what the picture is in. Products of float32 round their
factors to TF32 on an NVIDIA GPU, unless `jax_default_matmul_precision` says otherwise."""


class Geometry(NamedTuple):
    """Of a layer: pixels from one position to the next, and how far beyond its own block it sees.

    Position p of the map has the pixels `stride` · p to `stride` · (p + 1) - 1, and depends on
    `reach` more on either side.
    """

    stride: int
    reach: int


def conv2d(
    x: FeatureMap,
    kernel: Float[Array, "kh kw c d"],
    bias: Float[Array, " d"],
    *,
    padding: str = "zeros",
) -> Float[Array, "1 h w d"]:
    """Convolve with stride 1, keeping the size, and add the bias. Odd kernels only.

    y[p, q, o] = b[o] + Σ_{u, v, i} x[p + u - ⌊kh/2⌋, q + v - ⌊kw/2⌋, i] · k[u, v, i, o], with x
    zero outside the picture, or, where `padding` is "edge", the nearest pixel. As in every deep
    learning library this is a cross-correlation: the kernel is not flipped. All is computed in the
    precision of x. Raises `InputError` for an unknown padding.
    """
    mode = PADDING[check_choice("padding", padding, PADDING)]
    x = jnp.asarray(x)  # whose precision is JAX's: float32, unless it computes in float64
    kh, kw = kernel.shape[:2]
    margins = ((0, 0), (kh // 2, kh // 2), (kw // 2, kw // 2), (0, 0))
    y = jax.lax.conv_general_dilated(
        x if padding == "zeros" else jnp.pad(x, margins, mode),
        jnp.asarray(kernel, x.dtype),
        window_strides=(1, 1),
        padding=margins[1:3] if padding == "zeros" else "VALID",
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )
    return y + jnp.asarray(bias, x.dtype)[None, None, None, :]


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


@jax.custom_vjp
def max_pool(x: FeatureMap) -> Float[Array, "1 h2 w2 c"]:
    """Take the maximum of each 2x2 window, stride 2; an odd last row or column is dropped.

    The gradient goes to the first maximum of a window in reading order; the backward pass keeps
    which one of the four that was.
    """
    a, b, c, d = _corners(x)
    return jnp.maximum(jnp.maximum(a, b), jnp.maximum(c, d))


def _corners(x: FeatureMap) -> list[Float[Array, "1 h2 w2 c"]]:
    """Return upper left, upper right, lower left and lower right of all whole windows."""
    h2, w2, channels = x.shape[1] // 2, x.shape[2] // 2, x.shape[3]
    windows = x[:, : 2 * h2, : 2 * w2].reshape(1, h2, 2, w2, 2, channels)
    return [windows[:, :, i, :, j] for i in range(2) for j in range(2)]


def _max_pool_forward(x: FeatureMap):
    def exceeds(q: Array, p: Array) -> Array:
        """NaN is greater than any number, so that it comes through."""
        return ~(p >= q) & (p == p)

    a, b, c, d = _corners(x)
    # Right if the first maximum of its row is there, low if only the lower row has the maximum.
    low = exceeds(jnp.maximum(c, d), jnp.maximum(a, b))
    right = jnp.where(low, exceeds(d, c), exceeds(b, a))
    packed = pack(low), pack(right)
    low, right = (unpack(bits, a.shape[1]) for bits in packed)  # as in `_relu_forward`
    y = jnp.where(low, jnp.where(right, d, c), jnp.where(right, b, a))
    return y, (*packed, jnp.empty((*x.shape[1:3], 0)))  # the empty array says how large x was


def _max_pool_backward(kept, dy: FeatureMap):
    *packed, like = kept
    height, width = like.shape[:2]
    low, right = (unpack(bits, dy.shape[1])[:, :, None, :, None] for bits in packed)
    row, column = np.arange(2)[:, None, None, None], np.arange(2)[:, None]
    here = (low == (row == 1)) & (right == (column == 1))
    dx = jnp.where(here, dy[:, :, None, :, None], 0)
    dx = dx.reshape(1, height // 2 * 2, width // 2 * 2, dy.shape[3])
    return (jnp.pad(dx, ((0, 0), (0, height % 2), (0, width % 2), (0, 0))),)


max_pool.defvjp(_max_pool_forward, _max_pool_backward)


def avg_pool(x: FeatureMap) -> Float[Array, "1 h2 w2 c"]:
    """Take the mean of each 2x2 window, stride 2; an odd last row or column is dropped."""
    window = (1, 2, 2, 1)
    return jax.lax.reduce_window(x, 0.0, jax.lax.add, window, window, "VALID") / 4


def l2_pool(x: FeatureMap) -> Float[Array, "1 h2 w2 c"]:
    """Take the root of the sum of squares of each 2x2 window, stride 2.

    An odd last row or column is dropped. A window of zeros has the derivative 0.
    """
    sums = 4 * avg_pool(x**2)
    empty = sums == 0
    return jnp.where(empty, 0, jnp.sqrt(jnp.where(empty, 1, sums)))


POOLING = {"max": max_pool, "avg": avg_pool, "l2": l2_pool}
POOLING_GAIN = {"max": 1.0, "avg": 2.0, "l2": 0.78}
"""Factors that bring the poolings' activations to about the size of `max`, after style-transfer-
pytorch."""
