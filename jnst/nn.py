"""The primitives that all backbones share: convolution, rectifier, pooling. Channels last (NHWC).

Each has a twin in `jnst.byhand.nn`, in NumPy, with its derivative written out.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap


def conv2d(
    x: FeatureMap, kernel: Float[Array, "kh kw c d"], bias: Float[Array, " d"]
) -> Float[Array, "1 h w d"]:
    """Convolve with zero padding that keeps the size, stride 1, and add the bias. Odd kernels only.

    y[p, q, o] = b[o] + Σ_{u, v, i} x[p + u - ⌊kh/2⌋, q + v - ⌊kw/2⌋, i] · k[u, v, i, o], with x
    zero outside the picture. As in every deep learning library this is a cross-correlation: the
    kernel is not flipped.
    """
    y = jax.lax.conv_general_dilated(
        jnp.asarray(x),
        jnp.asarray(kernel),
        window_strides=(1, 1),
        padding="SAME",
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


POOLING = {"max": max_pool, "avg": avg_pool}
