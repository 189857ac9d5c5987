"""`--checkpoint` and `--resume`: a run that can be killed at any moment and goes on later."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from jnst.errors import InputError, check_at_least
from jnst.pictures import files
from jnst.runs import checkpoint
from jnst.runs.checkpoint import Checkpoint, Curves, Facts, digest
from jnst.runs.options import Checkpoints
from jnst.runs.record import Inputs, record, restore
from jnst.system import disk
from jnst.transfer.loaded import Loaded
from jnst.transfer.pictures import Pictures
from jnst.transfer.planned import check_planned
from jnst.transfer.recipe import Point
from jnst.transfer.settings import Settings
from jnst.transfer.stages import Stage, costs
from jnst.version import __version__

SHARE = 0.1
"""Of the time, saving takes no more than this."""


def find_run(
    options: Checkpoints, settings: Settings, inputs: Inputs
) -> tuple[Settings, Inputs, Checkpoint | None]:
    """Return what to run, and the checkpoint to go on from; the folder must be held.

    Where neither settings nor pictures were named, they are those of the checkpoint.

    Raises:
        InputError: for a checkpoint of another run, or one that nobody asked for.

    """
    check_at_least("checkpoint_every", options.checkpoint_every, 0)
    if options.checkpoint is None:
        if options.resume:
            raise InputError("resume goes with checkpoint, the folder that the run is in")
        return settings, inputs, None
    found = checkpoint.load(options.checkpoint)
    usual = record(Settings(), Inputs())
    asked = record(settings, inputs)
    if found is None:
        if options.resume and asked == usual:  # not to begin with the sample pair
            raise InputError(
                f"{options.checkpoint} holds no run to go on with; name the pictures to begin one"
            )
        return settings, inputs, None
    if not options.resume:
        raise InputError(
            f"{options.checkpoint} holds a run already; go on with it by --resume, or remove "
            f"{options.checkpoint / checkpoint.FILE}"
        )
    kept = restore(found.facts.made_with)
    before = record(*kept)
    if asked == usual:
        asked = before
    different = [name for name, value in asked.items() if value != before[name]]
    if different:
        given = [name for name in different if asked[name] != usual[name]]
        name = [*given, *different][0]
        raise InputError(
            f"the run in {options.checkpoint} has {name} {before[name]}, not {asked[name]}; go on "
            "with it as it is, or begin another one elsewhere"
        )
    return *kept, found


def output_of(found: Checkpoint) -> Path:
    """Return where the picture of a run goes: as it was, unless there is another picture by now."""
    output = Path(found.facts.output)
    try:
        is_ours = not output.exists() or files.read_settings(output) == found.facts.made_with
    except InputError:
        is_ours = False
    return output if is_ours else disk.unused(output)


def check_same(before: Facts, now: Facts, settings: Settings) -> None:
    """Raise an `InputError` if the run would not go on as it began, or as its settings say.

    Tiles may be others than would be chosen now, where that was left to the memory there was.
    """
    for name in ("pictures", "weights"):
        if getattr(before, name) != getattr(now, name):
            raise InputError(f"the {name} have changed since the checkpoint was written")
    if before.version != now.version:
        raise InputError(
            f"jnst {before.version} began this run, and this is {now.version}; end it with that "
            "one, or begin another elsewhere"
        )
    check_planned(before.stages, now.stages, settings)


def next_save(every: float, began: float) -> float:
    """Return when to save next, after one that began then: in `every` seconds, or as `SHARE` asks.

    Both moments are of `time.monotonic`.
    """
    now = time.monotonic()
    return now + max(every, (now - began) / SHARE)


class Schedule(NamedTuple):
    """The stages of a run and the relative cost of each evaluation.

    For a run that resumes, also the saved state to resume from, and the losses up to it.
    """

    stages: Sequence[Stage]
    costs: Sequence[float]
    point: Point | None
    curves: Curves


def plan_run(stages: Sequence[Stage], found: Checkpoint | None) -> Schedule:
    """Plan a run, from its beginning or from a checkpoint, which goes on in the same tiles."""
    if found is None:
        point, curves = None, {}
    else:
        stages, point = found.facts.stages, found.point
        rows = found.facts.curves.items()
        curves = {step: losses for step, losses in rows if step <= point.step}
    return Schedule(stages, costs(stages), point, curves)


def facts_of(
    settings: Settings,
    inputs: Inputs,
    pictures: Pictures,
    loaded: Loaded,
    stages: Sequence[Stage],
    *,
    output: Path,
    depth: Literal[8, 16],
) -> Facts:
    """Return what a checkpoint is to say of its run, before any step."""
    return Facts(
        made_with=record(settings, inputs),
        pictures=digest(pictures),
        weights=digest(loaded.params),
        version=__version__,
        output=os.path.abspath(output),
        depth=depth,
        stages=list(stages),
        curves={},
    )


def checkpoint_writer(options: Checkpoints, facts: Facts | None) -> Callable[..., None]:
    """Return a function that writes a checkpoint when it is due, or at once where it is to hurry.

    It takes a point and the losses until there; all else is of `facts`. Where the options ask for
    no checkpoints, or there are no facts, it does nothing.
    """
    due = time.monotonic() + options.checkpoint_every

    def keep(point: Point, curves: Curves, *, hurry: bool = False) -> None:
        nonlocal due
        began = time.monotonic()
        if options.checkpoint is None or facts is None or (began < due and not hurry):
            return
        checkpoint.save(options.checkpoint, point, msgspec.structs.replace(facts, curves=curves))
        due = next_save(options.checkpoint_every, began)

    return keep
