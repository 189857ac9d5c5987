"""The temporal loss with its derivative. See `jnst.losses.temporal`."""

from typing import Any

import numpy as np


def temporal(image: np.ndarray, target: Any) -> np.floating:
    """L = Σ c (x - w)² / n, n the numbers in x; `target` has the fields picture w and weights c."""
    return np.mean(target.weights * (image - target.picture) ** 2)


def temporal_backward(image: np.ndarray, target: Any) -> np.ndarray:
    """∂L/∂x = 2 c (x - w) / n. It is c ⊙ the difference: no flow is seen through."""
    return 2 / image.size * target.weights * (image - target.picture)
