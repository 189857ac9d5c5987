"""Products of a map's channels with a matrix, or, in groups, with a small matrix for each group.

A matrix k (c / g, d) stands for g of them, side by side: of c channels x the first c / g see
nothing but the first d / g columns, and so on. So it is one large matrix with blocks along its
diagonal, and zero elsewhere; with g = 1 it is the matrix itself.
"""

import numpy as np


def times(x: np.ndarray, k: np.ndarray) -> np.ndarray:
    """Compute y = x k, from a map (1, h, w, c) to (1, h, w, d)."""
    inner, outer = k.shape
    if inner == x.shape[3]:
        return x @ k
    # Of matrices so small, one sum over all is quicker than a product for each.
    y = np.einsum("nhwgi,igo->nhwgo", _split(x, inner), _blocks(k, x.shape[3]))
    return y.reshape(*x.shape[:3], outer)


def times_backward(dy: np.ndarray, k: np.ndarray, channels: int) -> np.ndarray:
    """∂E/∂x = ∂E/∂y kᵀ, for an x of so many channels."""
    if len(k) == channels:
        return dy @ k.T
    blocks = _blocks(k, channels)
    dx = np.einsum("nhwgo,igo->nhwgi", _split(dy, blocks.shape[2]), blocks)
    return dx.reshape(*dy.shape[:3], channels)


def times_matrix_backward(dy: np.ndarray, x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """∂E/∂k = xᵀ ∂E/∂y, summed over positions, for a k of this shape."""
    inner, outer = shape
    if inner == x.shape[3]:
        over = (0, 1, 2)
        return np.tensordot(x, dy, axes=(over, over))
    groups = x.shape[3] // inner
    dk = np.einsum("nhwgi,nhwgo->igo", _split(x, inner), _split(dy, outer // groups))
    return dk.reshape(shape)


def _split(x: np.ndarray, size: int) -> np.ndarray:
    """Split the channels into groups of this size, (1, h, w, g, size)."""
    return x.reshape(*x.shape[:3], -1, size)


def _blocks(k: np.ndarray, channels: int) -> np.ndarray:
    """Return all groups' matrices, (c / g, g, d / g)."""
    return k.reshape(len(k), channels // len(k), -1)
