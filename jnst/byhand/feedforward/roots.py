"""Roots of a covariance matrix by eigenvalues, with their derivatives.

See `jnst.feedforward.roots`. With C = V Λ Vᵀ let K = f(C) = V f(Λ) Vᵀ, f being zero up to the
threshold. If C moves by dC = V S Vᵀ, eigenvalues and eigenvectors move, to first order, by

    dλ_i = S_ii,   dv_j = Σ_{i ≠ j} v_i S_ij / (λ_j - λ_i).

Put into dK = Σ_j (dv_j f_j v_jᵀ + v_j f'(λ_j) dλ_j v_jᵀ + v_j f_j dv_jᵀ), that is

    v_iᵀ dK v_j = S_ij f_j / (λ_j - λ_i) + S_ji f_i / (λ_i - λ_j) = Φ_ij S_ij,
    Φ_ij = (f_i - f_j) / (λ_i - λ_j),   Φ_ii = f'(λ_i).

Where eigenvalues meet, dv has no limit, but Φ has one. The map dC ↦ dK is its own transpose, for Φ
is symmetric:

    ∂E/∂C = V (Φ ∘ Vᵀ ∂E/∂K V) Vᵀ.

And C = XᵀX / (n - 1), so that   ∂E/∂X = X (∂E/∂C + ∂E/∂Cᵀ) / (n - 1).
"""

import numpy as np

THRESHOLD = 1e-5
"""Eigenvalues up to this are dropped, as in the published whitening and colouring transform."""
FEW = 16
"""Up to so many positions for each channel, features are decomposed, and not their covariance."""


def root(X: np.ndarray, *, threshold: float = THRESHOLD) -> np.ndarray:
    """f(λ) = √λ."""
    roots, kept, _, vectors = _decompose(X, threshold)
    return (vectors * np.where(kept, roots, 0)) @ vectors.T


def root_backward(dK: np.ndarray, X: np.ndarray, *, threshold: float = THRESHOLD) -> np.ndarray:
    """Φ_ij = 1 / (√λ_i + √λ_j) if both are kept, for a - b = (√a - √b) (√a + √b)."""
    roots, kept, values, vectors = _decompose(X, threshold)
    slopes = _slopes(1 / np.add.outer(roots, roots), np.where(kept, roots, 0), kept, values)
    return _back(dK, slopes, vectors, X)


def inverse_root(
    X: np.ndarray, *, threshold: float = THRESHOLD, identity: float = 0.0
) -> np.ndarray:
    """f(λ) = 1 / √λ, of the eigenvalues of C + identity · 1."""
    roots, kept, _, vectors = _decompose(X, threshold, identity)
    return (vectors * np.where(kept, 1 / roots, 0)) @ vectors.T


def inverse_root_backward(
    dK: np.ndarray, X: np.ndarray, *, threshold: float = THRESHOLD, identity: float = 0.0
) -> np.ndarray:
    """Φ_ij = -1 / (√λ_i √λ_j (√λ_i + √λ_j)) if both are kept."""
    roots, kept, values, vectors = _decompose(X, threshold, identity)
    inside = -1 / (np.multiply.outer(roots, roots) * np.add.outer(roots, roots))
    slopes = _slopes(inside, np.where(kept, 1 / roots, 0), kept, values)
    return _back(dK, slopes, vectors, X)


def _decompose(X: np.ndarray, threshold: float, identity: float = 0.0):
    """Compute √λ (1 where λ is dropped), which are kept, λ, and V.

    Of few positions by X = Q R, and R = U S Vᵀ: λ = S² / (n - 1), and 0 where V has more columns
    than there are S.
    """
    n, c = X.shape
    if n > FEW * c:
        values, vectors = np.linalg.eigh(covariance(X))
    else:
        _, singular, turned = np.linalg.svd(np.linalg.qr(X, mode="r"))
        values, vectors = np.pad(singular**2 / (n - 1), (0, c - len(singular))), turned.T
    values = values + X.dtype.type(identity)
    kept = values > threshold
    return np.sqrt(np.where(kept, values, 1)), kept, values, vectors


def covariance(X: np.ndarray) -> np.ndarray:
    """Compute C = XᵀX / (n - 1) of centred positions."""
    return X.T @ X / (len(X) - 1)


def covariance_backward(dC: np.ndarray, X: np.ndarray) -> np.ndarray:
    """∂E/∂X = X (∂E/∂C + ∂E/∂Cᵀ) / (n - 1)."""
    return X @ (dC + dC.T) / (len(X) - 1)


def _slopes(inside: np.ndarray, f: np.ndarray, kept: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Φ, of which `inside` is right where both eigenvalues are kept; where both are dropped, 0.

    Of one that is kept and one that is dropped the quotient is as it stands: the two stay apart.
    """
    across = np.not_equal.outer(kept, kept)
    gap = np.where(across, np.subtract.outer(values, values), 1)
    return np.where(across, np.subtract.outer(f, f) / gap, np.where(kept, inside, 0))


def _back(dK: np.ndarray, slopes: np.ndarray, vectors: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Go back to C, V (Φ ∘ Vᵀ dK V) Vᵀ, and to X."""
    dC = vectors @ (slopes * (vectors.T @ dK @ vectors)) @ vectors.T
    return covariance_backward(dC, X)
