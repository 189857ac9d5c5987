"""Feature vectors at positions on a regular grid, and their directions.

Losses that compare every position with every other cannot look at all of them. STROTSS (Kolkin,
Salavon and Shakhnarovich, CVPR 2019) draws 1024 at random at each step. Here they stay where they
are: the loss is one deterministic function, which L-BFGS can minimize and a gradient check can
check.
"""

import math

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap

LIMIT = 1024
"""The number of positions that STROTSS compares."""


def grid(height: int, width: int, *, limit: int = LIMIT) -> tuple[np.ndarray, np.ndarray]:
    """Choose rows and columns that cross in at most `limit` positions of a map of this size.

    There are about as many to a unit of length down as across. Each stands in the middle of its
    cell, so that no edge is preferred; where a cell is no whole number of positions, at the one
    that the middle falls into. Where `limit` allows, every row and column is chosen.
    """
    down = min(height, limit, max(1, round(math.sqrt(limit * height / width))))
    across = min(width, limit // down)
    rows, columns = (
        (2 * np.arange(count) + 1) * size // (2 * count)
        for count, size in ((down, height), (across, width))
    )
    return rows, columns


def sample(features: FeatureMap, *, limit: int = LIMIT) -> Float[Array, "n c"]:
    """Take the vectors at the positions of `grid`, row by row, from features [1, h, w, c]."""
    rows, columns = grid(*features.shape[1:3], limit=limit)
    return features[0][np.ix_(rows, columns)].reshape(-1, features.shape[-1])


def directions(vectors: Float[Array, "n c"]) -> Float[Array, "n c"]:
    """Divide each row by its length. A row of zeros stays one, and its derivative is taken as 0.

    The product of two such rows is their cosine. A vector of zeros has none; here it comes out as
    0, as if that vector were at right angles to all others and to itself.
    """
    squares = jnp.sum(vectors**2, axis=1, keepdims=True)
    zero = squares == 0
    return vectors * jnp.where(zero, 0, 1 / jnp.sqrt(jnp.where(zero, 1, squares)))
