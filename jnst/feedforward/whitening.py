"""Whitening and colouring: the content's features with the mean and covariance of the style's.

Li, Fang, Yang, Wang, Lu, Yang 2017, "Universal Style Transfer via Feature Transforms",
arXiv:1705.08086. With f a position of the content's map, m and C the mean and covariance there, and
m_s and R the style's mean and a root of its covariance, R Rᵀ = C_s:

    y = α (R C^-½ (f - m) + m_s) + (1 - α) f.

Whitened features C^-½ (f - m) are uncorrelated, with variance 1. AdaIN (`jnst.feedforward.norms`)
is the same for each channel by itself. As published a covariance is divided by n - 1, and its roots
come from eigenvalues (`roots.py`, which finds them with less rounding than the published code);
`products.py` has others. The twin is
`jnst.byhand.feedforward.whitening`.
"""

import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap, Scalar
from jnst.byhand.feedforward.products import RIDGE
from jnst.byhand.feedforward.roots import THRESHOLD
from jnst.errors import InputError
from jnst.feedforward import products, roots

_Mean = Float[Array, " c"]
_Matrix = Float[Array, "c c"]


def centre(features: FeatureMap) -> tuple[_Mean, Float[Array, "n c"]]:
    """Compute m, and X, whose rows are f - m at the n positions of a map.

    Raises `InputError` for a single position, which has no covariance.
    """
    F = features.reshape(-1, features.shape[-1])
    if len(F) < 2:
        raise InputError("a covariance needs at least 2 positions, not 1")
    mean = jnp.mean(F, axis=0)
    return mean, F - mean


def mean_and_covariance(features: FeatureMap) -> tuple[_Mean, _Matrix]:
    """Compute m and C = XᵀX / (n - 1); see `centre`, also for what is refused."""
    mean, X = centre(features)
    return mean, roots.covariance(X)


def wct(
    content: FeatureMap,
    style_mean: _Mean,
    style_root: _Matrix,
    *,
    alpha: float | Scalar,
    threshold: float = THRESHOLD,
    identity: float = 0.0,
) -> FeatureMap:
    """Whiten and colour by eigenvalues, those up to the threshold being dropped, as published.

    Args:
        content: [1, h, w, c].
        style_mean: m_s, as `centre` returns it.
        style_root: R, such as `roots.root` of the style's X, as `centre` returns it.
        alpha: from 0, the content, to 1, the style's moments; as published 0.6.
        threshold: of the eigenvalues of the content's covariance, >= 0.
        identity: how much of the identity is added to it first, >= 0: 1 in PhotoWCT and WCT². What
            WCT² adds to the style's is not added here.

    Raises:
        InputError: for a single position.

    """
    mean, X = centre(content)
    K = roots.inverse_root(X, threshold=threshold, identity=identity)
    return _transform(content, mean, K, style_mean, style_root, alpha)


def wct_by_products(
    content: FeatureMap,
    style_mean: _Mean,
    style_root: _Matrix,
    *,
    alpha: float | Scalar,
    ridge: float = RIDGE,
) -> FeatureMap:
    """Whiten and colour by matrix products alone: with a ridge where `wct` has a threshold.

    A departure from the paper: directions in which the content hardly varies are damped, not
    dropped, and the others are whitened a little less: to a variance of 1 / (1 + r v / λ), with v
    the mean variance and λ that of the direction. In return all is smooth in the content. On the
    one pair of pictures that was tried, the published decoders of relu2_1 and relu3_1 paint the
    same but for 1.3 of 255 with r = 1e-3; that of relu1_1, where a few directions hardly vary, but
    for 12, and for 0.4 with r = 1e-5.

    Args:
        content: [1, h, w, c].
        style_mean: m_s, as `mean_and_covariance` returns it.
        style_root: R, such as `products.root` of what `mean_and_covariance` returns.
        alpha: from 0, the content, to 1, the style's moments.
        ridge: r > 0, see `products.inverse_root`.

    Raises:
        InputError: for a single position.

    """
    mean, C = mean_and_covariance(content)
    K = products.inverse_root(C, ridge=ridge)
    return _transform(content, mean, K, style_mean, style_root, alpha)


def _transform(
    content: FeatureMap,
    mean: _Mean,
    K: _Matrix,
    style_mean: _Mean,
    style_root: _Matrix,
    alpha: float | Scalar,
) -> FeatureMap:
    """Compute α (R K (f - m) + m_s) + (1 - α) f; a position is a row here."""
    coloured = (content - mean) @ K.T @ style_root.T + style_mean
    return alpha * coloured + (1 - alpha) * content
