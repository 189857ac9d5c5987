"""Normalization over a batch, with its derivatives. See `jnst.feedforward.batchnorm`.

In training all positions of all n pictures count alike, N = n h w of them. So nothing is new: put
one below the other, the pictures are a single one of N positions, and batch norm is the instance
norm of that. With D = N, z_k = (x_k - μ) / δ and dz = γ dy, as in `jnst.byhand.feedforward.norms`,

    ∂E/∂x_l = (dz_l - Σ_k dz_k / N - z_l Σ_k dz_k z_k / N) / δ,

where the sums go over the whole batch: by them the loss of one picture depends on all others.

Afterwards the averages m and v are constants of each channel, y = γ (x - m) / δ + β with
δ = √(v + ε), and the derivative is that of a factor and a shift:

    ∂E/∂x = γ dy / δ,   ∂E/∂γ = Σ dy z,   ∂E/∂β = Σ dy,
    ∂E/∂m = -γ Σ dy / δ,   ∂E/∂v = -γ Σ dy z / (2 δ²),

the last by ∂δ/∂v = 1 / (2 δ) and ∂z/∂δ = -z / δ.
"""

from collections.abc import Mapping

import numpy as np

from jnst.byhand.feedforward import norms

_Arrays = Mapping[str, np.ndarray]
_OVER = (0, 1, 2)
"""The axes of pictures and positions."""


def batch_norm(
    x: np.ndarray, *, scale: np.ndarray, shift: np.ndarray, epsilon: float = norms.EPSILON
) -> np.ndarray:
    """Normalize by the batch's own moments, x being [n, h, w, c]."""
    y = norms.instance_norm(_stacked(x), scale=scale, shift=shift, epsilon=epsilon)
    return y.reshape(x.shape)


def batch_norm_backward(
    dy: np.ndarray, x: np.ndarray, *, scale: np.ndarray, epsilon: float = norms.EPSILON
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return ∂E/∂x, [n, h, w, c], and ∂E/∂γ and ∂E/∂β as "scale" and "shift"."""
    dy, stacked = _stacked(dy), _stacked(x)
    dx = norms.instance_norm_backward(dy, stacked, scale=scale, epsilon=epsilon)
    dscale, dshift = norms.affine_backward(dy, stacked, epsilon=epsilon)
    return dx.reshape(x.shape), {"scale": dscale, "shift": dshift}


def observed(x: np.ndarray) -> dict[str, np.ndarray]:
    """μ, and Σ_k (x_k - μ)² / (N - 1), which go into the averages."""
    return {"mean": x.mean(axis=_OVER), "variance": x.var(axis=_OVER, ddof=1)}


def normalize(
    x: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
    *,
    scale: np.ndarray,
    shift: np.ndarray,
    epsilon: float = norms.EPSILON,
) -> np.ndarray:
    """Normalize by given moments: y = γ (x - m) / √(v + ε) + β."""
    return scale * (x - mean) / np.sqrt(variance + epsilon) + shift


def normalize_backward(
    dy: np.ndarray, x: np.ndarray, weights: _Arrays, *, epsilon: float = norms.EPSILON
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return ∂E/∂x, and of the `weights` "mean", "variance", "scale" and "shift" ∂E/∂p."""
    deviation = np.sqrt(weights["variance"] + epsilon)
    along, total = (dy * (x - weights["mean"]) / deviation).sum(axis=_OVER), dy.sum(axis=_OVER)
    factor = weights["scale"] / deviation
    dvariance = -factor * along / (2 * deviation)
    own = {"mean": -factor * total, "variance": dvariance, "scale": along, "shift": total}
    return factor * dy, own


def _stacked(x: np.ndarray) -> np.ndarray:
    """Put the pictures one below the other: [1, n h, w, c]."""
    return x.reshape(1, -1, *x.shape[2:])
