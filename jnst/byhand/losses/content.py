"""Content loss E = scale · Σ(F - P)², with its derivative. See `jnst.losses.content`."""

import numpy as np

SCALE = {
    "half": lambda count: 1 / 2,
    "quarter-mean": lambda count: 1 / (4 * count),
    "mean": lambda count: 1 / count,
}


def statistic(features: np.ndarray) -> np.ndarray:
    """S = F."""
    return features


def statistic_backward(ds: np.ndarray, features: np.ndarray) -> np.ndarray:
    """∂E/∂F = ∂E/∂S."""
    return ds


def distance(features: np.ndarray, target: np.ndarray, *, scale: str = "mean") -> np.floating:
    """E = scale · Σ_ij (F_ij - P_ij)²."""
    return SCALE[scale](features.size) * np.sum((features - target) ** 2)


def distance_backward(
    features: np.ndarray, target: np.ndarray, *, scale: str = "mean"
) -> np.ndarray:
    """∂E/∂F_ij = 2 · scale · (F_ij - P_ij): only the summand (i, j) holds F_ij."""
    return 2 * SCALE[scale](features.size) * (features - target)
