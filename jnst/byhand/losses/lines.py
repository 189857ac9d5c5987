"""Straight lines with their derivative. See `jnst.losses.lines`.

L is a sum of squares of linear maps, L = scale · Σ ‖A D x‖², with D the second difference across
and A the mean along a line; so ∂L/∂x = 2 · scale · Σ Dᵀ Aᵀ A D x.
"""

import numpy as np

LENGTH = 13
"""Length n of a line in pixels; a side with fewer is taken whole."""
ACROSS = (-1 / 2, 1.0, -1 / 2)
"""D: half the second difference, negated."""


def straight_lines(image: np.ndarray) -> np.floating:
    """L, a mean of squares."""
    sums = [np.sum(_response(image, axis) ** 2) for axis in _axes(image)]
    return np.sum(sums, dtype=image.dtype) / image.size


def straight_lines_backward(image: np.ndarray) -> np.ndarray:
    """∂L/∂x at each pixel and channel."""
    gradient = np.zeros_like(image)
    for axis in _axes(image):
        response = _response(image, axis)
        along = _weigh_backward(response, _mean(image, axis), 3 - axis)
        gradient += _weigh_backward(along, ACROSS, axis)
    return 2 / image.size * gradient


def _axes(image: np.ndarray) -> list[int]:
    """List the axes along which there are second differences: of rows 1, of columns 2."""
    return [axis for axis in (1, 2) if image.shape[axis] >= len(ACROSS)]


def _response(image: np.ndarray, axis: int) -> np.ndarray:
    """Compute A D x, the means of second differences along `axis`."""
    return _weigh(_weigh(image, ACROSS, axis), _mean(image, axis), 3 - axis)


def _mean(image: np.ndarray, axis: int) -> tuple[float, ...]:
    """Return the weights of A, along the axis that is not `axis`."""
    length = min(LENGTH, image.shape[3 - axis])
    return (1 / length,) * length


def _weigh(x: np.ndarray, weights: tuple[float, ...], axis: int) -> np.ndarray:
    """y_i = Σ_j w_j x_{i+j} along an axis, wherever all of these are."""
    x = np.moveaxis(x, axis, 0)
    count = len(x) - len(weights) + 1
    y = sum(weight * x[j : j + count] for j, weight in enumerate(weights))
    return np.moveaxis(np.asarray(y), 0, axis)


def _weigh_backward(dy: np.ndarray, weights: tuple[float, ...], axis: int) -> np.ndarray:
    """x_{i+j} has the derivative Σ_j w_j dy_i."""
    dy = np.moveaxis(dy, axis, 0)
    dx = np.zeros((len(dy) + len(weights) - 1, *dy.shape[1:]), dy.dtype)
    for j, weight in enumerate(weights):
        dx[j : j + len(dy)] += weight * dy
    return np.moveaxis(dx, 0, axis)
