"""Progress of a picture, as its painter leaves it for the page."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from jnst.display.terminal import next_look, time_left
from jnst.optimize.loop import Progress
from jnst.runs.checkpoint import Curves
from jnst.transfer.extents import extents
from jnst.transfer.pictures import Pictures, finish
from jnst.transfer.settings import Settings
from jnst.transfer.stages import Stage
from jnst.web import reports
from jnst.web.records import Painted

POINTS = 400
"""The most points of the loss curve that are shown."""


def progress_writer(
    folder: Path,
    pictures: Pictures,
    settings: Settings,
    costs: Sequence[float],
    *,
    stages: Sequence[Stage] = (),
    began: float,
) -> Callable[..., None]:
    """Return a function that leaves a preview and `progress.json` in a folder, now and then.

    Or at once, where the run is over. It takes a `Progress` and the losses until there. `began` is
    when the run did, by the clock that does not go back.
    """
    left, due = time_left(costs), 0.0
    before = reports.seconds_before(folder)
    ready, pace = None, None
    inner, outer = map(max, extents(pictures.original.shape[1:3], settings))
    sizes = [(round(stage.size * inner / outer), stage.steps) for stage in stages]

    def show(progress: Progress, curves: Curves, *, whole: bool = False) -> None:
        nonlocal due, ready, pace
        now = time.monotonic()
        seconds = left(progress.step)
        if progress.step and ready is None:
            ready = now - began
        if seconds:
            pace = seconds / sum(costs[progress.step :])
        elif progress.step == len(costs):  # the first step was the last
            pace = pace or 0.0
        if now < due and not whole:
            return
        picture = finish(pictures, settings, progress.best)
        height, width = picture.shape[1:3]
        totals = [(step, row["total"]) for step, row in curves.items() if np.isfinite(row["total"])]
        thinned = totals[:: -(-len(totals) // POINTS) or 1]
        painted = Painted(
            step=progress.step,
            steps=len(costs),
            size=(width, height),
            left=seconds,
            seconds=before + now - began,
            curve=thinned + [one for one in totals[-1:] if one not in thinned[-1:]],
            stages=sizes,
            ready=ready,
            pace=pace,
        )
        reports.leave(folder, picture, painted)
        due = next_look(now, reports.SHOW_EVERY)

    return show
