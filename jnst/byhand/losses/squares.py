"""E = scale · Σ(S - T)² with its derivative. See `jnst.losses.squares`."""

import numpy as np

SCALE = {
    "half": lambda target: 1 / 2,
    "quarter-mean": lambda target: 1 / (4 * target.size),
    "mean": lambda target: 1 / target.size,
    "relative": lambda target: 1 / np.sum(target**2),
}
"""Scales of Σd² by name; see `jnst.losses.squares.SCALE`."""


CONTRAHARMONIC = {
    "contraharmonic": lambda target: 1,
    "relative-contraharmonic": lambda target: target.size / np.abs(target).sum(),
}
"""Scales of Σd² / Σ|d| by name; see `jnst.losses.squares.CONTRAHARMONIC`."""


def squared_error(statistic: np.ndarray, target: np.ndarray, *, scale: str) -> np.floating:
    """E = scale · Σd², d = S - T, or scale · Σd² / (Σ|d| + 1e-8)."""
    d = statistic - target
    if scale in SCALE:
        return SCALE[scale](target) * np.sum(d**2)
    return CONTRAHARMONIC[scale](target) * np.sum(d**2) / (np.sum(np.abs(d)) + 1e-8)


def squared_error_backward(statistic: np.ndarray, target: np.ndarray, *, scale: str) -> np.ndarray:
    """∂E/∂S_ij = 2 · scale · d_ij: only the summand (i, j) holds S_ij.

    Of the quotient Q = Σd² / a with a = Σ|d| + 1e-8: ∂Q/∂S_ij = (2 d_ij - Q sign d_ij) / a.
    """
    d = statistic - target
    if scale in SCALE:
        return 2 * SCALE[scale](target) * d
    a = np.sum(np.abs(d)) + 1e-8
    return CONTRAHARMONIC[scale](target) * (2 * d - np.sum(d**2) / a * np.sign(d)) / a
