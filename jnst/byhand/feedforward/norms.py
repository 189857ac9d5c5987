"""Normalization of channels, with its derivatives. See `jnst.feedforward.norms`.

One channel, x_k at position k of n, and D the divisor of the variance, n or n - 1:

    μ = Σ_k x_k / n,   δ² = Σ_k (x_k - μ)² / D + ε,   z_k = (x_k - μ) / δ,   y_k = γ z_k + β.

Moving x_l moves z_k in three ways: itself, by μ, and by δ, with ∂δ/∂x_l = (x_l - μ) / (D δ), for
that μ moves along costs nothing (see `jnst.byhand.losses.moments`):

    ∂z_k/∂x_l = (1_kl - 1/n - z_k z_l / D) / δ.

So with dz = γ dy:   ∂E/∂x_l = (dz_l - Σ_k dz_k / n - z_l Σ_k dz_k z_k / D) / δ,
and of the parameters:   ∂E/∂γ = Σ_k dy_k z_k,   ∂E/∂β = Σ_k dy_k.

AdaIN is the same, its γ the style's deviation and its β the style's mean.
"""

import numpy as np

EPSILON = 1e-5
"""What is added to a variance unless a network was trained with another number."""
_OVER = (1, 2)
"""The axes of the positions."""


def instance_norm(
    x: np.ndarray,
    *,
    scale: np.ndarray | None = None,
    shift: np.ndarray | None = None,
    epsilon: float = EPSILON,
) -> np.ndarray:
    """Normalize: y = γ (x - μ) / √(σ² + ε) + β, with σ² divided by n."""
    z, _ = _normalize(x, epsilon, unbiased=False)
    z = z if scale is None else z * scale
    return z if shift is None else z + shift


def instance_norm_backward(
    dy: np.ndarray, x: np.ndarray, *, scale: np.ndarray | None = None, epsilon: float = EPSILON
) -> np.ndarray:
    """∂E/∂x = (dz - mean dz - z mean(dz z)) / δ, with dz = γ dy."""
    dz = dy if scale is None else dy * scale
    return _normalize_backward(dz, x, epsilon, unbiased=False)


def affine_backward(
    dy: np.ndarray, x: np.ndarray, *, epsilon: float = EPSILON, unbiased: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """∂E/∂γ = Σ dy z and ∂E/∂β = Σ dy: of scale and shift, or of the style's deviation and mean."""
    z, _ = _normalize(x, epsilon, unbiased=unbiased)
    return (dy * z).sum(axis=(0, *_OVER)), dy.sum(axis=(0, *_OVER))


def conditional_instance_norm(
    x: np.ndarray,
    scales: np.ndarray,
    shifts: np.ndarray,
    style: int | np.ndarray,
    *,
    epsilon: float = EPSILON,
) -> np.ndarray:
    """Normalize with the scale and shift that `blend` makes of the styles'."""
    scale, shift = blend(scales, style), blend(shifts, style)
    return instance_norm(x, scale=scale, shift=shift, epsilon=epsilon)


def conditional_instance_norm_backward(
    dy: np.ndarray,
    x: np.ndarray,
    scales: np.ndarray,
    style: int | np.ndarray,
    *,
    epsilon: float = EPSILON,
) -> np.ndarray:
    """∂E/∂x. Of the tables: `blend_backward` of what `affine_backward` returns."""
    return instance_norm_backward(dy, x, scale=blend(scales, style), epsilon=epsilon)


def blend(table: np.ndarray, style: int | np.ndarray) -> np.ndarray:
    """Choose or mix rows: t = Σ_i w_i t_i; a number i stands for w_i = 1."""
    return np.tensordot(_weights(table, style), table, 1)


def blend_backward(
    dt: np.ndarray, table: np.ndarray, style: int | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """∂E/∂t_i = w_i dt, and ∂E/∂w_i = t_i · dt."""
    own = np.multiply.outer(_weights(table, style), dt)
    return own, np.tensordot(table, dt, axes=dt.ndim)


def _weights(table: np.ndarray, style: int | np.ndarray) -> np.ndarray:
    return np.eye(len(table), dtype=table.dtype)[style] if isinstance(style, int) else style


def mean_and_deviation(
    features: np.ndarray, *, epsilon: float = EPSILON, unbiased: bool
) -> tuple[np.ndarray, np.ndarray]:
    """μ and δ = √(Σ_k (x_k - μ)² / D + ε), D being n - 1 if unbiased, else n."""
    mean = features.mean(axis=_OVER, keepdims=True)
    variance = ((features - mean) ** 2).sum(axis=_OVER) / _divisor(features, unbiased)
    return mean[0, 0, 0], np.sqrt(variance[0] + epsilon)


def mean_and_deviation_backward(
    dmean: np.ndarray,
    ddeviation: np.ndarray,
    features: np.ndarray,
    *,
    epsilon: float = EPSILON,
    unbiased: bool,
) -> np.ndarray:
    """∂E/∂x_k = ∂E/∂μ / n + ∂E/∂δ z_k / D."""
    z, _ = _normalize(features, epsilon, unbiased=unbiased)
    return dmean / _divisor(features, False) + ddeviation * z / _divisor(features, unbiased)


def adain(
    content: np.ndarray,
    style_mean: np.ndarray,
    style_deviation: np.ndarray,
    *,
    epsilon: float = EPSILON,
    unbiased: bool = False,
) -> np.ndarray:
    """Normalize, with the style's moments: y = δ_s (x - μ) / δ + μ_s."""
    return _normalize(content, epsilon, unbiased=unbiased)[0] * style_deviation + style_mean


def adain_backward(
    dy: np.ndarray,
    content: np.ndarray,
    style_deviation: np.ndarray,
    *,
    epsilon: float = EPSILON,
    unbiased: bool = False,
) -> np.ndarray:
    """∂E/∂x. Of the style: `affine_backward`, deviation first."""
    return _normalize_backward(dy * style_deviation, content, epsilon, unbiased=unbiased)


def _divisor(x: np.ndarray, unbiased: bool) -> int:
    return x.shape[1] * x.shape[2] - unbiased


def _normalize(x: np.ndarray, epsilon: float, *, unbiased: bool) -> tuple[np.ndarray, np.ndarray]:
    """Compute z and δ."""
    mean, deviation = mean_and_deviation(x, epsilon=epsilon, unbiased=unbiased)
    return (x - mean) / deviation, deviation


def _normalize_backward(
    dz: np.ndarray, x: np.ndarray, epsilon: float, *, unbiased: bool
) -> np.ndarray:
    z, deviation = _normalize(x, epsilon, unbiased=unbiased)
    along = (dz * z).sum(axis=_OVER, keepdims=True) / _divisor(x, unbiased)
    return (dz - dz.mean(axis=_OVER, keepdims=True) - z * along) / deviation
