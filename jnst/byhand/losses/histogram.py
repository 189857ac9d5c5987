"""Histogram loss with its derivative. See `jnst.losses.histogram`.

One channel: S_i = F_p(i) are its sorted values, Q_i the style's quantiles, which do not depend on
F. With p held fixed, as it is until two values change places, E = s Σ_i (F_p(i) - Q_i)², and

    ∂E/∂F_p(i) = 2s (F_p(i) - Q_i),   which is 2s (F - R(F)) with R(F)_p(i) = Q_i.

Where F_k and F_l change places they are equal, and (F_k - Q_i)² + (F_l - Q_j)² is the same either
way: E is continuous, and 'p held fixed' is no approximation.
"""

import numpy as np

from jnst.byhand.losses import squares
from jnst.byhand.losses.quantiles import ordered, ordered_backward, quantiles

SCALE = squares.SCALE
"""Scales of Σd² by name; see `jnst.losses.histogram.SCALE`."""


def statistic(features: np.ndarray) -> np.ndarray:
    """S = the sorted values of each channel, (N, M), for features (1, h, w, N)."""
    return ordered(features.reshape(-1, features.shape[-1]).T)


def statistic_backward(dS: np.ndarray, features: np.ndarray) -> np.ndarray:
    """∂E/∂F_p(i) = ∂E/∂S_i."""
    F = features.reshape(-1, features.shape[-1])
    return ordered_backward(dS, F.T).T.reshape(features.shape)


def distance(values: np.ndarray, target: np.ndarray, *, scale: str = "mean") -> np.floating:
    """E = s · Σ (S - Q)²."""
    return squares.squared_error(values, quantiles(target, values.shape[1]), scale=scale)


def distance_backward(values: np.ndarray, target: np.ndarray, *, scale: str = "mean") -> np.ndarray:
    """∂E/∂S = 2s (S - Q)."""
    matched = quantiles(target, values.shape[1])
    return squares.squared_error_backward(values, matched, scale=scale)
