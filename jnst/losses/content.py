"""Content loss: how far the features are from those of the content picture.

Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks" (CVPR 2016),
equation 1. F and P are the feature maps of the new picture and of the content picture in one layer,
with M positions and N channels.
"""

import jax.numpy as jnp

from jnst.arrays import Array, FeatureMap, Scalar, check_choice

SCALE = {
    "half": lambda count: 1 / 2,
    "quarter-mean": lambda count: 1 / (4 * count),
    "mean": lambda count: 1 / count,
}
"""What Σ(F - P)² is multiplied by, as a function of the number of its summands, M·N.

- `half`: ½Σ, equation 1 of the paper (and of the 2015 report, arXiv:1508.06576);
- `quarter-mean`: 1 / (4·n_H·n_W·n_C), of the deep learning course that seeds many notebooks;
- `mean`: the mean squared error, as in neural-style, neural-style-pt and Gatys's own torch code.
"""


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
        scale: a name in `SCALE`.

    Raises:
        InputError: for an unknown scale.
    """
    factor = SCALE[check_choice("content scale", scale, SCALE)](features.size)
    return factor * jnp.sum((features - target) ** 2)
