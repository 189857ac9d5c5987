"""`jnst dream`: what a network sees in a picture, made visible; or a journey into it."""

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from jnst.arrays import Picture
from jnst.backbones.tables import BACKBONES
from jnst.commands.options.dream import Options
from jnst.display.terminal import live
from jnst.dreams.dream import Prepared, dream, load, octave_sizes
from jnst.dreams.settings import DreamSettings
from jnst.errors import InputError, check_choice
from jnst.optimize.loop import Progress
from jnst.pictures import animation, files, samples
from jnst.runs.failures import status
from jnst.runs.pictures import check_derived, tell_of_more, why_no_larger
from jnst.runs.signals import uninterrupted
from jnst.runs.sources import check_no_source
from jnst.system import disk
from jnst.system.streams import notice, say
from jnst.version import __version__
from jnst.weights.network import default_backbone
from jnst.xla import keep_compiled_programs


def run(options: Options) -> int:
    """Dream and return the exit status."""
    settings = options.recipe
    if options.list:
        name = check_choice("backbone", settings.backbone or default_backbone(), BACKBONES)
        say(*BACKBONES[name].layers)
        return 0
    output = _output(options)
    tell_of_more(filter(None, (options.image, options.guide)), quiet=options.quiet)
    image = files.read(samples.content() if options.image is None else options.image)
    if not options.quiet and settings.start == "picture":
        name = options.image or "the photograph"
        upscale = settings.upscale
        for note in why_no_larger(name, image.shape[1:3], settings.size, upscale=upscale):
            notice(note)
    if options.cache:
        keep_compiled_programs()
    prepared = load(settings, guide=None if options.guide is None else files.read(options.guide))
    sizes = octave_sizes(image.shape[1], image.shape[2], settings)
    costs = [float(h * w) for h, w in sizes for _ in range(settings.steps)] * options.frames
    # What defaults came to, so that the record says what was done.
    settings = dataclasses.replace(
        settings,
        backbone=prepared.backbone,
        layers=prepared.aim.layers,
        layer_weights=prepared.aim.weights,
        objective=prepared.aim.objective,
    )
    recorded = {"dream": dataclasses.asdict(settings), "image": options.image}
    if options.frames > 1:
        recorded |= {"frames": options.frames, "zoom": options.zoom}
    recorded |= {"guide": options.guide} if options.guide is not None else {}
    single = output if options.frames == 1 else animation.numbered(output, 1)
    if single is None:
        animation.check_holds(output, sizes[-1])
    else:
        files.check_holds(single, sizes[-1], settings=recorded, software=f"jnst {__version__}")
    finished: list[Picture] = []
    last: Progress | None = None
    trouble: InputError | KeyboardInterrupt | None = None
    started = time.monotonic()
    begins = {i * settings.steps: f"compiling {w} x {h}" for i, (h, w) in enumerate(sizes)}
    with live(costs, quiet=options.quiet, begins=begins) as show:
        try:
            for last in _frames(image, settings, prepared, options):
                show(last)
                if last.step % (len(sizes) * settings.steps) == 0:
                    finished.append(last.image)
                    _write_numbered(output, finished, recorded, options)
        except (KeyboardInterrupt, InputError) as error:
            if last is None:
                raise
            trouble = error  # what was dreamt until then is kept
    assert last is not None  # there is at least one step
    with uninterrupted():
        wrote = _write(output, finished or [last.image], recorded, options)
    if not options.quiet:
        height, width = (finished[-1] if finished else last.image).shape[1:3]
        say(
            f"{'interrupted: ' if trouble else ''}wrote {wrote} ({width} x {height}), after "
            f"{last.step} steps with {prepared.backbone}, in {time.monotonic() - started:.0f} s"
        )
    return status(trouble)


def _frames(
    image: Picture, settings: DreamSettings, prepared: Prepared, options: Options
) -> Iterator[Progress]:
    """Dream picture after picture; steps are counted through."""
    before = 0
    for number in range(options.frames):
        # Shifts must not be the same in every picture: what they favour would add up.
        chosen = dataclasses.replace(settings, seed=settings.seed + number)
        if number:
            chosen = dataclasses.replace(chosen, start="picture")
        progress = None
        for progress in dream(image, chosen, prepared):
            progress = progress._replace(step=before + progress.step)
            yield progress
        assert progress is not None
        before, image = progress.step, animation.zoom(progress.image, options.zoom)


def _write_numbered(
    output: Path, finished: list[Picture], recorded: dict[str, Any], options: Options
) -> None:
    """Write the newest frame of a numbered sequence, so that none is lost."""
    path = animation.numbered(output, len(finished)) if options.frames > 1 else None
    if path is not None:
        _picture(path, finished[-1], recorded, options)


def _write(
    output: Path, pictures: list[Picture], recorded: dict[str, Any], options: Options
) -> str:
    """Write what was dreamt; say where."""
    if options.frames == 1:
        _picture(output, pictures[-1], recorded, options)
        return str(output)
    if animation.numbered(output, 1) is None:
        animation.write(output, pictures, rate=options.rate)
    elif len(pictures) == 1:  # the first frame may not be finished
        _picture(animation.numbered(output, 1) or output, pictures[0], recorded, options)
    return f"{len(pictures)} pictures as {output}"


def _picture(path: Path, picture: np.ndarray, recorded: dict[str, Any], options: Options) -> None:
    made_by = f"jnst {__version__}"
    files.write_or_png(path, picture, settings=recorded, software=made_by, depth=options.depth)


def _output(options: Options) -> Path:
    """Name the output, after the picture if need be, and see that it can be: before the run."""
    stem = samples.CONTENT if options.image is None else options.image.stem
    suffix = ".png" if options.frames == 1 else ".gif"
    output = options.output or disk.unused(f"{stem}-dream{suffix}")
    sources = [path for path in (options.image, options.guide) if path is not None]
    frames = range(1, options.frames + 1) if options.frames > 1 else ()
    if numbered := [path for n in frames if (path := animation.numbered(output, n))]:
        check_derived(numbered, sources)
    else:
        check_no_source([output], sources)
    if options.frames > 1:
        animation.check(output, rate=options.rate)
    if options.frames == 1 or options.depth != 8:
        files.check_writable((numbered or [output])[0], depth=options.depth)
    return output
