"""Total variation R = scale · Σ (dx² + dy²)^β with its derivative. See `jnst.losses.tv`."""

import numpy as np

SCALE = {"sum": lambda count: 1, "half": lambda count: 1 / 2, "mean": lambda count: 1 / count}


def _differences(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Right and lower neighbour minus the pixel itself; 0 where there is no neighbour."""
    dx, dy = np.zeros_like(image), np.zeros_like(image)
    dx[:, :, :-1] = image[:, :, 1:] - image[:, :, :-1]
    dy[:, :-1] = image[:, 1:] - image[:, :-1]
    return dx, dy


def total_variation(image: np.ndarray, *, beta: float = 1.0, scale: str = "mean") -> np.floating:
    """R = scale · Σ s^β with s = dx² + dy² at each pixel and channel."""
    dx, dy = _differences(image)
    return SCALE[scale](image.size) * np.sum((dx**2 + dy**2) ** beta)


def total_variation_backward(
    image: np.ndarray, *, beta: float = 1.0, scale: str = "mean"
) -> np.ndarray:
    """∂R/∂y by way of the differences: ∂R/∂dx = scale · β s^(β-1) · 2 dx, the same for dy.

    The pixel y_ij occurs in dx_ij with sign -1 and in dx_{i,j-1} with sign +1, and likewise in dy:
    its derivative is the difference of the neighbouring ones. Where s = 0 it is 0.
    """
    dx, dy = _differences(image)
    s = dx**2 + dy**2
    slope = SCALE[scale](image.size) * 2 * beta * np.where(s > 0, s, 1) ** (beta - 1)
    gx, gy = slope * dx, slope * dy  # 0 wherever s = 0, for there dx = dy = 0
    gradient = -gx - gy
    gradient[:, :, 1:] += gx[:, :, :-1]
    gradient[:, 1:] += gy[:, :-1]
    return gradient
