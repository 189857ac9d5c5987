"""Feature maps as matrices, a row for each position, and how much each position counts."""

from jaxtyping import Float

from jnst.arrays import Array, FeatureMap, Region


def matrix(features: FeatureMap) -> Float[Array, "M N"]:
    """Return features [1, h, w, N] as F (M, N), M = h·w positions and N channels."""
    return features.reshape(-1, features.shape[-1])


def weigh(F: Float[Array, "M N"], region: Region | None) -> Float[Array, "M N"]:
    """Return T F, each row times the weight of its position, or F itself without a region."""
    return F if region is None else region.reshape(-1, 1) * F
