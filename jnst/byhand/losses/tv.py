"""Total variation with its derivative. See `jnst.losses.tv`."""

import numpy as np

from jnst.byhand.backbones import nn

SCALE = {"sum": lambda count: 1, "half": lambda count: 1 / 2, "mean": lambda count: 1 / count}
"""Scales of the sum by name, as functions of the number of values, 3·h·w."""


def total_variation(
    image: np.ndarray, *, kind: str = "squares", beta: float = 1.0, scale: str = "mean"
) -> np.floating:
    """R = scale · the sum that `kind` names."""
    return SCALE[scale](image.size) * KINDS[kind][0](image, beta)


def total_variation_backward(
    image: np.ndarray, *, kind: str = "squares", beta: float = 1.0, scale: str = "mean"
) -> np.ndarray:
    """∂R/∂y at each pixel and channel y."""
    return SCALE[scale](image.size) * KINDS[kind][1](image, beta)


def _neighbours(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Right and lower neighbour minus the pixel itself; 0 where there is no neighbour."""
    dx, dy = np.zeros_like(image), np.zeros_like(image)
    dx[:, :, :-1] = image[:, :, 1:] - image[:, :, :-1]
    dy[:, :-1] = image[:, 1:] - image[:, :-1]
    return dx, dy


def _neighbours_backward(gx: np.ndarray, gy: np.ndarray) -> np.ndarray:
    """From gx = ∂R/∂dx, gy = ∂R/∂dy to ∂R/∂y.

    The pixel y_ij occurs in dx_ij with sign -1 and in dx_{i,j-1} with sign +1, and likewise in dy:
    its derivative is the difference of the neighbouring ones.
    """
    gradient = np.zeros_like(gx)
    gradient[:, :, :-1] -= gx[:, :, :-1]
    gradient[:, :, 1:] += gx[:, :, :-1]
    gradient[:, :-1] -= gy[:, :-1]
    gradient[:, 1:] += gy[:, :-1]
    return gradient


def _squares(image: np.ndarray, beta: float) -> np.floating:
    """Σ s^β with s = dx² + dy²."""
    dx, dy = _neighbours(image)
    return np.sum((dx**2 + dy**2) ** beta)


def _squares_backward(image: np.ndarray, beta: float) -> np.ndarray:
    """∂R/∂dx = β s^(β-1) · 2 dx, the same for dy; 0 where s = 0, for there dx = dy = 0."""
    dx, dy = _neighbours(image)
    s = dx**2 + dy**2
    slope = 2 * beta * np.where(s > 0, s, 1) ** (beta - 1)
    return _neighbours_backward(slope * dx, slope * dy)


def _absolute(image: np.ndarray, beta: float) -> np.floating:
    """Σ |dx| + |dy|."""
    dx, dy = _neighbours(image)
    return np.sum(np.abs(dx)) + np.sum(np.abs(dy))


def _absolute_backward(image: np.ndarray, beta: float) -> np.ndarray:
    """∂|d|/∂d = sign d, 0 where d = 0."""
    return _neighbours_backward(*(np.sign(d) for d in _neighbours(image)))


def _diagonals(image: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Differences along both diagonals, the edge repeated once around it, and what they count."""
    framed = nn.pad(image, (1, 1), (1, 1), padding="edge")
    down, up = framed[:, 1:, 1:] - framed[:, :-1, :-1], framed[:, 1:, :-1] - framed[:, :-1, 1:]
    return down, up, image.size / down.size / 6


def _nine_point(image: np.ndarray, beta: float) -> np.floating:
    """⅔ Σ (dx² + dy²) + ⅙ · h·w / ((h+1)(w+1)) · Σ (d↘² + d↙²)."""
    dx, dy = _neighbours(image)
    down, up, share = _diagonals(image)
    return 2 / 3 * np.sum(dx**2 + dy**2) + share * np.sum(down**2 + up**2)


def _nine_point_backward(image: np.ndarray, beta: float) -> np.ndarray:
    """Twice each difference, to both of its pixels with their signs; the frame back to the edge."""
    straight = _neighbours_backward(*_neighbours(image))
    down, up, share = _diagonals(image)
    framed = np.zeros_like(nn.pad(image, (1, 1), (1, 1), padding="edge"))
    framed[:, 1:, 1:] += down
    framed[:, :-1, :-1] -= down
    framed[:, 1:, :-1] += up
    framed[:, :-1, 1:] -= up
    return 4 / 3 * straight + 2 * share * nn.pad_backward(framed, (1, 1), (1, 1), padding="edge")


KINDS = {
    "squares": (_squares, _squares_backward),
    "absolute": (_absolute, _absolute_backward),
    "nine-point": (_nine_point, _nine_point_backward),
}
"""The sums with their derivatives, by name."""
