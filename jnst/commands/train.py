"""`jnst train`: a network of one's own, from paintings and a folder of photographs."""

import contextlib
import dataclasses
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jnst.commands.options.train import Options, names_nothing
from jnst.display.sheet import contact_sheet
from jnst.display.terminal import live
from jnst.methods.progress import Progress
from jnst.pictures import files, resizing, samples
from jnst.runs import checkpoint
from jnst.runs.failures import status
from jnst.runs.pictures import check_derived
from jnst.runs.signals import uninterrupted
from jnst.runs.sources import check_no_source
from jnst.system import disk
from jnst.system.streams import notice, say
from jnst.training.checks import check
from jnst.training.need import needed
from jnst.weights import trained
from jnst.xla import keep_compiled_programs

Opened = Any
"""An `Opened` of `jnst.training.run`, which is imported late: what it needs takes seconds."""
PREVIEW = 384
"""Long side of previews, in pixels."""
MINUTE = 60
"""Seconds between two lines about a training that no terminal shows."""


def run(options: Options) -> int:
    """Train a network and return the exit status."""
    folder = options.checkpoint
    if not (options.resume and names_nothing(options)):
        _output(options)
    with contextlib.nullcontext() if folder is None else checkpoint.held(folder):
        return _train(options)


def _output(options: Options) -> Path:
    """Name the file, and see that all can be written and used, before anything is read."""
    check(options.settings, styles=max(len(options.paintings), 1))
    named = [*(path.stem for path in options.paintings), options.settings.network]
    output = options.output or disk.unused(f"{named[0]}{trained.SUFFIX}")
    disk.check_writable(output, (trained.SUFFIX,))
    sources = [*options.paintings, *filter(None, [options.preview_of, options.teacher])]
    check_no_source([output], sources)
    if options.preview_every:
        check_derived([_previewed(output)], sources)
    return output


def _previewed(output: Path) -> Path:
    return output.with_name(f"{output.stem}-preview.png")


def _train(options: Options) -> int:
    with needed():
        from jnst.training import checkpoint as checkpoints
        from jnst.training.resume import begun_with, words_of
        from jnst.training.run import open_training, run
        from jnst.training.sources import Sources
    if options.cache:
        keep_compiled_programs()
    began = time.monotonic()
    with checkpoints.keeping(options.checkpoint) as keeper:
        if keeper is not None:
            how = {"resume": options.resume, "named": not names_nothing(options)}
            words = words_of(keeper.facts, keeper.folder, **how)
            given = {} if options.output is None else {"output": options.output}
            options = dataclasses.replace(options, **{**words, **given})
        output = _output(options)
        assert options.photos is not None  # the options were checked, or are the checkpoint's
        sources = Sources(
            options.paintings,
            options.photos,
            options.pictures,
            start=options.start,
            teacher=options.teacher,
        )
        opened = open_training(sources, options.settings, keeper=keeper)
        first = opened.done
        if first and not options.quiet:
            notice(f"going on after {first} of {options.settings.steps} steps")
        with _watching(opened, options, output) as watch:
            trouble = run(
                opened,
                watch=watch,
                keeper=keeper,
                begun=begun_with(sources, output),
                every=options.checkpoint_every,
            )
    with uninterrupted():
        trained.write(output, opened.network())
    if options.preview_every:
        _preview(opened, options, output)
    for path, reason in (pair for read in opened.read for pair in read.broken.items()):
        notice(f"left out {path}: {reason}")
    if not options.quiet:
        say(
            f"{'interrupted: ' if trouble else ''}wrote {output}, after {opened.done} steps, in "
            f"{time.monotonic() - began:.0f} s"
        )
    return status(trouble)


@contextlib.contextmanager
def _watching(
    opened: Opened, options: Options, output: Path
) -> Iterator[Callable[[Progress], None]]:
    """Show a live line, or without a terminal one a minute; paint a preview every so often."""
    steps, due = options.settings.steps, time.monotonic() + options.preview_every
    told = time.monotonic()
    with live((1.0,) * steps, quiet=options.quiet, begins={0: "compiling"}) as show:

        def watch(progress: Progress) -> None:
            nonlocal due, told
            show(progress)
            if options.preview_every and time.monotonic() >= due:
                _preview(opened, options, output)
                due = time.monotonic() + options.preview_every
            silent = options.quiet or sys.stderr.isatty()
            if not silent and time.monotonic() >= told + MINUTE:
                told = time.monotonic()
                parts = "  ".join(f"{name} {part:.3g}" for name, part in progress.parts.items())
                notice(f"step {progress.step} of {steps}: total {progress.total:.4g}  {parts}")

        yield watch


def _preview(opened: Opened, options: Options, output: Path) -> None:
    """Paint a photograph with the network as it is, once in each style, side by side."""
    from jnst.training.run import preview

    source = samples.content() if options.preview_of is None else options.preview_of
    photograph = resizing.fit(files.read(source), PREVIEW)
    painted = [preview(opened, photograph, style=i) for i in range(len(opened.labels))]
    files.write(_previewed(output), contact_sheet([list(zip(opened.labels, painted, strict=True))]))
