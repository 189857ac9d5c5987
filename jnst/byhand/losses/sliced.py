"""Sliced Wasserstein distance with its derivative. See `jnst.losses.sliced`.

With the directions as the rows of D: X = D Fᵀ, S = X with its rows sorted, E = s Σ (S - Q)². From
the end: ∂E/∂S = 2s (S - Q); ∂E/∂X is the same, put back in the order of X; and from dX = D dFᵀ,

    dE = Σ (∂E/∂X)_dk D_dj dF_kj,   so   ∂E/∂F = (∂E/∂X)ᵀ D.
"""

from typing import NamedTuple

import numpy as np

from jnst.byhand.losses import squares
from jnst.byhand.losses.quantiles import ordered, ordered_backward, quantiles

SCALE = squares.SCALE
"""Scales of Σd² by name; see `jnst.losses.sliced.SCALE`."""


class Target(NamedTuple):
    """Of the style picture: its points projected on each direction, sorted; and the directions."""

    values: np.ndarray
    directions: np.ndarray


def directions(channels: int, *, seed: int = 0) -> np.ndarray:
    """Draw an orthonormal basis, in rows: Q of A = QR, with signs that make R's diagonal > 0."""
    Q, R = np.linalg.qr(np.random.default_rng(seed).normal(size=(channels, channels)))
    return (Q * np.sign(np.diagonal(R))).T


def statistic(features: np.ndarray) -> np.ndarray:
    """F (M, N), for features (1, h, w, N)."""
    return features.reshape(-1, features.shape[-1])


def statistic_backward(dS: np.ndarray, features: np.ndarray) -> np.ndarray:
    """∂E/∂F in the shape of the features."""
    return dS.reshape(features.shape)


def target(points: np.ndarray, *, seed: int = 0) -> Target:
    """D, and D Fᵀ with its rows sorted, of the style picture."""
    basis = directions(points.shape[1], seed=seed).astype(points.dtype)
    return Target(ordered(basis @ points.T), basis)


def distance(points: np.ndarray, target: Target, *, scale: str = "mean") -> np.floating:
    """E = s · Σ (S - Q)²."""
    values = ordered(target.directions @ points.T)
    return squares.squared_error(values, quantiles(target.values, len(points)), scale=scale)


def distance_backward(points: np.ndarray, target: Target, *, scale: str = "mean") -> np.ndarray:
    """∂E/∂F = (∂E/∂X)ᵀ D, with ∂E/∂X = 2s (S - Q) in the order of X."""
    X = target.directions @ points.T
    matched = quantiles(target.values, len(points))
    dS = squares.squared_error_backward(ordered(X), matched, scale=scale)
    return ordered_backward(dS, X).T @ target.directions
