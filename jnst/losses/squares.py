"""The scaled sum of squared differences that the content and Gram losses end in."""

import jax.numpy as jnp

from jnst.arrays import Array, Scalar, check_choice

SCALE = {
    "half": lambda target: 1 / 2,
    "quarter-mean": lambda target: 1 / (4 * target.size),
    "mean": lambda target: 1 / target.size,
    "relative": lambda target: 1 / (target**2).sum(),
}
"""What Σ(S - T)² is multiplied by, as a function of the target T.

- `half`: ½Σ, content in Gatys et al. (CVPR 2016, equation 1) and both losses in kunal2021;
- `quarter-mean`: 1/(4·n_H·n_W·n_C) for content, as in the deep learning course behind patel2020,
  and 1/(4N²) for Gram matrices, as printed by Gatys et al.;
- `mean`: the mean squared error, as in neural-style, neural-style-pt and Gatys's torch notebook;
- `relative`: 1/ΣT², so that 1 is the loss of a blank map. Weights then mean the same whatever the
  size, the picture or the layer. No paper does so; the default here does. T must not be all zero.
"""


def squared_error(statistic: Array, target: Array, *, scale: str) -> Scalar:
    """Compute scale · Σ (S - T)² over all entries.

    Args:
        statistic: S, of any shape.
        target: T, of the same shape.
        scale: a name in `SCALE`.

    Raises:
        InputError: for an unknown scale.

    """
    factor = SCALE[check_choice("scale", scale, SCALE)](target)
    return factor * jnp.sum((statistic - target) ** 2)
