"""`jnst reconstruct`: its options, and the mistakes that they show by themselves."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from jnst.commands.options.common import Common
from jnst.commands.pictures import check_named, check_there
from jnst.runs.record import Inputs
from jnst.transfer.checks import check as check_settings
from jnst.transfer.settings import Settings

SHORT = {
    "Pictures": ("output", "size"),
    "Layers": ("content_from", "style_from", "backbone"),
    "Time": ("steps",),
}
"""The options that `--help` explains, in groups."""


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
    common: Annotated[Common, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Common)


def check(options: Options) -> None:
    """Raise an `InputError` for what cannot be done, as far as options and names of files tell."""
    check_settings(options.settings)
    check_there(options.inputs.paths())
    check_named("reconstruct", options.inputs, options.settings)
