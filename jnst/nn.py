"""The primitives that all backbones share: convolution, rectifier, pooling. Channels last (NHWC).

Each has a twin in `jnst.byhand.nn`, in NumPy, with its derivative written out.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap, check_choice

PADDING = {"zeros": "constant", "edge": "edge"}
"""What lies outside the picture, by name, as NumPy calls it."""


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
    learning library this is a cross-correlation: the kernel is not flipped. Raises `InputError` for
    an unknown padding.
    """
    mode = PADDING[check_choice("padding", padding, PADDING)]
    kh, kw = kernel.shape[:2]
    margins = ((0, 0), (kh // 2, kh // 2), (kw // 2, kw // 2), (0, 0))
    y = jax.lax.conv_general_dilated(
        jnp.asarray(x) if padding == "zeros" else jnp.pad(x, margins, mode),
        jnp.asarray(kernel),
        window_strides=(1, 1),
        padding=margins[1:3] if padding == "zeros" else "VALID",
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )
    return y + bias[None, None, None, :]


def relu(x: FeatureMap) -> FeatureMap:
    """Rectify: max(x, 0). The derivative at 0 is taken as 0, as in Caffe, torch and JAX."""
    return jax.nn.relu(x)


def max_pool(x: FeatureMap) -> Float[Array, "1 h2 w2 c"]:
    """Take the maximum of each 2x2 window, stride 2; an odd last row or column is dropped.

    The gradient goes to the first maximum of a window in reading order.
    """
    window = (1, 2, 2, 1)
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, "VALID")


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
