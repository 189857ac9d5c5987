"""Content loss: how far the features are from those of the content picture.

Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks" (CVPR 2016),
equation 1. F and P are the feature maps of the new picture and of the content picture in one layer,
with M positions and N channels.
"""

from jnst.arrays import Array, FeatureMap, Region, Scalar
from jnst.losses.squares import Sums, of_sums, squared_error, sums


def statistic(features: FeatureMap) -> FeatureMap:
    """Return the features themselves: content is compared position by position."""
    return features


def distance(features: FeatureMap, target: Array, *, scale: str = "mean") -> Scalar:
    """Compute scale · Σ_ij (F_ij - P_ij)².

    Its derivative is ∂/∂F = 2 · scale · (F - P). The paper prints it (equation 2) with a second
    case, 0 where F < 0: that is the derivative of the rectifier below F, which the network's own
    backward pass contributes; see `jnst.losses.gram`.

    Args:
        features: F, of any shape.
        target: P, of the same shape.
        scale: a name in `squares.SCALE`.

    Raises:
        InputError: for an unknown scale.

    """
    return squared_error(features, target, scale=scale)


def part(features: FeatureMap, target: FeatureMap, region: Region) -> Sums:
    """Add up the differences of a part of a map: Σ (T d)² and Σ |T d|, d = F - P.

    Args:
        features: F, [1, h, w, c].
        target: P, of the same shape.
        region: T, [1, h, w, 1]: 1 where positions count, elsewhere 0.

    """
    return sums(region * features, region * target)


def of_parts(parts: Sums, target: FeatureMap, *, scale: str = "mean") -> Scalar:
    """Compute `distance` from the sum of all its `part`s, which meet each position once."""
    return of_sums(parts, target, scale=scale)
