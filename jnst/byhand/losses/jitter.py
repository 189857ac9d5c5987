"""Jitter by hand: a shifted, mirrored picture is a choice of rows and of columns.

    (S x)[i, j] = x[r(i), c(j)],   (Sᵀ g)[p, q] = Σ g[i, j] over all r(i) = p, c(j) = q

r and c are the mirrored indices …, 2, 1, 0, 1, 2, …, cut at the offset.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from jnst.byhand.losses.objective import Evaluation

MOST = 16
"""The largest shift in pixels: the distance of two positions at relu5_1 in VGG."""


def indices(size: int, offset: int) -> np.ndarray:
    """Return which row (or column) is seen at each of `size` places."""
    reach = min(MOST, size - 1)
    begin = reach + max(-reach, min(offset, reach))
    return np.pad(np.arange(size), reach, mode="reflect")[begin : begin + size]


def shift(image: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Compute S x, as `jnst.losses.jitter.shift`."""
    rows, columns = _chosen(image, offset)
    return image[:, rows][:, :, columns]


def shift_backward(gradient: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Compute Sᵀ g: each pixel gets the sum of the gradients where it was seen."""
    rows, columns = _chosen(gradient, offset)
    return _gathered(_gathered(gradient, columns, 2), rows, 1)


def _gathered(gradient: np.ndarray, places: np.ndarray, axis: int) -> np.ndarray:
    found = np.zeros_like(gradient)
    np.add.at(np.moveaxis(found, axis, 0), places, np.moveaxis(gradient, axis, 0))
    return found


def _chosen(image: np.ndarray, offset: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = (indices(n, int(by)) for n, by in zip(image.shape[1:3], offset, strict=True))
    return rows, columns


def jittered(evaluate: Callable[[Any, np.ndarray], Evaluation]) -> Callable[..., Evaluation]:
    """Return `evaluate`, made to see the picture shifted where the constants have an offset."""

    def evaluate_shifted(constants: Any, image: np.ndarray) -> Evaluation:
        if constants.offset is None:
            return evaluate(constants, image)
        found = evaluate(constants, shift(image, constants.offset))
        return found._replace(gradient=shift_backward(found.gradient, constants.offset))

    return evaluate_shifted
