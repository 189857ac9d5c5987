"""`jnst reconstruct`: what each layer knows of a picture, on one contact sheet."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from jnst.experiments import reconstruct
from jnst.experiments.grid import paint_all
from jnst.runs.record import Inputs
from jnst.system import disk
from jnst.transfer.settings import Settings
from jnst.xla import keep_compiled_programs


@dataclass(frozen=True)
class Options:
    """Reconstruct CONTENT from single layers, and textures of STYLE from the first so many."""

    inputs: Annotated[Inputs, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Inputs)
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="FOLDER")] = None
    """Where the pictures, sheet.png, curves.png and table.csv go. By default into reconstruct."""
    content_from: tuple[str, ...] | None = None
    """The layers to reconstruct the content from, one at a time; by default those that suit the
    network, relu1_2 to relu5_2 in VGG."""
    style_from: tuple[str, ...] | None = None
    """The layers to make textures from: the first, the first two, and so on; by default those that
    suit the network, relu1_1 to relu5_1 in VGG."""
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
    styles = sum(bool(cell.settings.style_layers) for cell in found)
    rows = [found[: len(found) - styles], found[len(found) - styles :]]
    folder = options.output or disk.unused("reconstruct")
    return paint_all(rows, folder, quiet=options.quiet)
