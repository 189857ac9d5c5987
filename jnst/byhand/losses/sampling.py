"""Feature vectors on a regular grid and their directions. See `jnst.losses.sampling`.

The direction of x is u = x / |x|. From d|x| = u · dx,

    du = dx / |x| - x (u · dx) / |x|² = (dx - u (u · dx)) / |x|:

what is left of dx across u, shortened. That map is symmetric, so it also takes ∂E/∂u to ∂E/∂x.
"""

import math

import numpy as np

LIMIT = 1024
"""The number of positions that STROTSS compares."""


def grid(height: int, width: int, *, limit: int = LIMIT) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns in the middle of cells, crossing in at most `limit` positions."""
    down = min(height, limit, max(1, round(math.sqrt(limit * height / width))))
    across = min(width, limit // down)
    rows = (2 * np.arange(down) + 1) * height // (2 * down)
    columns = (2 * np.arange(across) + 1) * width // (2 * across)
    return rows, columns


def sample(features: np.ndarray, *, limit: int = LIMIT) -> np.ndarray:
    """X_k = F at the k-th position of the grid, (n, c)."""
    rows, columns = grid(*features.shape[1:3], limit=limit)
    return features[0][np.ix_(rows, columns)].reshape(-1, features.shape[-1])


def sample_backward(dX: np.ndarray, features: np.ndarray, *, limit: int = LIMIT) -> np.ndarray:
    """∂E/∂F = ∂E/∂X at the positions of the grid, 0 at all others."""
    rows, columns = grid(*features.shape[1:3], limit=limit)
    dF = np.zeros_like(features)
    dF[0][np.ix_(rows, columns)] = dX.reshape(len(rows), len(columns), -1)
    return dF


def directions(vectors: np.ndarray) -> np.ndarray:
    """U = the rows x / |x|; 0 where x = 0."""
    return vectors * _inverse_lengths(vectors)


def directions_backward(dU: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """∂E/∂x = (∂E/∂u - u (u · ∂E/∂u)) / |x|; 0 where x = 0."""
    inverse = _inverse_lengths(vectors)
    U = vectors * inverse
    return (dU - U * np.sum(U * dU, axis=1, keepdims=True)) * inverse


def _inverse_lengths(vectors: np.ndarray) -> np.ndarray:
    squares = np.sum(vectors**2, axis=1, keepdims=True)
    zero = squares == 0
    return np.where(zero, 0, 1 / np.sqrt(np.where(zero, 1, squares)))
