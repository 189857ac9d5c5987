"""Checkpoints: a long run is kept in a folder, so that nothing is lost when it is killed.

One file, written anew each time, whole or not at all: the optimizer's state, the picture, averages
and counts as arrays, and all else as JSON. There is no random key in it: a run draws all its random
numbers from `Settings.seed` before its first step.
"""

import contextlib
import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import jax
import msgspec
import numpy as np

from jnst.arrays import Params
from jnst.errors import InputError
from jnst.system import disk
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
            if not zipfile.is_zipfile(stream):
                raise InputError("the file is damaged, or none of jnst")
            stream.seek(0)
            arrays = np.load(stream, allow_pickle=False)
            if "facts" not in arrays:
                raise InputError("the file is damaged, or none of jnst")
            facts, place = _checked(json.loads(bytes(arrays["facts"])))
            state = [arrays[f"state{i}"] for i in range(place.leaves)]
            picture = arrays.get("picture")
            return Checkpoint(Point(place.stage, place.step, picture, state), facts)


def _checked(table: Any) -> tuple[Facts, _Place]:
    """Turn what JSON holds into both; raise `InputError` where a name or a type is not theirs."""
    try:
        facts = msgspec.convert(table, Facts, str_keys=True)
        place = msgspec.convert(table, _Place)
    except msgspec.ValidationError as error:
        raise InputError(f"it is damaged, or of another version of jnst: {error}") from None
    if place.stage >= len(facts.stages):
        raise InputError(f"it is damaged: there is no stage {place.stage} in its run")
    if any("total" not in losses for losses in facts.curves.values()):
        raise InputError("it is damaged: a step has no total loss")
    return facts, place


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


def digest(arrays: Pictures | Params) -> str:
    """Return a number that changes with any of the numbers that a run is given."""
    found = hashlib.sha256()
    for array in jax.tree.leaves(arrays):
        found.update(f"{np.shape(array)}".encode())
        found.update(np.ascontiguousarray(array, np.float32).reshape(-1).data)
    return found.hexdigest()
