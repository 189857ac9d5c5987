"""Checkpoints: a long run is kept in a folder, so that nothing is lost when it is killed.

One file, written anew each time, whole or not at all: the optimizer's state, the picture, averages
and counts as arrays, and all else as JSON. There is no random key in it: a run draws all its random
numbers from `Settings.seed` before its first step.
"""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import jax
import msgspec
import numpy as np

from jnst.arrays import AnyPicture, Params
from jnst.errors import InputError
from jnst.pictures.files import WRITERS
from jnst.runs.arrays import read_stored
from jnst.runs.record import restore
from jnst.system import digests, disk
from jnst.transfer.checks import check
from jnst.transfer.pictures import Pictures
from jnst.transfer.recipe import Point
from jnst.transfer.stages import Stage

FILE = "checkpoint.npz"
"""Name of the checkpoint in its folder."""
LABEL = "checkpoint-"
"""In the names of unfinished files, so that those of others are left alone."""
START = Point(0, 0, None, ())
"""The point at which a run begins."""

Curves = Mapping[int, dict[str, float]]
"""The losses of a run, by step and then by name; that named `total` is the sum of the others."""


class Facts(msgspec.Struct, frozen=True):
    """The facts by which a run is known again, and what it needs to go on, beside its point.

    `made_with` is what `jnst.runs.record.record` returns, as JSON has it once it was loaded;
    `pictures` and `weights` are the `digest` of each.
    """

    made_with: dict[str, Any]
    pictures: str
    weights: str
    version: str
    output: str
    depth: Literal[8, 16]
    stages: list[Stage]
    curves: dict[int, dict[str, float]]


class Checkpoint(NamedTuple):
    """A point of a run, and the facts about that run."""

    point: Point
    facts: Facts


_Count = Annotated[int, msgspec.Meta(ge=0)]


class _Place(msgspec.Struct):
    """The numbers of a `Point`; `leaves` is how many arrays its state has."""

    stage: _Count
    step: _Count
    leaves: _Count


def save(folder: Path, point: Point, facts: Facts) -> None:
    """Write a checkpoint in place of the last one. Raises `InputError` for what the disk refuses.

    Args:
        folder: an existing folder.
        point: of a `Progress`, before the next one is asked for.
        facts: about the run.

    """
    place = _Place(point.stage, point.step, len(point.state))
    table = msgspec.structs.asdict(facts) | msgspec.structs.asdict(place)
    text = json.dumps(table, default=os.fspath)  # not by msgspec, which has no NaN
    arrays = {"facts": np.frombuffer(text.encode(), np.uint8)}
    if point.picture is not None:
        arrays["picture"] = np.asarray(point.picture)
    arrays |= {f"state{i}": np.asarray(leaf) for i, leaf in enumerate(point.state)}
    path = folder / FILE
    with (
        disk.guarded(f"cannot write {os.fspath(path)!r}"),
        disk.replacing(path, label=LABEL) as stream,
    ):
        np.savez(stream, **arrays)  # pyright: ignore[reportArgumentType]


def load(folder: Path) -> Checkpoint | None:
    """Return what `save` left in a folder, or None; raise `InputError` for a damaged file."""
    path = folder / FILE
    if not os.path.lexists(path):
        return None
    with disk.guarded(f"cannot read the checkpoint {os.fspath(path)!r}"):
        disk.check_regular(path)
        with open(path, "rb") as stream:
            arrays = read_stored(stream)
        if "facts" not in arrays:
            raise InputError("the file is damaged, or none of jnst")
        facts, place = _checked(json.loads(bytes(arrays["facts"])))
        state = [arrays[f"state{i}"] for i in range(place.leaves)]
        picture = arrays.get("picture")
        _check_place(place, state, picture, facts.stages)
        return Checkpoint(Point(place.stage, place.step, picture, state), facts)


def _checked(table: Any) -> tuple[Facts, _Place]:
    """Turn what JSON holds into both; raise `InputError` where a name or a type is not theirs."""
    try:
        facts = msgspec.convert(table, Facts, str_keys=True)
        place = msgspec.convert(table, _Place)
    except msgspec.ValidationError as error:
        raise InputError(f"it is damaged, or of another version of jnst: {error}") from None
    check(restore(facts.made_with)[0])
    if not os.path.isabs(facts.output) or b"\0" in os.fsencode(facts.output):
        raise InputError(f"it is damaged: its output is {facts.output!r}")
    disk.check_suffix(facts.output, WRITERS)
    for stage in facts.stages:
        if min(number for number in stage if isinstance(number, int)) < 1:
            raise InputError(f"it is damaged: a stage has {list(stage)}")
    if place.stage >= len(facts.stages):
        raise InputError(f"it is damaged: there is no stage {place.stage} in its run")
    names = [losses.keys() for losses in facts.curves.values()]
    if any("total" not in one or one != names[0] for one in names):
        raise InputError("it is damaged: a step has no total loss, or other losses than the first")
    if list(facts.curves) != list(range(1, len(facts.curves) + 1)):
        raise InputError("it is damaged: its losses are not those of steps 1, 2, 3, ...")
    return facts, place


def _check_place(
    place: _Place, state: Sequence[np.ndarray], picture: np.ndarray | None, stages: Sequence[Stage]
) -> None:
    """Raise an `InputError` where the position is none that a run with these stages comes to.

    What is in the state beside the three numbers is compared with the optimizer's own by the loop.
    """
    done, within = sum(stage.steps for stage in stages[: place.stage]), 0
    if state:
        kinds = [(leaf.dtype.kind, leaf.shape) for leaf in state[:3]]
        if kinds != [("i", ()), ("i", ()), ("f", ())]:
            raise InputError("it is damaged: its state does not begin with three numbers")
        within, retreats, shrink = (leaf.item() for leaf in state[:3])
        if not (within >= 1 and retreats >= 0 and 0 < shrink <= 1):
            raise InputError(f"it is damaged: its state is {within}, {retreats}, {shrink}")
    last = sum(stage.steps for stage in stages) - 1
    if place.step != done + within or within > stages[place.stage].steps or place.step > last:
        raise InputError(f"it is damaged: step {place.step} is none of its state")
    if picture is None:
        if place.stage and not state:
            raise InputError("it is damaged: it has neither a picture nor a state")
    elif (
        picture.dtype.kind != "f"
        or picture.ndim != 4
        or (picture.shape[0], picture.shape[3]) != (1, 3)
        or not picture.size
        or not ((picture >= 0) & (picture <= 1)).all()
    ):
        raise InputError("it is damaged: its picture is none")


def remove(folder: Path) -> None:
    """Remove the checkpoint of a run that is over."""
    (folder / FILE).unlink(missing_ok=True)


@contextlib.contextmanager
def held(folder: Path) -> Iterator[Path]:
    """Make a folder for checkpoints, and hold it: no other run may write its own there.

    The system lets go of it when the process ends, however that comes about. What a run left that
    was killed while it wrote is removed. Raises `InputError` where another run holds the folder.
    """
    disk.make_folder(folder)
    failure = f"cannot keep checkpoints in {os.fspath(folder)!r}"
    with disk.held(folder, failure, taken="another run keeps its own there"):
        with disk.guarded(failure):
            disk.remove_unfinished(folder, LABEL)
        yield folder


def digest(arrays: Pictures | Params | AnyPicture) -> str:
    """Return a number that changes with any of the numbers that a run is given."""
    return digests.digest(jax.tree.leaves(arrays), shapes=True)
