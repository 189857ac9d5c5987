"""How long a run is going to take: by the last ones on this machine, or a probe of its speed.

What an evaluation costs is the square of its long side, in pixels, as in `jnst.transfer.stages`. A
run is thought to need as long to get ready as one before it, and as long for a unit of cost; where
there is none, a product of matrices tells how fast the machine is.
"""

import functools
import time

import msgspec
import numpy as np

from jnst.transfer import stages
from jnst.transfer.extents import extents
from jnst.transfer.settings import Settings
from jnst.video.settings import VideoSettings
from jnst.web.records import Painted, Run
from jnst.web.store import Store

READY = 20.0
"""Seconds that a first run needs to get ready: most of them go into compiling."""
ONE_PASS = 12.0
"""Seconds that a network needs for a picture, with all that goes before."""
ONE_PASS_MORE = 1.0
"""Seconds that it needs for each further frame of a film."""
WORK = 0.7e6
"""An evaluation for each unit of cost, in the multiplications and additions that the probe does in
that time: measured, for VGG19 to relu5_1 and a photograph of 3 x 2."""


class Estimate(msgspec.Struct, frozen=True):
    """Seconds that a run is going to take, and whether one like it has been measured here."""

    seconds: float
    measured: bool


def expected(
    store: Store,
    settings: Settings,
    size: tuple[int, int],
    *,
    preset: str,
    film: tuple[int, VideoSettings] | None = None,
) -> Estimate:
    """Return how long a run with a photograph of this height and width, or film, will take.

    `film` is the number of its frames, and how they are held together.
    """
    frames, video = film or (1, VideoSettings())
    last = _last(store, settings, preset)
    if settings.method != "pixels":
        first = last[0] if last else ONE_PASS
        return Estimate(first + ONE_PASS_MORE * (frames - 1), last is not None)
    _, canvas = extents(size, settings)
    cost = _cost(settings, max(canvas))
    cost += (frames - 1) * video.frame_steps * max(canvas) ** 2
    ready, pace = last or (READY, WORK / speed())
    return Estimate(ready + pace * cost, last is not None)


def _cost(settings: Settings, size: int) -> float:
    sizes = stages.sizes(size, first=settings.first_size or size, ratio=settings.size_ratio)
    steps = stages.evaluations(settings, sizes)
    return float(sum(count * one**2 for count, one in zip(steps, sizes, strict=True)))


def _last(store: Store, settings: Settings, preset: str) -> tuple[float, float] | None:
    """Return for how long the last run got ready, and its pace: one of the preset, if there is one.

    Else one of the same network. None where there is neither.
    """

    def alike(run: Run) -> bool:
        names = ("method", "backbone", "engine")
        return all(run.made_with.get(name) == getattr(settings, name) for name in names)

    runs = sorted(filter(alike, store.runs.values()), key=lambda run: -run.number)
    for run in sorted(runs, key=lambda run: run.preset != preset):  # stable: the newest comes first
        painted = store.painted(run)
        if (found := _measured(painted)) is not None:
            return found
    return None


def _measured(painted: Painted | None) -> tuple[float, float] | None:
    if painted is None or painted.ready is None or painted.pace is None:
        return None
    return painted.ready, painted.pace


@functools.cache
def speed() -> float:
    """Return how many multiplications and additions this machine does in a second, about."""
    square = np.ones((768, 768), np.float32)
    best = np.inf
    for _ in range(3):
        began = time.perf_counter()
        np.dot(square, square)
        best = min(best, time.perf_counter() - began)
    return 2 * len(square) ** 3 / best
