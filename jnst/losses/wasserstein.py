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

import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap, Region, Scalar
from jnst.byhand.losses.wasserstein import ROUNDING
from jnst.errors import check_choice
from jnst.losses.polar import nuclear_norm, trace_root
from jnst.losses.positions import matrix, product, weigh


class Moments(NamedTuple):
    """The mean over positions, m, and the second raw moment R = FᵀF / M, so that C = R - m mᵀ.

    Both are means over positions: they add up over tiles.
    """

    mean: Float[Array, " c"]
    second: Float[Array, "c c"]


class Deviations(NamedTuple):
    """The mean over positions, m, and G = (F - m) / √M, so that C = GᵀG."""

    mean: Float[Array, " c"]
    each: Float[Array, "M c"]


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


FEW = 1.5
"""Up to so many positions a channel, products with G are cheaper than those with C; and exact."""


def statistic(
    features: FeatureMap, region: Region | None = None, *, whole: int | None = None
) -> Moments | Deviations:
    """Compute mean and covariance of features [1, h, w, c], seen as (M, N).

    The covariance as second raw moment, or, where there are few positions, as deviations.

    With a region, position k counts region_k times. `whole` is M of the whole map, where `features`
    is only a part of it: parts then add up.
    """
    F = matrix(features)  # (M, N)
    M = whole or F.shape[0]
    mean = weigh(F, region).sum(axis=0) / M
    if whole is None and FEW * F.shape[1] >= M:
        root = None if region is None else jnp.sqrt(region)
        return Deviations(mean, weigh(F - mean, root) / M**0.5)
    return Moments(mean, product(F, region) / M)


def target(statistic: Moments | Deviations) -> Target:
    """Compute once what does not change while the picture does.

    For C_s = V Λ Vᵀ, B = Λ^½ Vᵀ, largest eigenvalue first. B C Bᵀ has the eigenvalues of
    C_s^½ C C_s^½, and near the target it is nearly diagonal and graded: small eigenvalues then come
    out more exactly.
    """
    C = _covariance(statistic)
    values, vectors = jnp.linalg.eigh(C)
    root = (vectors * jnp.sqrt(jnp.maximum(values, 0))).T[::-1]
    return Target(statistic.mean, root, jnp.trace(C))


def distance(statistic: Moments | Deviations, target: Target, *, scale: str = "mean") -> Scalar:
    """Compute scale · W².

    With B as in `target`, tr (C_s^½ C C_s^½)^½ = tr (B C Bᵀ)^½ is the nuclear norm of X = G Bᵀ.
    Derivatives: ∂W²/∂m = 2 (m - m_s), ∂W²/∂C = 1 - Bᵀ (B C Bᵀ)^-½ B, and ∂W²/∂G = 2 (G - Q B), with
    the polar factor Q of X; see `jnst.losses.polar`.

    Departures from style-transfer-pytorch: its 12 Newton-Schulz steps for a matrix root are steps
    with better coefficients for the polar factor; and nothing is added to the diagonals but
    `ROUNDING` units of rounding.

    Args:
        statistic: of the new picture.
        target: of the style picture, by `target`.
        scale: a name in `SCALE`.

    Raises:
        InputError: for an unknown scale.

    """
    factor = SCALE[check_choice("Wasserstein scale", scale, SCALE)](target)
    B = target.root
    means = jnp.sum((statistic.mean - target.mean) ** 2)
    if isinstance(statistic, Deviations):
        trace = jnp.sum(statistic.each**2)
        cross = nuclear_norm(jnp.matmul(statistic.each, B.T, precision="highest"))
    else:
        C = _covariance(statistic)
        trace = jnp.trace(C)
        # With 8 of them, where features have fewer directions than channels, the gradient in the
        # others was rounding alone.
        noise = ROUNDING * jnp.finfo(C.dtype).eps * jnp.diag(statistic.second)
        cross = trace_root(C, B, noise)
    return factor * (means + trace + target.trace - 2 * cross)


def _covariance(statistic: Moments | Deviations) -> Float[Array, "c c"]:
    if isinstance(statistic, Deviations):
        return product(statistic.each, None)
    return statistic.second - statistic.mean[:, None] * statistic.mean
