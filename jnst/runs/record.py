"""The record in a picture: the pictures and settings that it was made of, found again later."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import tyro

from jnst.errors import InputError
from jnst.transfer.settings import Settings


@dataclass(frozen=True)
class Inputs:
    """The pictures that a run is given, by their paths."""

    content: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="CONTENT")] = None
    """The photograph: anything Pillow opens."""
    styles: Annotated[
        tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="STYLE...")
    ] = ()
    """The painting, likewise; or several, blended by --blend or each in its own mask; or the file
    of a trained network."""
    masks: Annotated[tuple[Path, ...], tyro.conf.arg(metavar="MASK...")] = ()
    """One picture for each region of CONTENT, white where it is; each STYLE goes into its own."""
    style_masks: Annotated[tuple[Path, ...], tyro.conf.arg(metavar="MASK...")] = ()
    """For each region, where in its STYLE picture the style is taken from."""
    labels: Annotated[Path | None, tyro.conf.arg(metavar="PICTURE")] = None
    """Instead of masks: one picture in which each colour is a region of CONTENT."""
    style_labels: Annotated[tuple[Path, ...], tyro.conf.arg(metavar="PICTURE...")] = ()
    """The same for each STYLE: like colours go together."""
    start: Annotated[Path | None, tyro.conf.arg(metavar="PICTURE")] = None
    """The picture to begin with, instead of what --init says."""

    def paths(self) -> list[Path]:
        """List all of them."""
        values = (getattr(self, field.name) for field in dataclasses.fields(self))
        return [
            path
            for value in values
            for path in (value if isinstance(value, tuple) else (value,))
            if path is not None
        ]


INTERRUPTED = "interrupted_after"
"""What the table in a picture has beside both, if its run ended early: after how many steps."""


def record(settings: Settings, inputs: Inputs) -> dict[str, Any]:
    """Return both as one flat table, to be written as JSON."""
    return dataclasses.asdict(settings) | dataclasses.asdict(inputs)


def restore(recorded: Mapping[str, Any]) -> tuple[Settings, Inputs]:
    """Turn such a table, as it comes from JSON, back into both.

    What it lacks has its default; that the run ended early is no setting. Raises `InputError` where
    a name is unknown, or the type of a value wrong; values are not checked.
    """
    names = [{field.name for field in dataclasses.fields(kind)} for kind in (Settings, Inputs)]
    for name in recorded:
        if name != INTERRUPTED and not any(name in known for known in names):
            raise InputError(f"made with a setting {name!r}, which is unknown here")
    try:
        settings = msgspec.convert(
            {name: value for name, value in recorded.items() if name in names[0]}, Settings
        )
        inputs = msgspec.convert(
            {name: value for name, value in recorded.items() if name in names[1]},
            Inputs,
            dec_hook=lambda kind, value: kind(value),
        )
    except (msgspec.ValidationError, TypeError) as error:
        raise InputError(f"the settings in the picture cannot be used: {error}") from None
    return settings, inputs
