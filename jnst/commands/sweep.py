"""`jnst sweep`: every combination of some settings, on one contact sheet."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from jnst.errors import InputError
from jnst.experiments.grid import paint_all
from jnst.experiments.sweep import cells, parse
from jnst.runs.record import Inputs
from jnst.system import disk
from jnst.transfer.onepass.sources import with_styles
from jnst.transfer.quality import with_quality
from jnst.transfer.settings import Settings
from jnst.xla import keep_compiled_programs


@dataclass(frozen=True)
class Options:
    """Paint CONTENT in the manner of STYLE with every combination of some settings."""

    inputs: Annotated[Inputs, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Inputs)
    vary: Annotated[
        tuple[str, ...],
        tyro.conf.UseAppendAction,
        tyro.conf.arg(metavar="NAME=A,B,C"),
    ] = ()
    """A setting and its values; repeat it for more settings. Parts of a list are joined by +. The
    first goes down the contact sheet, the last across. `preset` can be varied too; it replaces all
    other settings, but for those varied."""
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="FOLDER")] = None
    """Where the pictures, sheet.png, curves.png and table.csv go. By default into sweep, here."""
    preset: Annotated[str | None, tyro.conf.arg(metavar="NAME")] = None
    """Begin with the settings of a published system; all options still apply."""
    quality: Literal["instant", "draft", "normal", "best"] = "normal"
    """Trade time for finish: 0.3 or 3 times as many steps; or in one pass, in seconds."""
    settings: Annotated[Settings, tyro.conf.arg(name="")] = dataclasses.field(
        default_factory=Settings
    )
    quiet: bool = False
    """Print nothing but errors."""
    cache: bool = True
    """Keep compiled programs in the user's cache folder, for faster starts."""


def run(options: Options) -> int:
    """Paint the grid and return the exit status."""
    if not options.vary:
        raise InputError("give at least one --vary, for instance --vary content_weight=0.001,0.01")
    variations = [parse(words) for words in options.vary]
    settings = with_styles(options.settings, options.inputs.styles)
    settings = with_quality(settings, options.quality, preset=options.preset)
    grid = cells(settings, variations, inputs=options.inputs)
    if options.cache:
        keep_compiled_programs()
    several = [values for _, values in variations if len(values) > 1]
    columns = len(several[-1]) if several else 1
    rows = [grid[i : i + columns] for i in range(0, len(grid), columns)]
    folder = options.output or disk.unused("sweep")
    return paint_all(rows, folder, quiet=options.quiet)
