"""Straight lines: how much of the picture lies on thin lines along its axes.

Stylised pictures have thin straight lines along rows and columns in smooth areas, like threads of a
cloth, and more of them than the painting. VGG's two shallowest layers alone make as many; their 3x3
filters look along the axes. Hardly anything but such lines pays this penalty; oblique and bent
strokes are left alone.

    d→ = I(x, y) - ½ (I(x-1, y) + I(x+1, y))
    L  = scale · Σ (mean of d→ over n pixels of a column)²

and the same for rows, d↓; n is `LENGTH`, or the whole side if that is shorter. A line of n pixels
keeps its d in the mean, while what changes sign within n pixels is averaged out. In the spectrum it
is a penalty along both axes.

Ours: no paper has it. `scripts/bench/lines.py` measures the same in a finished picture.
"""

import jax
import jax.numpy as jnp

from jnst.arrays import Array, Image, Scalar
from jnst.byhand.losses.lines import LENGTH


def straight_lines(image: Image) -> Scalar:
    """Compute L for a picture (1, h, w, 3), with scale 1 / (3·h·w): a mean of squares.

    A side of fewer than three pixels has no lines across it.
    """
    total = jnp.zeros((), image.dtype)
    for across, along in ((1, 2), (2, 1)):
        if image.shape[across] > 2:
            total += jnp.sum(_mean(_across(image, across), along) ** 2)
    return total / image.size


def _across(image: Image, axis: int) -> Array:
    """Half the second difference along an axis, negated, wherever there are both neighbours."""
    count = image.shape[axis] - 2
    before, here, after = (
        jax.lax.slice_in_dim(image, start, start + count, axis=axis) for start in range(3)
    )
    return here - (before + after) / 2


def _mean(d: Array, axis: int) -> Array:
    """Mean of each `LENGTH` neighbours along an axis."""
    window = [1] * d.ndim
    window[axis] = min(LENGTH, d.shape[axis])
    sums = jax.lax.reduce_window(d, 0.0, jax.lax.add, window, [1] * d.ndim, "valid")
    return sums / window[axis]
