"""Self-similarity with its derivative. See `jnst.losses.selfsimilarity`.

With directions u_i = x_i / |x_i|: D = 1 - U Uᵀ, s_j = Σ_k D_kj, S_ij = D_ij / s_j,
E = scale · Σ_ij |S_ij - T_ij|. Backwards, one step at a time, writing G for ∂E/∂S:

    ∂E/∂S_ij = scale · sign(S_ij - T_ij).

D_ij occurs in S_ij, and through the sum in all S_kj of its column, -S_kj / s_j each:

    ∂E/∂D_ij = (G_ij - Σ_k G_kj S_kj) / s_j,   the second part only where s_j is not held constant.

And u_p occurs in row p of D, as -u_p · u_j, and in column p:

    ∂E/∂U = -(H + Hᵀ) U,   H = ∂E/∂D.
"""

import numpy as np

from jnst.byhand.losses.sampling import directions, directions_backward, sample, sample_backward

LEAST = 1e-5
"""The mean distance in a column that its sum stands for at least."""
SCALE = {
    "mean": lambda target: 1 / target.size,
    "columns": lambda target: 1 / target.shape[1],
    "relative": lambda target: 1 / np.sum(np.abs(1 / target.shape[0] - target)),
}
"""Scales of Σ|S - T| by name; see `jnst.losses.selfsimilarity.SCALE`."""


def statistic(features: np.ndarray) -> np.ndarray:
    """S_ij = D_ij / max(s_j, n · LEAST), (n, n)."""
    D, s = _distances(sample(features))
    return D / np.maximum(s, LEAST * len(D))


def statistic_backward(dS: np.ndarray, features: np.ndarray) -> np.ndarray:
    """H = ∂E/∂D as above, ∂E/∂U = -(H + Hᵀ) U, then through u = x / |x| and to the positions."""
    X = sample(features)
    D, s = _distances(X)
    divisor = np.maximum(s, LEAST * len(D))
    through_sum = np.where(s > LEAST * len(D), np.sum(dS * D, axis=0) / divisor, 0)
    H = (dS - through_sum) / divisor
    dU = -(H + H.T) @ directions(X)
    return sample_backward(directions_backward(dU, X), features)


def distance(similarity: np.ndarray, target: np.ndarray, *, scale: str = "mean") -> np.floating:
    """E = scale · Σ_ij |S_ij - T_ij|."""
    return SCALE[scale](target) * np.sum(np.abs(similarity - target))


def distance_backward(
    similarity: np.ndarray, target: np.ndarray, *, scale: str = "mean"
) -> np.ndarray:
    """∂E/∂S_ij = scale · sign(S_ij - T_ij), 0 where they are equal."""
    return SCALE[scale](target) * np.sign(similarity - target)


def _distances(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """D and the sums of its columns."""
    U = directions(vectors)
    D = 1 - U @ U.T
    return D, D.sum(axis=0)
