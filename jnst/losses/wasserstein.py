"""Style loss: the Wasserstein-2 distance between two Gaussian distributions of features.

The features at the M positions of a layer are seen as samples of a distribution over N channels,
which its mean m and covariance C describe. Between two Gaussians the cost of the best transport is
known in closed form (Olkin and Pukelsheim 1982; Dowson and Landau 1982):

    W² = |m - m_s|² + tr C + tr C_s - 2 tr (C_s^½ C C_s^½)^½.

It was brought to style transfer by K. Crowson's style-transfer-pytorch. Compared with the Gram
matrix, which holds the same two moments, it measures them in the units of the features, not of
their squares: strong channels do not drown weak ones.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap, Region, Scalar
from jnst.errors import check_choice
from jnst.losses.positions import matrix, product, weigh


class Moments(NamedTuple):
    """The mean over positions, m, and the second raw moment R = FᵀF / M, so that C = R - m mᵀ.

    Both are means over positions: they add up over tiles and blend linearly over pictures.
    """

    mean: Float[Array, " c"]
    second: Float[Array, "c c"]


class Target(NamedTuple):
    """Target of the distance: m_s, B with BᵀB = C_s, and tr C_s."""

    mean: Float[Array, " c"]
    root: Float[Array, "c c"]
    trace: Scalar


SCALE = {
    "mean": lambda target: 1 / target.mean.size,
    "relative": lambda target: 1 / (jnp.sum(target.mean**2) + target.trace),
}
"""Scales of W² by name: `mean`, 1/N, as in style-transfer-pytorch; `relative`, so that 1 is the
distance to a blank map, as in `jnst.losses.squares`."""


def statistic(
    features: FeatureMap, region: Region | None = None, *, whole: int | None = None
) -> Moments:
    """Compute the mean and the second raw moment of features [1, h, w, c], seen as (M, N).

    With a region, position k counts region_k times. `whole` is M of the whole map, where `features`
    is only a part of it: parts then add up.
    """
    F = matrix(features)  # (M, N)
    M = whole or F.shape[0]
    return Moments(weigh(F, region).sum(axis=0) / M, product(F, region) / M)


def target(moments: Moments) -> Target:
    """Compute once what does not change while the picture does.

    For C_s = V Λ Vᵀ, B = Λ^½ Vᵀ, largest eigenvalue first. B C Bᵀ has the eigenvalues of
    C_s^½ C C_s^½, and near the target it is nearly diagonal and graded: small eigenvalues then come
    out more exactly.
    """
    C = _covariance(moments)
    values, vectors = jnp.linalg.eigh(C)
    root = (vectors * jnp.sqrt(jnp.maximum(values, 0))).T[::-1]
    return Target(moments.mean, root, jnp.trace(C))


def distance(moments: Moments, target: Target, *, scale: str = "mean") -> Scalar:
    """Compute scale · W².

    Derivatives: ∂W²/∂m = 2 (m - m_s) and ∂W²/∂C = 1 - Bᵀ (B C Bᵀ)^-½ B, with B as in `target`.

    Departures from style-transfer-pytorch: the matrix roots are exact, by eigenvalues, instead of
    12 Newton-Schulz steps, and nothing is added to the diagonals.

    Args:
        moments: the new picture's `statistic`.
        target: the style picture's, by `target`.
        scale: a name in `SCALE`.

    Raises:
        InputError: for an unknown scale.

    """
    factor = SCALE[check_choice("Wasserstein scale", scale, SCALE)](target)
    C, B = _covariance(moments), target.root
    means = jnp.sum((moments.mean - target.mean) ** 2)
    return factor * (means + jnp.trace(C) + target.trace - 2 * trace_sqrt(B @ C @ B.T))


def _covariance(moments: Moments) -> Float[Array, "c c"]:
    return moments.second - moments.mean[:, None] * moments.mean


ROUNDING = 8
"""Eigenvalues are known up to about this many units of rounding of the largest."""


@jax.custom_vjp
def trace_sqrt(A: Float[Array, "n n"]) -> Scalar:
    """Compute tr A^½ of a symmetric positive semi-definite matrix. Its derivative is ½ A^-½.

    For A = V Λ Vᵀ, tr A^½ = Σ √λ, and d√λ = ½ λ^-½ vᵀ dA v; summed, ½ tr(A^-½ dA). Differentiating
    through the eigenvectors instead would divide by differences of equal eigenvalues.
    """
    return _forward(A)[0]


def _forward(A: Array):
    values, vectors = jnp.linalg.eigh(A)
    # Below a few units of rounding nothing is known but that the derivative is large there.
    least = ROUNDING * jnp.finfo(A.dtype).eps * values[-1]
    known = values > least
    trace = jnp.sum(jnp.where(known, jnp.sqrt(jnp.where(known, values, 1)), 0))
    return trace, (vectors, jnp.where(known, values, jnp.where(least > 0, least, jnp.inf)))


def _backward(kept, cotangent: Array):
    vectors, values = kept
    return (cotangent * (vectors / (2 * jnp.sqrt(values))) @ vectors.T,)


trace_sqrt.defvjp(_forward, _backward)
