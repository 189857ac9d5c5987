"""Content loss: how far the features are from those of the content picture.

Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks" (CVPR 2016),
equation 1. F and P are the feature maps of the new picture and of the content picture in one layer,
with M positions and N channels.
"""

from jnst.arrays import Array, FeatureMap, Scalar
from jnst.losses.squares import squared_error


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
