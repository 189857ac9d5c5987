"""`jnst train --resume`, by no other words if need be: those of a training are in its checkpoint.

The facts of a training go into the network's file, which so is the same wherever it was made. The
paths of its pictures and of that file are kept in the checkpoint alone.
"""

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from jnst.errors import InputError
from jnst.training.settings import Settings
from jnst.training.sources import BEGINNINGS, Sources
from jnst.weights import onepass, trained

BEGUN = "begun"
"""The name among a checkpoint's facts of what the checkpoint alone has."""


@dataclass(frozen=True)
class Begun:
    """The files that a training was begun with: what it is made from, and where it goes."""

    sources: Sources
    output: Path


def begun_with(sources: Sources, output: Path) -> dict[str, Any]:
    """Return what a checkpoint is to keep of them: paths by which they are found from anywhere."""

    def place(path: str | Path) -> str:
        return str(path) if path in BEGINNINGS else os.path.abspath(onepass.located(Path(path)))

    places = {
        name: [*map(place, value)] if name == "paintings" else value and place(value)
        for name, value in dataclasses.asdict(sources).items()
    }
    return {BEGUN: {"sources": places, "output": place(output)}}


def words_of(
    kept: Mapping[str, Any] | None, folder: Path, *, resume: bool, named: bool
) -> dict[str, Any]:
    """Return the options of `jnst train` that a checkpoint has the values of, by name.

    Where pictures or settings were `named`, these count, and it is the output alone; not that
    either, where another file is in its place by now.

    Args:
        kept: the facts of the checkpoint; None for none.
        folder: where it is.
        resume: whether it was asked for.
        named: whether pictures or settings were.

    Raises:
        InputError: for a checkpoint that nobody asked for, or none where one is needed, and for one
            that does not say what is wanted.

    """
    if kept is None:
        if resume and not named:
            raise InputError(
                f"{folder} holds no training to go on with; name paintings and photos to begin one"
            )
        return {}
    check_asked(kept, folder, resume=resume, how="--resume")
    try:
        settings = msgspec.convert(kept["settings"], Settings)
        begun = msgspec.convert(kept[BEGUN], Begun, dec_hook=lambda kind, value: kind(value))
    except (KeyError, msgspec.ValidationError) as error:
        if named:
            return {}
        raise InputError(
            f"the checkpoint in {folder} does not say what its training was begun with: {error}"
        ) from None
    output = {"output": begun.output} if _is_ours(begun.output, kept) else {}
    if named:
        return output
    files = {**vars(begun.sources), "paintings": tuple(begun.sources.paintings)}
    return {"settings": settings, **files, **output}


def check_asked(kept: Mapping[str, Any] | None, folder: Path, *, resume: bool, how: str) -> None:
    """Raise an `InputError` for a checkpoint in a folder that nobody asked to go on with.

    `how` is how the caller is asked for that, as messages say.
    """
    if kept is not None and not resume:
        raise InputError(
            f"{folder} holds a training already; go on with it by {how}, or choose another folder"
        )


def _is_ours(output: Path, kept: Mapping[str, Any]) -> bool:
    """Say whether the network in a file is an earlier state of this training, or there is none."""
    facts = {name: value for name, value in kept.items() if name != BEGUN}
    try:
        return not output.exists() or trained.describe(output)[1] == facts
    except InputError:
        return False
