"""One run from beginning to end: the loop that the command line and the page share.

It is opened, painted to its end or until it is interrupted, and what was painted is written. Who
watches it, and where its picture goes, is up to the caller.
"""

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from jnst.arrays import Image
from jnst.errors import InputError
from jnst.methods.contract import Plan
from jnst.methods.progress import Progress
from jnst.runs import checkpoint, pictures
from jnst.runs.checkpoint import Checkpoint, Curves, Facts
from jnst.runs.record import Inputs
from jnst.runs.resume import (
    Checkpoints,
    Schedule,
    check_same,
    checkpoint_writer,
    facts_of,
    plan_run,
)
from jnst.runs.signals import uninterrupted
from jnst.transfer.loaded import load
from jnst.transfer.method import PixelPlan
from jnst.transfer.methods import METHODS
from jnst.transfer.pictures import Pictures
from jnst.transfer.planned import check_steps
from jnst.transfer.settings import Settings
from jnst.transfer.stages import plan


@dataclass(frozen=True)
class OpenedRun:
    """A run that is ready to begin, or to go on: all that was read, loaded and planned for it.

    Without a folder in `checkpoints` none are kept, and there are no `facts` for them.
    """

    settings: Settings
    inputs: Inputs
    pictures: Pictures
    plan: Plan
    schedule: Schedule
    depth: Literal[8, 16]
    checkpoints: Checkpoints
    facts: Facts | None

    def save(self, path: Path, image: Image, *, interrupted: int | None = None) -> None:
        """Finish a picture of this run and write it.

        If the run was `interrupted`, after so many steps, the picture says so.
        """
        result = self.plan.result(image)
        pictures.save(
            path,
            result,
            self.pictures,
            self.settings,
            self.inputs,
            depth=self.depth,
            interrupted=interrupted,
        )


class EndedRun(NamedTuple):
    """A run that is over: its last step, and what ended it early, if anything did."""

    last: Progress
    trouble: InputError | KeyboardInterrupt | None


def open_run(
    settings: Settings,
    inputs: Inputs,
    given: Pictures,
    *,
    output: Path,
    depth: Literal[8, 16] = 8,
    checkpoints: Checkpoints,
    found: Checkpoint | None,
) -> OpenedRun:
    """Load the network and plan a run, from its beginning or from the checkpoint that was found.

    Args:
        settings: what it is painted with.
        inputs: the names of the pictures, for the metadata.
        given: the pictures.
        output: where the picture goes, as checkpoints say.
        depth: bits for each value in the picture.
        checkpoints: whether and where they are kept; that folder must be held. What is painted in
            one pass keeps none.
        found: the one in that folder, if any.

    Raises:
        InputError: for weights that are missing, a picture that does not fit into memory, and a
            checkpoint of other pictures, weights, or another version.

    """
    if settings.method != "pixels":  # there is nothing to go on from, and so no checkpoint
        steps = METHODS[settings.method].plan(given, settings)
        schedule, none = Schedule((), steps.costs, None, {}), Checkpoints()
        return OpenedRun(settings, inputs, given, steps, schedule, depth, none, None)
    loaded = load(settings)
    stages = plan(given, settings)
    check_steps(stages)
    facts = None
    if checkpoints.checkpoint is not None:
        facts = facts_of(settings, inputs, given, loaded, stages, output=output, depth=depth)
        if found is not None:
            check_same(found.facts, facts, settings)
            facts = msgspec.structs.replace(facts, stages=found.facts.stages)
    schedule = plan_run(stages, found)
    steps = PixelPlan(given, settings, schedule.stages, loaded)
    return OpenedRun(settings, inputs, given, steps, schedule, depth, checkpoints, facts)


def paint_run(
    run: OpenedRun,
    *,
    watching: AbstractContextManager[Callable[[Progress, Curves], None]],
    write: Callable[[Progress, Curves, bool], None],
    interruption: Callable[[], KeyboardInterrupt | None],
    every: int = 10,
) -> EndedRun:
    """Paint a run to its end, or until something stops it, and let `write` keep what was painted.

    When the whole picture has been written, the checkpoint is removed.

    Args:
        run: what to paint.
        watching: is entered while it is painted, and yields what is called with each `Progress`
            and the losses until there.
        write: is called in the end, undisturbed by signals: with the last of both, and whether the
            run ended early.
        interruption: says what has interrupted the run, if anything; asked at the end of each step
            that it can go on from. See `jnst.runs.signals.interruptions`.
        every: on an accelerator, after how many steps a picture comes back.

    Raises:
        InputError: for what cannot be painted, if there is no picture to keep; for what the disk
            refuses.
        KeyboardInterrupt: if it was interrupted before there was a picture to keep.

    """
    schedule, keep = run.schedule, checkpoint_writer(run.checkpoints, run.facts)
    curves = dict(schedule.curves)
    last: Progress | None = None
    trouble: InputError | KeyboardInterrupt | None = None
    with watching as watch:
        try:
            for progress in run.plan.steps(every=every, point=schedule.point):
                last = progress
                curves[progress.step] = {"total": progress.total, **progress.parts}
                whole = progress.state is not None and progress.step < len(schedule.costs)
                if whole:
                    interruption()  # from the first call on it waits: whoever sees a step may stop
                watch(progress, curves)
                if whole:
                    come = interruption()
                    keep(progress.state, curves, hurry=come is not None)
                    if come is not None:
                        raise come
        except (KeyboardInterrupt, InputError) as error:
            if last is None or not math.isfinite(last.best_total):
                raise
            trouble = error
    assert last is not None  # there is a step left, also after a checkpoint
    with uninterrupted():
        write(last, curves, trouble is not None)
        if run.checkpoints.checkpoint is not None and trouble is None:
            checkpoint.remove(run.checkpoints.checkpoint)
    return EndedRun(last, trouble)
