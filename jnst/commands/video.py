"""`jnst video`: a film painted frame by frame, each held to the one before it."""

import dataclasses
import sys
import time
from collections.abc import Callable
from pathlib import Path

from jnst.commands.asjson import tell
from jnst.commands.options.video import Options
from jnst.runs.failures import status
from jnst.runs.pictures import why_no_larger
from jnst.system import disk
from jnst.system.streams import notice, say
from jnst.transfer.onepass.sources import with_styles
from jnst.transfer.quality import times, with_quality
from jnst.video import encoding
from jnst.video.making import begun, paint, write
from jnst.video.outputs import named_after
from jnst.video.recipe import Moment
from jnst.video.run import Given, OpenedFilm
from jnst.video.settings import Part
from jnst.video.store import Store
from jnst.xla import keep_compiled_programs

MINUTE = 60
"""Seconds between two lines about a film that no terminal shows."""


def run(options: Options) -> int:
    """Paint a film and return the exit status."""
    assert options.clip is not None  # the options were checked
    asked = with_styles(options.settings, options.styles)
    settings = with_quality(asked, options.quality, preset=options.preset)
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
        size, settings = film.first.original.shape[1:3], film.settings
        upscale = settings.upscale or settings.square
        small = why_no_larger(options.clip, size, settings.size, upscale=upscale)
        for note in (*opened.notes, *small):
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
    many, seconds = len(film.frames.times), time.monotonic() - began
    if options.json:
        kept = None if trouble is None else store.folder
        found = {"output": output, "width": width, "height": height, "seconds": seconds}
        found |= {"interrupted": trouble is not None, "painted": count, "frames": many}
        tell({**found, "checkpoint": kept})
    elif not options.quiet:
        say(
            f"{'interrupted: ' if trouble else ''}wrote {output} ({width} x {height}, {count} of "
            f"{many} frames), in {seconds:.0f} s"
        )
    if trouble is not None and not options.quiet:
        notice(f"the finished frames are in {store.folder}; go on by --resume")
    return status(trouble)


def _once_a_minute(*, quiet: bool) -> Callable[[Moment], None]:
    """Return a function that says once a minute how many frames are done, if no terminal does."""
    told = time.monotonic()

    def watch(moment: Moment) -> None:
        nonlocal told
        if not (quiet or sys.stderr.isatty()) and time.monotonic() >= told + MINUTE:
            told = time.monotonic()
            notice(f"frame {moment.done} of {moment.count}")

    return watch
