"""`jnst dream`: its options, and the mistakes that they show by themselves."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from jnst.commands.options.common import Common
from jnst.commands.pictures import check_output, check_there
from jnst.dreams.settings import DreamSettings, check_numbers
from jnst.errors import InputError, check_at_least

SHORT = {
    "Pictures": ("output", "size", "guide"),
    "Look": ("backbone", "layers", "channels", "octaves"),
    "Time": ("steps",),
    "Journeys": ("frames", "zoom"),
}
"""The options that `--help` explains, in groups."""


@dataclass(frozen=True)
class Options:
    """Let a network dream upon IMAGE (DeepDream). Without it, upon the built-in photograph."""

    image: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="IMAGE")] = None
    """The picture: anything Pillow opens."""
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="PATH")] = None
    """Where the dream goes (.png .jpg .webp .tif). By default IMAGE-dream.png, here."""
    depth: Literal[8, 16] = 8
    """Bits per value in the picture; 16 only in .png and .tif."""
    guide: Annotated[Path | None, tyro.conf.arg(metavar="PICTURE")] = None
    """Dream of what this picture shows."""
    recipe: Annotated[DreamSettings, tyro.conf.arg(name="")] = dataclasses.field(
        default_factory=DreamSettings
    )
    frames: int = 1
    """How many pictures: with more than one each begins from the last, enlarged. The output is then
    .gif or .webp, by default IMAGE-dream.gif, or numbered pictures, as in dream-%04d.png."""
    zoom: float = 1.05
    """How much the middle of a picture is enlarged for the next."""
    rate: float = 12.0
    """Pictures a second in .gif, which counts in hundredths of a second, and .webp."""
    quiet: bool = False
    """Print nothing but errors."""
    cache: bool = True
    """Keep compiled programs in the user's cache folder, for faster starts."""
    list: Literal["layers"] | None = None
    """List the layers of the network, and leave."""
    common: Annotated[Common, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Common)


def check(options: Options) -> None:
    """Raise an `InputError` for what cannot be done, as far as options and names of files tell."""
    if options.list is not None:
        return
    for what, least in {"frames": 1, "zoom": 1, "rate": 1}.items():
        check_at_least(what, getattr(options, what), least)
    check_numbers(options.recipe)
    if options.image is None and options.guide is not None:
        raise InputError(
            "no picture is named to dream upon, as in: jnst dream photo.jpg --guide other.jpg"
        )
    sources = [path for path in (options.image, options.guide) if path is not None]
    check_there(sources)
    if options.frames == 1:
        check_output(options.output, sources=sources, depth=options.depth)
