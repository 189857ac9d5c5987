"""`jnst video`: a film painted frame by frame, each held to the one before it."""

import argparse
import dataclasses
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from jnst.errors import InputError
from jnst.runs.failures import status
from jnst.system import disk
from jnst.system.streams import notice, say
from jnst.transfer.onepass.checks import WITHOUT_PAINTING
from jnst.transfer.onepass.sources import with_styles
from jnst.transfer.presets import PRESETS as PICTURES
from jnst.transfer.presets import summary
from jnst.transfer.quality import times, with_quality
from jnst.transfer.settings import Settings
from jnst.video import encoding
from jnst.video.frames import Part
from jnst.video.making import begun, paint, write
from jnst.video.outputs import named_after
from jnst.video.presets import PRESETS, preset
from jnst.video.recipe import Moment
from jnst.video.run import Given, OpenedFilm
from jnst.video.settings import VideoSettings, check, check_meant
from jnst.video.store import Store
from jnst.xla import keep_compiled_programs

MINUTE = 60
"""Seconds between two lines about a film that no terminal shows."""


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
    """Take every so many frames, each then shown for as long as those left out."""
    rate: float | None = None
    """Frames a second of numbered pictures; by default 25."""
    sound: bool = True
    """Copy the sound."""
    quality: Literal["instant", "draft", "normal", "best"] = "normal"
    """Trade time for finish: 0.3 or 3 times as many steps; or each frame in one pass."""
    preset: Annotated[str | None, tyro.conf.arg(metavar="NAME")] = None
    """Begin with the settings of a published system (--list presets); all options still apply."""
    video: Annotated[VideoSettings, tyro.conf.arg(name="")] = dataclasses.field(
        default_factory=VideoSettings
    )
    flow_files: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    """Read the motion from files, forward_1_2.flo, backward_2_1.flo and so on (.flo, .npz)."""
    settings: Annotated[Settings, tyro.conf.arg(name="")] = dataclasses.field(
        default_factory=Settings
    )
    checkpoint: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    """Where finished frames are kept until the film is whole, by default OUTPUT.frames: a run that
    was killed goes on with them."""
    resume: bool = False
    """Go on with the film in that folder, by the same words."""
    list: Literal["presets"] | None = None
    """List what can be chosen, and leave."""
    quiet: bool = False
    """Print nothing but errors."""
    cache: bool = True
    """Keep compiled programs in the user's cache folder, for faster starts."""


def starting_point(words: Sequence[str]) -> dict[str, Any]:
    """Return the settings that the other options are based on: those of `--preset`.

    Raises `InputError` for an unknown name.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--preset", nargs="?")
    asked, _ = parser.parse_known_args(list(words))
    if asked.preset is None:
        return {}
    settings, video = preset(asked.preset)
    return {"settings": settings, "video": video}


def run(options: Options) -> int:
    """Paint a film, or list what was asked for; return the exit status."""
    if options.list == "presets":
        named = {**PRESETS, **PICTURES}
        say(*(f"{name:26} {summary(function)}" for name, function in named.items()))
        return 0
    if options.clip is None:
        raise InputError("name a film and a painting: jnst video clip.mp4 painting.jpg")
    asked = with_styles(options.settings, options.styles)
    settings = with_quality(asked, options.quality, preset=options.preset)
    if not options.styles and settings.method not in WITHOUT_PAINTING:
        raise InputError("name a painting, or several, after the film")
    check(options.video)
    check_meant(options.video, settings.method)
    steps = times(options.video.frame_steps, options.quality)
    video = dataclasses.replace(options.video, frame_steps=steps)
    part = Part(options.begin, options.end, options.every)
    given = Given(
        options.clip, options.styles, part, options.rate, options.masks, options.flow_files
    )
    output = options.output or named_after(
        options.clip,
        options.styles,
        settings.style_number,
        resume=options.resume and options.checkpoint is None,
    )
    if options.cache:
        keep_compiled_programs()
    with begun(
        given,
        output,
        settings,
        video,
        sound=options.sound,
        folder=options.checkpoint,
        resume=options.resume,
        how="--resume",
    ) as (opened, store):
        return _paint(opened, store, options, output)


def _paint(opened: OpenedFilm, store: Store, options: Options, output: Path) -> int:
    """Paint and write a film; return the exit status."""
    film, began = opened.film, time.monotonic()
    if not options.quiet:
        for note in opened.notes:
            notice(note)
        if opened.sound is not None and not encoding.holds_sound(output):
            notice(f"{output.name} has no sound: choose .mp4, .mov, .mkv or .webm for it")
        if store.done:
            notice(f"going on after {store.done} of {film.count} frames")
        elif options.resume:
            notice(f"{store.folder} holds no film to go on with: beginning")
    trouble = paint(opened, store, _once_a_minute(quiet=options.quiet), quiet=options.quiet)
    if options.output is None and not options.resume:
        output = disk.unused(output)  # another run may have taken the name meanwhile
    count, (height, width) = write(opened, store, output, trouble)
    if not options.quiet:
        say(
            f"{'interrupted: ' if trouble else ''}wrote {output} ({width} x {height}, {count} of "
            f"{len(film.frames.times)} frames), in {time.monotonic() - began:.0f} s"
        )
        if trouble is not None:
            notice(f"the finished frames are in {store.folder}; go on by --resume")
    return status(trouble)


def _once_a_minute(*, quiet: bool) -> Callable[[Moment], None]:
    """Return a function that says once a minute how many frames are done, if no terminal does."""
    told = time.monotonic()

    def tell(moment: Moment) -> None:
        nonlocal told
        if not (quiet or sys.stderr.isatty()) and time.monotonic() >= told + MINUTE:
            told = time.monotonic()
            notice(f"frame {moment.done} of {moment.count}")

    return tell
