"""RAFT's correlations: of the features of two pictures, in a pyramid, around where each one moves.

Teed and Deng 2020, arXiv:2003.12039, section 3.2. Position i of the first picture and j of the
second correlate by C[i, j] = Σ_c f1[i, c] f2[j, c] / √d, with d channels. Level l of the pyramid
averages C over squares of 2^l x 2^l positions j. What has moved from i to x' is looked up at all
levels, in the (2r + 1)² places x' / 2^l + δ, |δ| <= r: bilinear, and 0 beyond the picture.

An average of C is a product with an average of f2. So here f2 is averaged, and only those products
are computed that are looked up: that takes as much time as to compute all of C first, and memory
for the pixels, not for their square (512 x 384: 2 MB for 50 MB). RAFT's authors do so on request
(`AlternateCorrBlock` of princeton-vl/RAFT@13198c3).
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap

LEVELS = 4
"""Levels of the pyramid."""
RADIUS = 3
"""r, places to either side of the middle one, at each level."""


def pyramid(features: FeatureMap) -> list[Float[jax.Array, "_ _ c"]]:
    """Average the second picture's features over 2 x 2 positions, again and again.

    Of odd sides the last row or column is left out, as in torch. A level may be left without any
    position: then all there is beyond the picture.
    """
    levels = [jnp.asarray(features)[0]]
    for _ in range(LEVELS - 1):
        h, w, c = levels[-1].shape
        h, w = h // 2, w // 2
        squares = levels[-1][: 2 * h, : 2 * w].reshape(h, 2, w, 2, c)
        levels.append(squares.mean(axis=(1, 3)))
    return levels


def look_up(
    features: FeatureMap, levels: list[Float[jax.Array, "_ _ c"]], places: Float[Array, "h w 2"]
) -> Float[Array, "1 h w _"]:
    """Look up correlations around the place that each position has moved to.

    Args:
        features: of the first picture, [1, h, w, c].
        levels: of the second, as `pyramid` returns them.
        places: in the second, x then y, in positions of its first level; may lie beyond it.

    Returns:
        For each position (2r + 1)² values for each level. Within a level they are ordered by the
        δ in x, and of the same x by that in y, as the published kernels want them.

    """

    def row(given: tuple[Array, Array]) -> Array:  # at a time, which bounds the memory
        f, middles = given
        found = [_windows(f, level, middles / 2**n) for n, level in enumerate(levels)]
        return jnp.concatenate(found, axis=-1)

    return jax.lax.map(row, (jnp.asarray(features)[0], places))[None]


def _windows(
    f: Float[Array, "n c"], level: Float[Array, "h w c"], middles: Float[Array, "n 2"]
) -> Float[Array, "n _"]:
    """Look up one level for n positions: all places of a window are as far between whole ones."""
    h, w, c = level.shape
    if not h * w:
        return jnp.zeros((len(f), (2 * RADIUS + 1) ** 2), f.dtype)
    corners = jnp.floor(middles)
    x, y = (corners.astype(int)[:, axis, None] + jnp.arange(-RADIUS, RADIUS + 2) for axis in (0, 1))
    x, y = x[:, :, None], y[:, None, :]
    nearest = level[jnp.clip(y, 0, h - 1), jnp.clip(x, 0, w - 1)]
    products = jnp.einsum("nxyc,nc->nxy", nearest, f) / c**0.5
    inside = (x >= 0) & (x < w) & (y >= 0) & (y < h)
    products = jnp.where(inside, products, 0)
    s, t = (middles - corners).T[:, :, None, None]
    products = (1 - s) * products[:, :-1] + s * products[:, 1:]
    products = (1 - t) * products[:, :, :-1] + t * products[:, :, 1:]
    return products.reshape(len(f), -1)
