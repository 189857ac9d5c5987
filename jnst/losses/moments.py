"""Style loss: how far the mean and the standard deviation of each channel are from the style's.

Huang and Belongie, "Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization"
(ICCV 2017), the style loss that their decoder is trained with:

    L = Σ_j (μ_j - μ_sj)² + (σ_j - σ_sj)²,   over N channels j,

where the mean and the variance are over positions. The paper prints the norms without squares; the
authors' code, AdaIN-style, squares them, and so do others. It is what is left of the Wasserstein
distance of Gaussians (`jnst.losses.wasserstein`) if correlations between channels are forgotten.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap, Region, Scalar
from jnst.errors import check_choice


class Moments(NamedTuple):
    """The mean over positions, μ, and the standard deviation, σ, of each channel."""

    mean: Float[Array, " c"]
    std: Float[Array, " c"]


SCALE = {
    "sum": lambda target: 1,
    "mean": lambda target: 1 / target.mean.size,
    "relative": lambda target: 1 / (jnp.sum(target.mean**2) + jnp.sum(target.std**2)),
}
"""Scales of L by name: `sum`, as in AdaIN-style; `mean`, 1/N, as in pytorch-AdaIN; `relative`,
so that 1 is the distance to a blank map, as in `jnst.losses.squares`."""


def statistic(features: FeatureMap, region: Region | None = None) -> Moments:
    """Compute μ = Σ_k r_k F_k / M and σ, the root of Σ_k r_k (F_k - μ)² / M.

    Departures: AdaIN-style adds 1e-6 to the variance of the new picture, pytorch-AdaIN divides it
    by M - 1 and adds 1e-5. Here nothing is added, so that L has its zero at the target. It needs no
    help: the derivative of σ has the length 1/√M, however small σ is. Only where a channel is
    constant, σ = 0, it has none, and is taken as 0.

    Args:
        features: [1, h, w, c], seen as F with M = h·w rows and N = c columns.
        region: r, how often each position counts; its mean must be 1. None counts each once.

    """
    F = features.reshape(-1, features.shape[-1])  # (M, N)
    weights = 1 if region is None else region.reshape(-1, 1)  # (M, 1)
    # Measured from one of its own values, a constant channel is 0 to the last digit.
    origin = jax.lax.stop_gradient(F[0])
    shift = jnp.mean(weights * (F - origin), axis=0)
    variance = jnp.mean(weights * (F - origin - shift) ** 2, axis=0)
    flat = variance == 0
    return Moments(origin + shift, jnp.where(flat, 0, jnp.sqrt(jnp.where(flat, 1, variance))))


def distance(moments: Moments, target: Moments, *, scale: str = "mean") -> Scalar:
    """Compute scale · (Σ (μ - μ_s)² + Σ (σ - σ_s)²).

    Args:
        moments: the new picture's `statistic`.
        target: the style picture's.
        scale: a name in `SCALE`; for `relative` the style's map must not be all zero.

    Raises:
        InputError: for an unknown scale.

    """
    factor = SCALE[check_choice("moments scale", scale, SCALE)](target)
    means = jnp.sum((moments.mean - target.mean) ** 2)
    return factor * (means + jnp.sum((moments.std - target.std) ** 2))
