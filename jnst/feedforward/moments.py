"""Mean and variance of each channel of a map that is seen part by part.

Of each part: the count n, the mean μ, and the sum of squares M around it. Two of them become one by
(Chan, Golub, LeVeque 1979, "Updating Formulae and a Pairwise Algorithm for Computing Sample
Variances", STAN-CS-79-773)

    n = n₁ + n₂,   δ = μ₂ - μ₁,   μ = μ₁ + δ n₂ / n,   M = M₁ + M₂ + δ² n₁ n₂ / n.

Sums of x and x² would add up more easily, but their difference loses the variance of a channel
whose mean is large.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap


class Moments(NamedTuple):
    """How many positions there are; of each channel the mean, and the sum of squares around it."""

    count: Array  # ()
    mean: Array  # (c,)
    squares: Array  # (c,)


def moments(features: FeatureMap, counted: Float[Array, "1 h w 1"]) -> Moments:
    """Compute the moments of some positions of a map: where `counted` is 1, not 0."""
    count = jnp.sum(counted)
    mean = jnp.sum(counted * features, axis=(0, 1, 2)) / count
    return Moments(count, mean, jnp.sum(counted * (features - mean) ** 2, axis=(0, 1, 2)))


def merge(first: Moments, second: Moments) -> Moments:
    """Compute the moments of two parts together, in float64."""
    (n1, mean1, squares1), (n2, mean2, squares2) = (
        [np.asarray(array, np.float64) for array in one] for one in (first, second)
    )
    count, apart = n1 + n2, mean2 - mean1
    squares = squares1 + squares2 + apart**2 * (n1 * n2 / count)
    return Moments(count, mean1 + apart * (n2 / count), squares)
