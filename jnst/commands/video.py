"""`jnst video`: a film painted frame by frame, each held to the one before it."""

import contextlib
import dataclasses
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from jnst.commands.asjson import tell
from jnst.commands.options.video import Options
from jnst.display.terminal import live
from jnst.errors import InputError
from jnst.runs import checkpoint
from jnst.runs.failures import status
from jnst.runs.pictures import check_no_source, why_no_larger
from jnst.system import disk
from jnst.system.streams import notice, say
from jnst.transfer.onepass.sources import with_styles
from jnst.transfer.quality import QUALITY, with_quality
from jnst.video import encoding
from jnst.video.frames import Part
from jnst.video.recipe import Moment
from jnst.video.run import Given, OpenedFilm, costs, open_given, open_run, paint, write
from jnst.video.store import Store, remove_empty
from jnst.video.store import read as kept_in
from jnst.xla import keep_compiled_programs

MINUTE = 60
"""Seconds between two lines about a film that no terminal shows."""


def run(options: Options) -> int:
    """Paint a film and return the exit status."""
    assert options.clip is not None  # the options were checked
    asked = with_styles(options.settings, options.styles)
    settings = with_quality(asked, options.quality, preset=options.preset)
    factor = QUALITY[options.quality] or 1
    steps = max(1, round(factor * options.video.frame_steps))
    video = dataclasses.replace(options.video, frame_steps=steps)
    part = Part(options.begin, options.end, options.every)
    given = Given(
        options.clip, options.styles, part, options.rate, options.masks, options.flow_files
    )
    output = _output(options, options.clip)
    frames, sound = open_given(given, sound=options.sound)
    try:
        check_no_source([output], given.paths())
        encoding.check_writable(output, sound)
        folder = options.checkpoint or output.with_name(f"{output.name}.frames")
        with checkpoint.held(folder):
            if kept_in(folder) is not None and not options.resume:
                raise InputError(
                    f"{folder} holds a film that is not finished; go on with it by --resume, or "
                    "remove the folder"
                )
            if options.cache:
                keep_compiled_programs()
            opened = open_run(given, frames, sound, settings, video)
            return _paint(opened, options, output, folder)
    finally:
        frames.close()
        if options.checkpoint is None:
            remove_empty(output.with_name(f"{output.name}.frames"))


def _output(options: Options, clip: Path) -> Path:
    """Name the film after what it is made of, unless it has a name."""
    if options.output is not None:
        return options.output
    styles = [*(one.stem for one in options.styles), *map(str, options.settings.style_number)]
    name = clip.stem.replace("%", "") if clip.suffix else clip.name
    output = Path(f"{'-'.join([name, *styles])}.mp4")
    return output if options.resume else disk.unused(output)


def _paint(opened: OpenedFilm, options: Options, output: Path, folder: Path) -> int:
    """Paint and write a film; return the exit status."""
    film, began = opened.film, time.monotonic()
    store = Store(folder, opened.facts)
    if not options.quiet:
        size, settings = film.first.original.shape[1:3], film.settings
        upscale = settings.upscale or settings.square
        small = why_no_larger(options.clip, size, settings.size, upscale=upscale)
        for note in (*opened.notes, *small):
            notice(note)
        if store.done:
            notice(f"going on after {store.done} of {film.count} frames")
        elif options.resume:
            notice(f"{folder} holds no film to go on with: beginning")
    try:
        with _watching(opened, store, quiet=options.quiet) as watch:
            trouble = paint(opened, store, watch)
    except BaseException:
        if not store.done:
            store.remove()
        raise
    count = write(opened, store, output)
    if trouble is None:
        store.remove()
    height, width = film.seen(0).shape[1:3]
    many, seconds = len(film.frames.times), time.monotonic() - began
    if options.json:
        found = {"output": output, "width": width, "height": height, "seconds": seconds}
        tell({**found, "interrupted": trouble is not None, "painted": count, "frames": many})
    elif not options.quiet:
        say(
            f"{'interrupted: ' if trouble else ''}wrote {output} ({width} x {height}, {count} of "
            f"{many} frames), in {seconds:.0f} s"
        )
        if trouble is not None:
            notice(f"the finished frames are in {folder}; go on by --resume")
    return status(trouble)


@contextlib.contextmanager
def _watching(
    opened: OpenedFilm, store: Store, *, quiet: bool
) -> Iterator[Callable[[Moment], None]]:
    """Show a live line, or without a terminal one a minute."""
    film = opened.film
    told, count = time.monotonic(), film.count
    begins = {0: "compiling"} if film.settings.engine == "jax" else {}
    with live(costs(opened)[store.done :], quiet=quiet, begins=begins) as show:

        def watch(moment: Moment) -> None:
            nonlocal told
            if moment.share:
                show(f"frame {moment.done + 1} of {count}: {moment.share:.0%}")
                return
            show(moment.progress._replace(step=moment.done - first))
            if not (quiet or sys.stderr.isatty()) and time.monotonic() >= told + MINUTE:
                told = time.monotonic()
                notice(f"frame {moment.done} of {count}")

        first = store.done
        yield watch
