"""Wasserstein-2 distance of Gaussians with its derivative. See `jnst.losses.wasserstein`.

With A = B C Bᵀ, BᵀB = C_s:   W² = |m - m_s|² + tr C + tr C_s - 2 tr A^½.

The only step that is not plain is tr A^½. From A^½ A^½ = A,

    dA^½ A^½ + A^½ dA^½ = dA;   times A^-½ and traced:   2 tr dA^½ = tr(A^-½ dA).

With dA = B dC Bᵀ, and because a trace may be turned round,

    d tr A^½ = ½ tr(A^-½ B dC Bᵀ) = ½ tr(Bᵀ A^-½ B dC),   so   ∂W²/∂C = 1 - Bᵀ A^-½ B.

The same seen from the features: with G = (F - m) / √M, C = GᵀG, and X = G Bᵀ, A is XᵀX, tr A^½ the
nuclear norm of X, and X A^-½ its polar factor, the derivative of that norm. The engine in JAX goes
that way, by products alone. Here A's eigenvalues are computed, in float64 whatever the features.
"""

from typing import NamedTuple

import numpy as np

from jnst.byhand.losses.positions import matrix, weigh


class Moments(NamedTuple):
    """The mean over positions, m, and the second raw moment R = FᵀF / M; C = R - m mᵀ."""

    mean: np.ndarray
    second: np.ndarray


class Target(NamedTuple):
    """Of the style picture: m_s, B with BᵀB = C_s, and tr C_s."""

    mean: np.ndarray
    root: np.ndarray
    trace: np.floating


ROUNDING = 64
"""What is computed is known up to about this many units of rounding of the largest."""
SCALE = {
    "mean": lambda target: 1 / target.mean.size,
    "relative": lambda target: 1 / (np.sum(target.mean**2) + target.trace),
}
"""Scales of W² by name; see `jnst.losses.wasserstein.SCALE`."""


def statistic(features: np.ndarray, region: np.ndarray | None = None) -> Moments:
    """M = Σ_k t_k F_k / M, R = Σ_k t_k F_k F_kᵀ / M; t_k = 1 without a region."""
    F = matrix(features)
    weighted = weigh(F, region)
    return Moments(weighted.mean(axis=0), F.T @ weighted / len(F))


def statistic_backward(
    dS: Moments, features: np.ndarray, region: np.ndarray | None = None
) -> np.ndarray:
    """∂E/∂F_k = t_k (∂E/∂m + (D + Dᵀ) F_k) / M, with D = ∂E/∂R."""
    F = matrix(features)
    dF = (dS.mean + F @ (dS.second + dS.second.T)) / len(F)
    return weigh(dF, region).reshape(features.shape)


def target(moments: Moments) -> Target:
    """B = Λ^½ Vᵀ, from the eigenvectors of C_s = V Λ Vᵀ, largest eigenvalue first."""
    C = _covariance(moments)
    values, vectors = np.linalg.eigh(C)
    root = (vectors * np.sqrt(np.maximum(values, 0))).T[::-1]
    return Target(moments.mean, root, np.trace(C))


def distance(moments: Moments, target: Target, *, scale: str = "mean") -> np.floating:
    """E = scale · (|m - m_s|² + tr C + tr C_s - 2 tr (B C Bᵀ)^½)."""
    values = np.linalg.eigvalsh(_product(moments, target))  # without vectors: a third of the time
    means = np.sum((moments.mean - target.mean) ** 2)
    traces = np.trace(_covariance(moments)) + target.trace
    roots = np.sqrt(values[values > _least(values)])
    return SCALE[scale](target) * (means + traces - 2 * roots.sum())


def distance_backward(moments: Moments, target: Target, *, scale: str = "mean") -> Moments:
    """∂E/∂R = D = scale · (1 - Bᵀ A^-½ B); ∂E/∂m = scale · 2 (m - m_s) - (D + Dᵀ) m.

    The second part of ∂E/∂m: m occurs in C = R - m mᵀ as well. Eigenvalues of A that are nothing
    but rounding count as much as that is.
    """
    factor, B = SCALE[scale](target), target.root
    values, vectors = np.linalg.eigh(_product(moments, target))
    least = _least(values)
    values = np.maximum(np.abs(values), least) if least > 0 else np.full_like(values, np.inf)
    half = B.T @ vectors / values**0.25  # half @ half.T is Bᵀ A^-½ B, with fewer products
    transport = (half @ half.T).astype(B.dtype)
    D = factor * (np.eye(B.shape[1], dtype=B.dtype) - transport)
    return Moments(2 * factor * (moments.mean - target.mean) - (D + D.T) @ moments.mean, D)


def _covariance(moments: Moments) -> np.ndarray:
    return moments.second - np.outer(moments.mean, moments.mean)


def _product(moments: Moments, target: Target) -> np.ndarray:
    """Compute A = B C Bᵀ in float64."""
    C, B = (np.asarray(x, np.float64) for x in (_covariance(moments), target.root))
    return B @ C @ B.T


def _least(values: np.ndarray) -> float:
    """Return up to where an eigenvalue of A is rounding; the largest is the last."""
    return ROUNDING * np.finfo(np.float64).eps * values[-1]
