"""Sorting with its derivative, and quantiles of sorted values. See `jnst.losses.quantiles`."""

import numpy as np


def ordered(values: np.ndarray) -> np.ndarray:
    """Sort each row: S_i = x_p(i), p the permutation that sorts."""
    return np.sort(values, axis=1)


def ordered_backward(dS: np.ndarray, values: np.ndarray) -> np.ndarray:
    """∂E/∂x_p(i) = ∂E/∂S_i. Small changes of x do not change p; of equal values the first leads."""
    gradient = np.empty_like(dS)
    np.put_along_axis(gradient, np.argsort(values, axis=1, kind="stable"), dS, axis=1)
    return gradient


def quantiles(values: np.ndarray, count: int) -> np.ndarray:
    """Each sorted row of k values, known at (j + ½)/k, at (i + ½)/count instead."""
    known = values.shape[1]
    here, there = ((np.arange(m) + 0.5) / m for m in (known, count))
    return np.stack([np.interp(there, here, row) for row in values]).astype(values.dtype)
