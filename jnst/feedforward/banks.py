"""Convolution with a kernel of one style, or with a mixture of several styles' kernels.

Chen, Yuan, Liao, Yu, Hua 2017, "StyleBank: An Explicit Representation for Neural Image Style
Transfer", arXiv:1703.09210: a style is a bank of filters, and all else is shared by all styles. The
twin is `jnst.byhand.feedforward.banks`.
"""

import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap
from jnst.errors import InputError
from jnst.feedforward.norms import blend


def convolve(
    x: FeatureMap, kernels: Float[Array, "s k k c d"], style: Float[Array, " _"]
) -> Float[Array, "1 h w d"]:
    """Convolve, framed by zeros: y[p, q] = Σ_uv x[p + u - t, q + v - t] K[u, v], K = Σ_i w_i K_i.

    Linear in the kernels, so a mixture of styles is the same mixture of what each of them makes.
    For each of the kernel's taps (u, v), all positions are one product of matrices: in a batch
    every photograph has a kernel of its own, and XLA's convolutions by such take six times as long
    on a CPU.

    Args:
        x: [1, h, w, c].
        kernels: K_i, of s styles; k is odd, and t = (k - 1) / 2.
        style: w, a weight for each style; see `norms.blend`, also for what is refused.

    Raises:
        InputError: for kernels of an even size.

    """
    size = kernels.shape[1]
    if size % 2 == 0:
        raise InputError(f"kernels of a bank need an odd size, not {size}")
    kernel = blend(kernels, style).astype(x.dtype)
    height, width = x.shape[1:3]
    frame = (size // 2, size // 2)
    framed = jnp.pad(x, ((0, 0), frame, frame, (0, 0)))
    y = jnp.zeros((), x.dtype)
    for u in range(size):
        for v in range(size):
            y = y + framed[:, u : u + height, v : v + width] @ kernel[u, v]
    return y
