"""`jnst visualize`: its options."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from jnst.commands.options.common import Common
from jnst.commands.pictures import check_output
from jnst.dreams.settings import VisualizeSettings, check_shown

SHORT = {
    "What is shown": ("backbone", "layer", "channel", "neuron"),
    "Picture": ("output", "size", "steps"),
    "More": ("list",),
}
"""The options that `--help` explains, in groups."""


@dataclass(frozen=True)
class Options:
    """Show what channels of a network look for, by the picture that each responds to most."""

    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="PATH")] = None
    """Where the picture goes (.png .jpg .webp .tif); with several channels, a contact sheet. By
    default BACKBONE-LAYER.png, here."""
    recipe: Annotated[VisualizeSettings, tyro.conf.arg(name="")] = dataclasses.field(
        default_factory=VisualizeSettings
    )
    quiet: bool = False
    """Print nothing but errors."""
    cache: bool = True
    """Keep compiled programs in the user's cache folder, for faster starts."""
    list: Literal["layers"] | None = None
    """List the layers of the network and how many channels each has, and leave."""
    common: Annotated[Common, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Common)


def check(options: Options) -> None:
    """Raise an `InputError` for what cannot be done, as far as options alone tell."""
    if options.list is None:
        check_shown(options.recipe)
        check_output(options.output)
