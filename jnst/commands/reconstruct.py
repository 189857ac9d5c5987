"""`jnst reconstruct`: what each layer knows of a picture, on one contact sheet."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from jnst import disk, reconstruct
from jnst.commands.base import keep_compiled_programs
from jnst.commands.grid import paint_all
from jnst.record import Inputs
from jnst.settings import Settings


@dataclass(frozen=True)
class Options:
    """Reconstruct CONTENT from single layers, and textures of STYLE from the first so many."""

    inputs: Annotated[Inputs, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Inputs)
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="FOLDER")] = None
    """Where the pictures, sheet.png, curves.png and table.csv go. By default into reconstruct."""
    content_from: tuple[str, ...] = reconstruct.CONTENT
    """The layers to reconstruct the content from, one at a time."""
    style_from: tuple[str, ...] = reconstruct.STYLE
    """The layers to make textures from: the first, the first two, and so on."""
    settings: Annotated[Settings, tyro.conf.arg(name="")] = dataclasses.field(
        default_factory=Settings
    )
    quiet: bool = False
    """Print nothing but errors."""
    cache: bool = True
    """Keep compiled programs in the user's cache folder, for faster starts."""


def run(options: Options) -> int:
    """Paint the reconstructions and return the exit status."""
    found = reconstruct.cells(
        options.settings,
        content=options.content_from,
        style=options.style_from,
        inputs=options.inputs,
    )
    if options.cache:
        keep_compiled_programs()
    rows = [found[: len(options.content_from)], found[len(options.content_from) :]]
    folder = options.output or disk.unused("reconstruct")
    return paint_all(rows, folder, quiet=options.quiet)
