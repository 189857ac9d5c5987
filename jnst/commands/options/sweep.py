"""`jnst sweep`: its options, and the mistakes that they show by themselves."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from jnst.commands.options.common import Common
from jnst.commands.pictures import check_named, check_there
from jnst.commands.starting import of_pictures as starting_point
from jnst.errors import InputError
from jnst.runs.record import Inputs
from jnst.transfer.onepass.sources import with_styles
from jnst.transfer.presets import Name
from jnst.transfer.quality import with_quality
from jnst.transfer.settings import Settings

__all__ = ["SHORT", "Options", "check", "starting_point"]
SHORT = {
    "Pictures": ("vary", "output", "size"),
    "Look": ("preset", "content_weight", "colour"),
    "Time": ("quality", "steps"),
}
"""The options that `--help` explains, in groups."""


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
    first goes down the contact sheet, the last across. `preset` can be varied, too; it replaces all
    other settings, but for those varied."""
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="FOLDER")] = None
    """Where the pictures, sheet.png, curves.png and table.csv go. By default into sweep, here."""
    preset: Annotated[Name | None, tyro.conf.arg(metavar="NAME")] = None
    """Begin with the settings of a published system; all other options still apply."""
    quality: Literal["instant", "draft", "normal", "best"] = "normal"
    """Trade time for finish: draft takes 0.3 times as many steps, best 3 times; instant paints in
    one pass, in seconds."""
    settings: Annotated[Settings, tyro.conf.arg(name="")] = dataclasses.field(
        default_factory=Settings
    )
    quiet: bool = False
    """Print nothing but errors."""
    cache: bool = True
    """Keep compiled programs in the user's cache folder, for faster starts."""
    common: Annotated[Common, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Common)


def check(options: Options) -> None:
    """Raise an `InputError` for what cannot be done, as far as options and names of files tell."""
    if not options.vary:
        raise InputError("give at least one --vary, for instance --vary content_weight=0.001,0.01")
    settings = with_styles(options.settings, options.inputs.styles)
    settings = with_quality(settings, options.quality, preset=options.preset)
    check_there(options.inputs.paths())
    check_named("sweep", options.inputs, settings)
