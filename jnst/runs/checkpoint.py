"""Where a long run is, kept in a folder on the disk, so that nothing is lost when it is killed.

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
from typing import Any, NamedTuple

import jax
import numpy as np

from jnst import disk
from jnst.arrays import Params
from jnst.errors import InputError
from jnst.transfer.pictures import Pictures
from jnst.transfer.recipe import Point

FILE = "checkpoint.npz"
"""What the checkpoint in a folder is called."""
LABEL = "checkpoint-"
"""In the names of unfinished files, so that those of others are left alone."""
_FACTS = {"made_with", "pictures", "weights", "version", "output", "depth", "stages", "curves"}


class Checkpoint(NamedTuple):
    """A point of a run, and what is to be known of that run, as JSON has it."""

    point: Point
    facts: dict[str, Any]


def save(folder: Path, point: Point, facts: Mapping[str, Any]) -> None:
    """Write a checkpoint in place of the last one. Raises `InputError` for what the disk refuses.

    Args:
        folder: an existing folder.
        point: of a `Progress`, before the next one is asked for.
        facts: what JSON can hold.

    """
    all_facts = {**facts, "stage": point.stage, "step": point.step, "leaves": len(point.state)}
    text = json.dumps(all_facts, default=os.fspath)
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
            facts = json.loads(bytes(arrays["facts"]))
            if missing := _FACTS - set(facts):
                raise InputError(f"it lacks {min(missing)}")
            state = [arrays[f"state{i}"] for i in range(facts["leaves"])]
            picture = arrays.get("picture")
            return Checkpoint(Point(facts["stage"], facts["step"], picture, state), facts)


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
