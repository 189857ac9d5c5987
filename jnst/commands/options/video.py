"""`jnst video`: its options, and the mistakes that they show by themselves."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from jnst.commands.options.common import Common
from jnst.commands.pictures import check_output, check_shares, check_there
from jnst.commands.starting import of_films as starting_point
from jnst.errors import InputError
from jnst.transfer.onepass.checks import WITHOUT_PAINTING
from jnst.transfer.onepass.sources import with_styles
from jnst.transfer.presets import PRESETS as PICTURES
from jnst.transfer.presets import listed
from jnst.transfer.quality import with_quality
from jnst.transfer.settings import Settings
from jnst.video.presets import PRESETS, Name
from jnst.video.settings import Part, VideoSettings, check_meant, check_part, check_together
from jnst.video.settings import check as check_video
from jnst.video.suffixes import FILMS, MOVING, check_moving

__all__ = ["SHORT", "Options", "check", "starting_point", "told"]
SHORT = {
    "Film": ("output", "size", "begin", "end", "every"),
    "Look": ("preset", "content_weight", "colour", "steady"),
    "Time": ("quality",),
    "Long films": ("resume",),
}
"""The options that `--help` explains, in groups."""


@dataclass(frozen=True)
class Options:
    """Paint the film CLIP in the manner of STYLE, with its sound."""

    clip: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="CLIP")] = None
    """The film: .mp4 .mov .webm .mkv .avi .gif and what else FFmpeg reads; or numbered pictures, as
    a folder or as in frame-%04d.png."""
    styles: Annotated[
        tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="STYLE...")
    ] = ()
    """The painting, or several, or a trained network, as for jnst stylize."""
    masks: Annotated[tuple[Path, ...], tyro.conf.arg(metavar="MASK...")] = ()
    """One picture for each region, the same in all frames; each STYLE goes into its own."""
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="PATH")] = None
    """Where the film goes (.mp4 .mov .mkv .webm .gif .webp, or numbered pictures, as in
    frame-%04d.png). By default CLIP-STYLE.mp4, here."""
    begin: Annotated[float, tyro.conf.arg(name="from", metavar="SECONDS")] = 0.0
    """Where in the film to begin."""
    end: Annotated[float | None, tyro.conf.arg(name="to", metavar="SECONDS")] = None
    """Where to end; by default where the film does."""
    every: int = 1
    """Take only every second, third, ... frame, and show each for as long as those left out."""
    rate: float | None = None
    """Frames a second of numbered pictures; by default 25."""
    sound: bool = True
    """Copy the sound."""
    quality: Literal["instant", "draft", "normal", "best"] = "normal"
    """Trade time for finish: draft takes 0.3 times as many steps, best 3 times; instant paints each
    frame in one pass."""
    preset: Annotated[Name | None, tyro.conf.arg(metavar="NAME")] = None
    """Begin with the settings of a published system; --list presets describes them. All other
    options still apply."""
    video: Annotated[VideoSettings, tyro.conf.arg(name="")] = dataclasses.field(
        default_factory=VideoSettings
    )
    flow_files: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    """Read the motion from files, forward_1_2.flo, backward_2_1.flo and so on (.flo, .npz)."""
    settings: Annotated[Settings, tyro.conf.arg(name="")] = dataclasses.field(
        default_factory=Settings
    )
    checkpoint: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    """Where finished frames are kept until the film is whole, so that a run that was killed can be
    resumed; by default OUTPUT.frames."""
    resume: bool = False
    """Resume the film in the folder of --checkpoint, with the same options."""
    list: Literal["presets"] | None = None
    """List what can be chosen, and leave."""
    json: bool = False
    """Print what came of it as JSON."""
    quiet: bool = False
    """Print nothing but errors."""
    cache: bool = True
    """Keep compiled programs in the user's cache folder, for faster starts."""
    common: Annotated[Common, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Common)


def told(options: Options) -> Iterable[str] | None:
    """Return the presets, where they are asked for; else None."""
    return listed({**PRESETS, **PICTURES}) if options.list == "presets" else None


def check(options: Options) -> None:
    """Raise an `InputError` for what cannot be done, as far as options and names of files tell."""
    took = "; --masks takes all pictures that follow it" if options.masks else ""
    if options.clip is None:
        raise InputError(
            f"name a film and a painting, as in: jnst video clip.mp4 painting.jpg{took}"
        )
    asked = with_styles(options.settings, options.styles)
    settings = with_quality(asked, options.quality, preset=options.preset)
    if not options.styles and settings.method not in WITHOUT_PAINTING:
        raise InputError(
            "name a painting, or several, after the film, as in: jnst video clip.mp4 "
            f"painting.jpg{took}"
        )
    check_video(options.video)
    check_meant(options.video, settings.method)
    film = [options.clip] if options.clip.suffix and "%" not in options.clip.name else []
    check_part(Part(options.begin, options.end, options.every))
    given, square = options.flow_files is not None, settings.square
    check_together(options.video, square=square, flow_files=given)
    sources = [*(path for path in film if not path.is_dir()), *options.styles, *options.masks]
    check_there(sources)
    check_shares(options.styles, settings)
    if options.output is not None and "%" not in options.output.name:
        check_moving(options.output)
        check_output(options.output, sources=sources, suffixes=(*FILMS, *MOVING))
