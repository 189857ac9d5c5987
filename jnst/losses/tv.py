"""Total variation: how rough the picture is from one pixel to the next.

Mahendran and Vedaldi, "Understanding Deep Image Representations by Inverting Them" (CVPR 2015),
the regulariser R_{V^β}, per colour channel; and two others that public tools use:

| kind         | R without its scale                 | used by                                     |
| ------------ | ----------------------------------- | ------------------------------------------- |
| `squares`    | Σ (dx² + dy²)^β                     | Mahendran; neural-style with β 1, `half`    |
| `absolute`   | Σ |dx| + |dy|                       | neural-style-pt, neural-style-tf            |
| `nine-point` | Σ ⅔ (dx² + dy²) + ⅙ (d↘² + d↙²)     | style-transfer-pytorch, `mean`              |

dx and dy are the differences to the right and lower neighbour, d↘ and d↙ those along diagonals.
"""

import jax.numpy as jnp

from jnst.arrays import Array, Image, Scalar
from jnst.errors import check_choice
from jnst.losses.magnitude import magnitude

SCALE = {"sum": lambda count: 1, "half": lambda count: 1 / 2, "mean": lambda count: 1 / count}
"""Scales of the sum by name, as functions of the number of values, 3·h·w."""


def total_variation(
    image: Image, *, kind: str = "squares", beta: float = 1.0, scale: str = "mean"
) -> Scalar:
    """Compute scale · R.

    In `squares`, β = 1 is the sum of squared differences, β = ½ the length of the gradient
    (isotropic total variation), β = 1.25 the value of Keras's example. The derivative of a single
    summand s^β is β s^(β-1) ∂s; where s = 0 it is taken as 0, which is its limit for β > ½.

    A departure from the papers: the last row and column lack one difference each, which counts as
    0. The papers leave these pixels out, so that nothing smooths the right and lower edge.

    Args:
        image: in [0, 1]; a picture on the scale 0 to 255 gives 255^(2β) times as much.
        kind: a name in `KINDS`.
        beta: the exponent β, at least ½, of `squares`. The others have none.
        scale: a name in `SCALE`.

    Raises:
        InputError: for an unknown kind or scale.

    """
    factor = SCALE[check_choice("total variation scale", scale, SCALE)](image.size)
    return factor * KINDS[check_choice("total variation", kind, KINDS)](image, beta)


def _neighbours(image: Image) -> tuple[Array, Array]:
    """Right and lower neighbour minus the pixel itself; 0 where there is no neighbour."""
    dx = jnp.pad(image[:, :, 1:] - image[:, :, :-1], ((0, 0), (0, 0), (0, 1), (0, 0)))
    dy = jnp.pad(image[:, 1:] - image[:, :-1], ((0, 0), (0, 1), (0, 0), (0, 0)))
    return dx, dy


def _squares(image: Image, beta: float) -> Scalar:
    dx, dy = _neighbours(image)
    s = dx**2 + dy**2
    # Where s = 0 a constant stands in, for s^(β-1) would be infinite there and 0 · ∞ is no number.
    flat = s == 0
    return jnp.sum(jnp.where(flat, 0, jnp.where(flat, 1, s) ** beta))


def _absolute(image: Image, beta: float) -> Scalar:
    dx, dy = _neighbours(image)
    return magnitude(dx) + magnitude(dy)


def _nine_point(image: Image, beta: float) -> Scalar:
    """Sum over all pairs of the picture with its edge repeated once around it.

    There are (h+1)(w+1) diagonals and h·w pixels, and style-transfer-pytorch takes the mean of
    either: the diagonals count by the quotient.
    """
    height, width = image.shape[1:3]
    dx, dy = _neighbours(image)
    framed = jnp.pad(image, ((0, 0), (1, 1), (1, 1), (0, 0)), "edge")
    down = framed[:, 1:, 1:] - framed[:, :-1, :-1]
    up = framed[:, 1:, :-1] - framed[:, :-1, 1:]
    quotient = height * width / ((height + 1) * (width + 1))
    straight, diagonal = jnp.sum(dx**2) + jnp.sum(dy**2), jnp.sum(down**2) + jnp.sum(up**2)
    return 2 / 3 * straight + quotient / 6 * diagonal


KINDS = {"squares": _squares, "absolute": _absolute, "nine-point": _nine_point}
"""The sums by name."""
