"""Whitening and colouring with its derivatives. See `jnst.feedforward.whitening`.

With F the n positions as rows, X = F - m, C = XᵀX / (n - 1), K = C^-½ and a style's m_s and R:

    Y = α (X K Rᵀ + m_s) + (1 - α) F.

X appears twice, in front and in C. With dZ = α ∂E/∂Y R, what comes back to the whitened Z = X K:

    ∂E/∂K = Xᵀ dZ,   ∂E/∂C from it, by `roots` or `products`,
    ∂E/∂X = dZ K + X (∂E/∂C + ∂E/∂Cᵀ) / (n - 1),
    ∂E/∂F = (1 - α) ∂E/∂Y + ∂E/∂X - its mean over positions, since m is that of F.

And of the style:   ∂E/∂m_s = α Σ ∂E/∂Y,   ∂E/∂R = α ∂E/∂Yᵀ X K.
"""

from collections.abc import Callable

import numpy as np

from jnst.byhand.feedforward import products, roots
from jnst.byhand.losses.positions import matrix


def mean_and_covariance(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute m and C = XᵀX / (n - 1), with X = F - m."""
    F = matrix(features)
    X = F - F.mean(axis=0)
    return F.mean(axis=0), X.T @ X / (len(F) - 1)


def mean_and_covariance_backward(
    dmean: np.ndarray, dC: np.ndarray, features: np.ndarray
) -> np.ndarray:
    """∂E/∂F = ∂E/∂m / n + X (∂E/∂C + ∂E/∂Cᵀ) / (n - 1): that m moves along in C costs nothing."""
    F = matrix(features)
    dF = dmean / len(F) + (F - F.mean(axis=0)) @ (dC + dC.T) / (len(F) - 1)
    return dF.reshape(features.shape)


def wct(
    content: np.ndarray,
    style_mean: np.ndarray,
    style_root: np.ndarray,
    *,
    alpha: float,
    threshold: float = roots.THRESHOLD,
    identity: float = 0.0,
) -> np.ndarray:
    """Y by eigenvalues of C + identity · 1, of which those up to the threshold are dropped."""
    K = roots.inverse_root(_covariance(content, identity), threshold=threshold)
    return _transform(content, K, style_mean, style_root, alpha)


def wct_backward(
    dy: np.ndarray,
    content: np.ndarray,
    style_root: np.ndarray,
    *,
    alpha: float,
    threshold: float = roots.THRESHOLD,
    identity: float = 0.0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """∂E/∂F, ∂E/∂m_s and ∂E/∂R."""
    C = _covariance(content, identity)
    K = roots.inverse_root(C, threshold=threshold)
    return _transform_backward(
        dy,
        content,
        K,
        style_root,
        alpha,
        lambda dK: roots.inverse_root_backward(dK, C, threshold=threshold),
    )


def wct_by_products(
    content: np.ndarray,
    style_mean: np.ndarray,
    style_root: np.ndarray,
    *,
    alpha: float,
    ridge: float = products.RIDGE,
) -> np.ndarray:
    """Y with a ridge instead of a threshold."""
    K = products.inverse_root(_covariance(content), ridge=ridge)
    return _transform(content, K, style_mean, style_root, alpha)


def wct_by_products_backward(
    dy: np.ndarray,
    content: np.ndarray,
    style_root: np.ndarray,
    *,
    alpha: float,
    ridge: float = products.RIDGE,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """∂E/∂F, ∂E/∂m_s and ∂E/∂R."""
    C = _covariance(content)
    K = products.inverse_root(C, ridge=ridge)
    return _transform_backward(
        dy,
        content,
        K,
        style_root,
        alpha,
        lambda dK: products.inverse_root_backward(dK, C, ridge=ridge),
    )


def _covariance(content: np.ndarray, identity: float = 0.0) -> np.ndarray:
    _, C = mean_and_covariance(content)
    return C + identity * np.eye(len(C), dtype=C.dtype)


def _transform(
    content: np.ndarray, K: np.ndarray, style_mean: np.ndarray, R: np.ndarray, alpha: float
) -> np.ndarray:
    F = matrix(content)
    coloured = (F - F.mean(axis=0)) @ K @ R.T + style_mean
    return (alpha * coloured + (1 - alpha) * F).reshape(content.shape)


def _transform_backward(
    dy: np.ndarray,
    content: np.ndarray,
    K: np.ndarray,
    R: np.ndarray,
    alpha: float,
    covariance: Callable[[np.ndarray], np.ndarray],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Go back from Y; `covariance` goes back from K to C."""
    F, dY = matrix(content), matrix(dy)
    X = F - F.mean(axis=0)
    dZ = alpha * dY @ R
    dX = (dZ @ K).reshape(content.shape)
    through = mean_and_covariance_backward(np.zeros_like(K[0]), covariance(X.T @ dZ), content)
    dF = (1 - alpha) * dy + dX - dX.mean(axis=(1, 2), keepdims=True) + through
    return dF, alpha * dY.sum(axis=0), alpha * dY.T @ X @ K
