"""Roots of a covariance matrix with a ridge, with their derivatives.

See `jnst.feedforward.products`, which gets by without eigenvalues; here they are computed. With
A = C + r (tr C / c) 1 let H = A^½ and K = A^-½. From H H = A follows a Sylvester equation,

    dH H + H dH = dA,

which in the basis of A's eigenvectors is dH_ij (√λ_i + √λ_j) = dA_ij: so the map dA ↦ dH is
symmetric, and solves the same equation backward: ∂E/∂A =: X with X H + H X = ∂E/∂H. From K H = 1
follows dK = -K dH K, so ∂E/∂H = -K ∂E/∂K K. At last the ridge: tr C moves each entry of A's
diagonal,

    ∂E/∂C = ∂E/∂A + r / c · tr(∂E/∂A) 1.
"""

import numpy as np

RIDGE = 1e-3
"""Share r of the mean variance that is added to all variances."""


def root(C: np.ndarray, *, ridge: float = RIDGE) -> np.ndarray:
    """H = A^½."""
    roots, vectors = _decompose(C, ridge)
    return (vectors * roots) @ vectors.T


def root_backward(dH: np.ndarray, C: np.ndarray, *, ridge: float = RIDGE) -> np.ndarray:
    """∂E/∂C, by X H + H X = ∂E/∂H."""
    roots, vectors = _decompose(C, ridge)
    return _ridged(_sylvester(dH, roots, vectors), ridge)


def inverse_root(C: np.ndarray, *, ridge: float = RIDGE) -> np.ndarray:
    """K = A^-½."""
    roots, vectors = _decompose(C, ridge)
    return (vectors / roots) @ vectors.T


def inverse_root_backward(dK: np.ndarray, C: np.ndarray, *, ridge: float = RIDGE) -> np.ndarray:
    """∂E/∂C, by X H + H X = -K ∂E/∂K K."""
    roots, vectors = _decompose(C, ridge)
    K = (vectors / roots) @ vectors.T
    return _ridged(_sylvester(-K @ dK @ K, roots, vectors), ridge)


def _decompose(C: np.ndarray, ridge: float) -> tuple[np.ndarray, np.ndarray]:
    """Compute √λ and V of A = V Λ Vᵀ."""
    values, vectors = np.linalg.eigh(_ridged((C + C.T) / 2, ridge))
    return np.sqrt(values), vectors


def _ridged(C: np.ndarray, ridge: float) -> np.ndarray:
    """Compute C + r (tr C / c) 1: a linear map that is its own transpose, and so its derivative."""
    return C + ridge * np.trace(C) / len(C) * np.eye(len(C), dtype=C.dtype)


def _sylvester(Q: np.ndarray, roots: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Solve X H + H X = Q for the symmetric part of Q."""
    turned = vectors.T @ ((Q + Q.T) / 2) @ vectors
    return vectors @ (turned / np.add.outer(roots, roots)) @ vectors.T
