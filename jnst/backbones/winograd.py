"""Convolution by kernels of 3 x 3 with a quarter of the multiplications, after Winograd.

Four values y of a correlation with three numbers k need twelve products. A correlation is a product
of polynomials, transposed, and such a product is known from its values at six points: six products
do (Winograd 1980; Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016,
arXiv:1509.09308, there F(4, 3)). With x six numbers in a row,

    y = Aᵀ ((G k) ⊙ (Bᵀ x)),

and in two dimensions, for tiles X of 6 x 6 and Y of 4 x 4,

    Y = Aᵀ ((G K Gᵀ) ⊙ (Bᵀ X B)) A,

36 products instead of 144. Summed over the channels that go in, each of the 36 is a product of
matrices: tiles x channels by channels x channels.

Departure from `jnst.backbones.nn.conv2d`: in float32 the error is about 10⁻⁵ of the largest value
instead of 10⁻⁶, because large numbers cancel in B and A. That rules out bfloat16.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap

TILE = 4
"""Values of a side that are computed at a time."""
SEEN = 6
"""Values of a side that a tile depends on."""

# At the points 0, 1, -1, 2, -2 and infinity.
_G = np.array(
    [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ]
)
_B = np.array(
    [
        [4, 0, 0, 0, 0, 0],
        [0, -4, 4, -2, 2, 4],
        [-5, -4, -4, -1, -1, 0],
        [0, 1, -1, 2, -2, -5],
        [1, 1, 1, 1, 1, 0],
        [0, 0, 0, 0, 0, 1],
    ]
)
_A = np.array(
    [[1, 0, 0, 0], [1, 1, 1, 1], [1, -1, 1, -1], [1, 2, 4, 8], [1, -2, 4, -8], [0, 0, 0, 1]]
)


def transform(kernel: Float[np.ndarray, "3 3 c d"]) -> Float[np.ndarray, "6 6 c d"]:
    """Return G K Gᵀ for each pair of channels, in the type of the kernel."""
    columns = np.matmul(_G.astype(kernel.dtype), kernel.reshape(3, -1))
    both = np.matmul(_G.astype(kernel.dtype), columns.reshape(SEEN, 3, -1))
    return both.reshape(SEEN, SEEN, *kernel.shape[2:])


def _tiles(x: Array, axis: int) -> Array:
    """Cut an axis of length 4 t + 2 into t tiles of six numbers, which overlap by two."""
    count = (x.shape[axis] - 2) // TILE
    room = [(0, 0)] * x.ndim
    room[axis] = 0, 2 * TILE - SEEN
    x = jnp.pad(x, room)
    x = x.reshape(*x.shape[:axis], count + 1, TILE, *x.shape[axis + 1 :])
    cut = functools.partial(jax.lax.slice_in_dim, axis=axis)
    behind = jax.lax.slice_in_dim(cut(x, 1, count + 1), 0, SEEN - TILE, axis=axis + 1)
    return jnp.concatenate([cut(x, 0, count), behind], axis + 1)


def conv2d(
    x: FeatureMap, kernel: Float[Array, "6 6 c d"], bias: Float[Array, " d"]
) -> Float[Array, "1 h w d"]:
    """Convolve with a kernel of 3 x 3 that `transform` has transformed, and add the bias.

    As `jnst.backbones.nn.conv2d` with stride 1 and zeros around: the map keeps its size.
    """
    h, w = x.shape[1:3]
    A, B = _A.astype(x.dtype), _B.astype(x.dtype)
    x = jnp.pad(x[0], ((1, 1 + -h % TILE), (1, 1 + -w % TILE), (0, 0)))
    seen = jnp.einsum("ia,tiwc->atwc", B, _tiles(x, 0))
    seen = jnp.einsum("jb,atujc->abtuc", B, _tiles(seen, 2))
    y = jnp.einsum("abtuc,abcd->abtud", seen, kernel)
    y = jnp.einsum("ap,abtud->pbtud", A, y)
    y = jnp.einsum("bq,pbtud->tpuqd", A, y)
    return y.reshape(1, y.shape[0] * TILE, -1, y.shape[-1])[:, :h, :w] + bias
