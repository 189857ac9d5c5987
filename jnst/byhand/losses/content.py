"""Content loss E = scale · Σ(F - P)², with its derivative. See `jnst.losses.content`."""

import numpy as np

from jnst.byhand.losses.squares import squared_error, squared_error_backward


def statistic(features: np.ndarray) -> np.ndarray:
    """S = F."""
    return features


def statistic_backward(ds: np.ndarray, features: np.ndarray) -> np.ndarray:
    """∂E/∂F = ∂E/∂S."""
    return ds


def distance(features: np.ndarray, target: np.ndarray, *, scale: str = "mean") -> np.floating:
    """E = scale · Σ_ij (F_ij - P_ij)²."""
    return squared_error(features, target, scale=scale)


def distance_backward(
    features: np.ndarray, target: np.ndarray, *, scale: str = "mean"
) -> np.ndarray:
    """∂E/∂F_ij = 2 · scale · (F_ij - P_ij)."""
    return squared_error_backward(features, target, scale=scale)
