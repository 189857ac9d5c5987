"""E = scale · Σ(S - T)² with its derivative. See `jnst.losses.squares`."""

import numpy as np

SCALE = {
    "half": lambda target: 1 / 2,
    "quarter-mean": lambda target: 1 / (4 * target.size),
    "mean": lambda target: 1 / target.size,
    "relative": lambda target: 1 / np.sum(target**2),
}


def squared_error(statistic: np.ndarray, target: np.ndarray, *, scale: str) -> np.floating:
    """E = scale · Σ_ij (S_ij - T_ij)²."""
    return SCALE[scale](target) * np.sum((statistic - target) ** 2)


def squared_error_backward(statistic: np.ndarray, target: np.ndarray, *, scale: str) -> np.ndarray:
    """∂E/∂S_ij = 2 · scale · (S_ij - T_ij): only the summand (i, j) holds S_ij."""
    return 2 * SCALE[scale](target) * (statistic - target)
