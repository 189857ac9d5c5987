"""Total variation: how rough the picture is from one pixel to the next.

Mahendran and Vedaldi, "Understanding Deep Image Representations by Inverting Them" (CVPR 2015),
the regulariser R_{V^β}, per colour channel.
"""

import jax.numpy as jnp

from jnst.arrays import Image, Scalar, check_choice

SCALE = {"sum": lambda count: 1, "half": lambda count: 1 / 2, "mean": lambda count: 1 / count}
"""What the sum is multiplied by, as a function of the number of values in the picture, 3·h·w."""


def total_variation(image: Image, *, beta: float = 1.0, scale: str = "mean") -> Scalar:
    """Compute scale · Σ_ijk ((y_{i,j+1,k} - y_{ijk})² + (y_{i+1,j,k} - y_{ijk})²)^β.

    β = 1 is the sum of squared differences, β = ½ the length of the gradient (isotropic total
    variation), β = 1.25 the value of Keras's example. The derivative of a single summand s^β is
    β s^(β-1) ∂s; where s = 0 it is taken as 0, which is its limit for β > ½.

    A departure from the papers: the last row and column lack one difference each, which counts as
    0. The papers leave these pixels out, so that nothing smooths the right and lower edge.

    Args:
        image: in [0, 1]; a picture on the scale 0 to 255 gives 255^(2β) times as much.
        beta: the exponent β, at least ½.
        scale: a name in `SCALE`.

    Raises:
        InputError: for an unknown scale.

    """
    factor = SCALE[check_choice("total variation scale", scale, SCALE)](image.size)
    dx = jnp.pad(image[:, :, 1:] - image[:, :, :-1], ((0, 0), (0, 0), (0, 1), (0, 0)))
    dy = jnp.pad(image[:, 1:] - image[:, :-1], ((0, 0), (0, 1), (0, 0), (0, 0)))
    s = dx**2 + dy**2
    # Where s = 0 a constant stands in, for s^(β-1) would be infinite there and 0 · ∞ is no number.
    flat = s == 0
    return factor * jnp.sum(jnp.where(flat, 0, jnp.where(flat, 1, s) ** beta))
