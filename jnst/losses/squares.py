"""The scaled sum of squared differences that the content and Gram losses end in."""

from typing import NamedTuple

import jax.numpy as jnp

from jnst.arrays import Array, Scalar
from jnst.errors import check_choice
from jnst.losses.magnitude import magnitude

SCALE = {
    "half": lambda target: 1 / 2,
    "quarter-mean": lambda target: 1 / (4 * target.size),
    "mean": lambda target: 1 / target.size,
    "relative": lambda target: 1 / (target**2).sum(),
}
"""Scales of Σ(S - T)² by name, as functions of the target T.

- `half`: ½Σ, content in Gatys et al. (CVPR 2016, equation 1) and both losses in kunal2021;
- `quarter-mean`: 1/(4·n_H·n_W·n_C) for content, as in the deep learning course behind patel2020,
  and 1/(4N²) for Gram matrices, as printed by Gatys et al.;
- `mean`: the mean squared error, as in neural-style, neural-style-pt and Gatys's torch notebook;
- `relative`: 1/ΣT², so that 1 is the loss of a blank map. Weights then mean the same whatever the
  size, the picture or the layer. No paper does so; the default here does. T must not be all zero.
"""


CONTRAHARMONIC = {
    "contraharmonic": lambda target: 1,
    "relative-contraharmonic": lambda target: target.size / jnp.abs(target).sum(),
}
"""Scales of the contraharmonic mean Σd² / Σ|d| of the differences, by name.

Its gradient has nearly the same size near the target and far from it. `contraharmonic` is that of
style-transfer-pytorch; `relative-contraharmonic` is in units of the mean |T|, as `relative` above.
"""
SCALES = (*SCALE, *CONTRAHARMONIC)
"""The names of all these scales."""


class Sums(NamedTuple):
    """Σd² and Σ|d| of differences d. Both add up over parts of a map."""

    squares: Scalar
    magnitudes: Scalar


def sums(statistic: Array, target: Array) -> Sums:
    """Add up the differences d = S - T, of any shape."""
    d = statistic - target
    return Sums(jnp.sum(d**2), magnitude(d))


def of_sums(sums: Sums, target: Array, *, scale: str) -> Scalar:
    """Compute `squared_error` from the sums over all of `target`, T.

    Raises `InputError` for an unknown scale.
    """
    check_choice("scale", scale, SCALES)
    if scale in SCALE:
        return SCALE[scale](target) * sums.squares
    return CONTRAHARMONIC[scale](target) * sums.squares / (sums.magnitudes + 1e-8)


def squared_error(statistic: Array, target: Array, *, scale: str) -> Scalar:
    """Compute scale · Σ d² over all entries, d = S - T, or scale · Σd² / (Σ|d| + 1e-8).

    Args:
        statistic: S, of any shape.
        target: T, of the same shape.
        scale: a name in `SCALE`, or in `CONTRAHARMONIC` for the quotient.

    Raises:
        InputError: for an unknown scale.

    """
    return of_sums(sums(statistic, target), target, scale=scale)
