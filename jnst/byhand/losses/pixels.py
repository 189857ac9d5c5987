"""The mean squared difference of two pictures, with its derivative. See `jnst.losses.pixels`."""

import numpy as np


def pixels(image: np.ndarray, target: np.ndarray) -> np.floating:
    """L = Σ (x - t)² / n, n the numbers in x."""
    return np.mean((image - target) ** 2)


def pixels_backward(image: np.ndarray, target: np.ndarray) -> np.ndarray:
    """∂L/∂x = 2 (x - t) / n."""
    return 2 / image.size * (image - target)
