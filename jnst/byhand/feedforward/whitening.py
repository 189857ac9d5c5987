"""Whitening and colouring with its derivatives. See `jnst.feedforward.whitening`.

With F the n positions as rows, X = F - m, C = XᵀX / (n - 1), K = C^-½ and a style's m_s and R:

    Y = α (X K Rᵀ + m_s) + (1 - α) F.

X appears twice, in front and in C. With dZ = α ∂E/∂Y R, what comes back to the whitened Z = X K:

    ∂E/∂K = Xᵀ dZ,   and from it, by `roots` or `products`, what comes back through C:
    ∂E/∂X = dZ K + X (∂E/∂C + ∂E/∂Cᵀ) / (n - 1),
    ∂E/∂F = (1 - α) ∂E/∂Y + ∂E/∂X - its mean over positions, since m is that of F.

And of the style:   ∂E/∂m_s = α Σ ∂E/∂Y,   ∂E/∂R = α ∂E/∂Yᵀ X K.
"""

from collections.abc import Callable

import numpy as np

from jnst.byhand.feedforward import products, roots
from jnst.byhand.losses.positions import matrix


def centre(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute m and X = F - m."""
    F = matrix(features)
    mean = F.mean(axis=0)
    return mean, F - mean


def mean_and_covariance(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute m and C = XᵀX / (n - 1)."""
    mean, X = centre(features)
    return mean, roots.covariance(X)


def mean_and_covariance_backward(
    dmean: np.ndarray, dC: np.ndarray, features: np.ndarray
) -> np.ndarray:
    """∂E/∂F = ∂E/∂m / n + X (∂E/∂C + ∂E/∂Cᵀ) / (n - 1): that m moves along in C costs nothing."""
    _, X = centre(features)
    return (dmean / len(X) + roots.covariance_backward(dC, X)).reshape(features.shape)


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
    K = roots.inverse_root(centre(content)[1], threshold=threshold, identity=identity)
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
    X, options = centre(content)[1], {"threshold": threshold, "identity": identity}
    K = roots.inverse_root(X, **options)

    def through(dK: np.ndarray) -> np.ndarray:
        return roots.inverse_root_backward(dK, X, **options)

    return _transform_backward(dy, content, K, style_root, alpha, through)


def wct_by_products(
    content: np.ndarray,
    style_mean: np.ndarray,
    style_root: np.ndarray,
    *,
    alpha: float,
    ridge: float = products.RIDGE,
) -> np.ndarray:
    """Y with a ridge instead of a threshold."""
    K = products.inverse_root(mean_and_covariance(content)[1], ridge=ridge)
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
    X = centre(content)[1]
    C = roots.covariance(X)
    K = products.inverse_root(C, ridge=ridge)

    def through(dK: np.ndarray) -> np.ndarray:
        return roots.covariance_backward(products.inverse_root_backward(dK, C, ridge=ridge), X)

    return _transform_backward(dy, content, K, style_root, alpha, through)


def _transform(
    content: np.ndarray, K: np.ndarray, style_mean: np.ndarray, R: np.ndarray, alpha: float
) -> np.ndarray:
    coloured = centre(content)[1] @ K @ R.T + style_mean
    return alpha * coloured.reshape(content.shape) + (1 - alpha) * content


def _transform_backward(
    dy: np.ndarray,
    content: np.ndarray,
    K: np.ndarray,
    R: np.ndarray,
    alpha: float,
    through: Callable[[np.ndarray], np.ndarray],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Go back from Y; `through` goes back from K to X."""
    X, dY = centre(content)[1], matrix(dy)
    dZ = alpha * dY @ R
    dX = dZ @ K + through(X.T @ dZ)
    dF = (1 - alpha) * dy + (dX - dX.mean(axis=0)).reshape(content.shape)
    return dF, alpha * dY.sum(axis=0), alpha * dY.T @ X @ K
