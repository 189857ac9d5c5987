"""Gram matrix and style loss with their derivatives. See `jnst.losses.gram`.

F is (M, N), M positions and N channels; G = n · FᵀF; E = s · Σ_ij (G_ij - A_ij)².

From the index form to the matrix form: G_ij = n Σ_k F_ki F_kj, so

    ∂G_ij/∂F_pq = n (δ_iq F_pj + δ_jq F_pi),

    ∂E/∂F_pq = Σ_ij ∂E/∂G_ij · ∂G_ij/∂F_pq = n Σ_j D_qj F_pj + n Σ_i D_iq F_pi,   D = ∂E/∂G,

which is n F (D + Dᵀ). With D = 2s (G - A), symmetric: ∂E/∂F = 4ns F (G - A). For n = 1/M and
s = 1/(4N²), and G and A as plain sums, that is F (G - A) / (N² M²), as Gatys et al. print it.

With a region, G = n · Fᵀ T F and ∂E/∂F = n T F (D + Dᵀ), T the diagonal matrix of its weights.
"""

import numpy as np

from jnst.byhand.losses.positions import matrix, weigh
from jnst.byhand.losses.squares import squared_error, squared_error_backward

NORMALIZATION = {
    "sum": lambda positions, channels: 1,
    "positions": lambda positions, channels: 1 / positions,
    "positions-channels": lambda positions, channels: 1 / (positions * channels),
}
"""Normalizations n of FᵀF by name, as functions of M and N."""


def statistic(
    features: np.ndarray, region: np.ndarray | None = None, *, normalization: str = "positions"
) -> np.ndarray:
    """G = n · Fᵀ T F, for features (1, h, w, N) seen as F (M, N)."""
    F = matrix(features)
    return NORMALIZATION[normalization](*F.shape) * (F.T @ weigh(F, region))


def statistic_backward(
    dG: np.ndarray,
    features: np.ndarray,
    region: np.ndarray | None = None,
    *,
    normalization: str = "positions",
) -> np.ndarray:
    """∂E/∂F = n T F (D + Dᵀ), with D = ∂E/∂G."""
    F = matrix(features)
    dF = NORMALIZATION[normalization](*F.shape) * (weigh(F, region) @ (dG + dG.T))
    return dF.reshape(features.shape)


def distance(gram: np.ndarray, target: np.ndarray, *, scale: str = "quarter-mean") -> np.floating:
    """E = s · Σ_ij (G_ij - A_ij)²."""
    return squared_error(gram, target, scale=scale)


def distance_backward(
    gram: np.ndarray, target: np.ndarray, *, scale: str = "quarter-mean"
) -> np.ndarray:
    """∂E/∂G_ij = 2s (G_ij - A_ij)."""
    return squared_error_backward(gram, target, scale=scale)
