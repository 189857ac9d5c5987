"""How steady a painted film is: its warping error and its flicker.

With x_i the painted frames, I_i the film's own, f the backward flow of I_i to I_{i-1}, W the warp
and c how far the flow is to be trusted,

    warping error_i = Σ c (x_i - W(x_{i-1}))² / (3 Σ c)
    flicker_i       = Σ s (x_i - x_{i-1})² / (3 Σ s)

where s is 1 at pixels that stand still in the film itself, 0 elsewhere. Both are means of squares
of values in [0, 1]; Lai et al. (ECCV 2018, arXiv:1808.00449) measure the first. What the film
itself has, in noise and changing light, is a floor for both.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from jnst.arrays import Picture
from jnst.errors import InputError
from jnst.pictures import files, resizing
from jnst.video import consistency
from jnst.video.flow import estimator
from jnst.video.frames import Clip
from jnst.video.warp import warped

STILL = 0.1
"""Pixels a frame that count as standing still, at most."""
SAME = 2 / 255
"""Difference of values that counts as none."""


class Steadiness(NamedTuple):
    """Measures of each frame after the first; NaN where a frame has no pixel to measure."""

    warping: list[float]
    flicker: list[float]


def steadiness(film: Clip, painted: Clip, *, flow: str = "dis") -> Steadiness:
    """Measure how steady `painted` is, frame by frame, given the film that it was made of.

    Only two frames of each are in memory. Raises `InputError` where they have other numbers of
    frames, or only one.
    """
    count = len(film.times)
    if len(painted.times) != count:
        raise InputError(
            f"the painted film has {len(painted.times)} frames, and its content {count}; give the "
            "film it was made of"
        )
    if count < 2:
        raise InputError("a film of one frame neither moves nor flickers")
    estimate = estimator(flow)
    found = Steadiness([], [])
    for (before, now), (x_before, x_now) in _pairs(film, painted):
        backward, forward = estimate(now, before), estimate(before, now)
        weights = consistency.reliable(backward, forward)
        found.warping.append(_mean(weights, x_now - warped(x_before, backward)))
        still = np.linalg.norm(backward, axis=-1) <= STILL
        still &= (np.abs(now - before)[0] <= SAME).all(axis=-1)
        found.flicker.append(_mean(still.astype(np.float32), x_now - x_before))
    return found


def _pairs(film: Clip, painted: Clip) -> Iterator[tuple[tuple[Picture, Picture], ...]]:
    """Yield neighbours: two frames of the film, as large as the painted two."""
    last = None
    for number in range(len(film.times)):
        x = files.read(painted.frame(number))
        frame = resizing.resize(files.read(film.frame(number)), *x.shape[1:3])
        if last is not None:
            yield (last[0], frame), (last[1], x)
        last = frame, x


def _mean(weights: np.ndarray, difference: Picture) -> float:
    whole = float(weights.sum())
    if not whole:
        return float("nan")
    return float(np.sum(weights[..., None] * difference[0] ** 2) / (3 * whole))
