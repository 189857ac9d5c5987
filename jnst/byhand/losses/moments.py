"""Mean and standard deviation of each channel, with their derivatives. See `jnst.losses.moments`.

One channel, with F_k at position k of M, which counts r_k times, Σ_k r_k = M:

    μ = Σ_k r_k F_k / M,           ∂μ/∂F_k = r_k / M,

    σ² = Σ_k r_k (F_k - μ)² / M,   ∂σ²/∂F_k = 2 r_k (F_k - μ) / M - 2/M Σ_l r_l (F_l - μ) ∂μ/∂F_k.

The last sum is Mμ - μM = 0: that μ moves along costs nothing. With dσ² = 2σ dσ,

    ∂σ/∂F_k = r_k (F_k - μ) / (Mσ),   and where σ = 0 it is taken as 0.
"""

from typing import NamedTuple

import numpy as np


class Moments(NamedTuple):
    """The mean over positions, μ, and the standard deviation, σ, of each channel."""

    mean: np.ndarray
    std: np.ndarray


SCALE = {
    "sum": lambda target: 1,
    "mean": lambda target: 1 / target.mean.size,
    "relative": lambda target: 1 / (np.sum(target.mean**2) + np.sum(target.std**2)),
}
"""Scales of L by name; see `jnst.losses.moments.SCALE`."""


def statistic(features: np.ndarray, region: np.ndarray | None = None) -> Moments:
    """μ = Σ_k r_k F_k / M, σ² = Σ_k r_k (F_k - μ)² / M."""
    F, r = _matrices(features, region)
    # Measured from one of its own values, a constant channel is 0 to the last digit.
    shift = np.mean(r * (F - F[0]), axis=0)
    variance = np.mean(r * (F - F[0] - shift) ** 2, axis=0)
    return Moments(F[0] + shift, np.sqrt(variance))


def statistic_backward(
    dS: Moments, features: np.ndarray, region: np.ndarray | None = None
) -> np.ndarray:
    """∂E/∂F_k = r_k / M · (∂E/∂μ + ∂E/∂σ (F_k - μ) / σ)."""
    F, r = _matrices(features, region)
    mean, std = statistic(features, region)
    slope = np.where(std > 0, dS.std / np.where(std > 0, std, 1), 0)
    dF = r / len(F) * (dS.mean + slope * (F - mean))
    return dF.reshape(features.shape)


def distance(moments: Moments, target: Moments, *, scale: str = "mean") -> np.floating:
    """E = scale · (Σ (μ - μ_s)² + Σ (σ - σ_s)²)."""
    means = np.sum((moments.mean - target.mean) ** 2)
    return SCALE[scale](target) * (means + np.sum((moments.std - target.std) ** 2))


def distance_backward(moments: Moments, target: Moments, *, scale: str = "mean") -> Moments:
    """∂E/∂μ = 2 scale · (μ - μ_s), ∂E/∂σ = 2 scale · (σ - σ_s)."""
    factor = 2 * SCALE[scale](target)
    return Moments(factor * (moments.mean - target.mean), factor * (moments.std - target.std))


def _matrices(features: np.ndarray, region: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """F (M, N), and r (M, 1), which is 1 everywhere without a region."""
    F = features.reshape(-1, features.shape[-1])
    return F, np.ones_like(F[:, :1]) if region is None else region.reshape(-1, 1)
