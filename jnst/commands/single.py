"""One style transfer: pictures in, picture out, progress on the terminal."""

import dataclasses
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from jnst import disk
from jnst.display import plot
from jnst.display.terminal import live
from jnst.errors import InputError
from jnst.optimize.loop import Progress
from jnst.pictures import files, samples
from jnst.runs import checkpoint
from jnst.runs.checkpoint import Checkpoint
from jnst.runs.failures import status
from jnst.runs.record import Inputs
from jnst.runs.resume import Checkpoints, check_same, facts_of, keep_or_leave, keeper, way
from jnst.runs.run import check_no_source, keep_compiled_programs, open_pictures, save, tell_of_more
from jnst.runs.signals import interruptions, uninterrupted
from jnst.transfer.pictures import finish
from jnst.transfer.problem import load
from jnst.transfer.recipe import Point, paint
from jnst.transfer.settings import Settings
from jnst.transfer.stages import Stage


@dataclass(frozen=True)
class Result:
    """What comes out of a run, and where."""

    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="PATH")] = None
    """Where the picture goes (.png .jpg .webp .tif). By default CONTENT-STYLE.png, here."""
    depth: Literal[8, 16] = 8
    """Bits for each value in the picture; 16 in .png and .tif."""
    save_every: int = 0
    """Also write the picture at every so many steps, numbered; 0 for never."""
    plot: bool = False
    """Also draw the loss curves, into OUTPUT-loss.png."""
    keep: Annotated[Checkpoints, tyro.conf.arg(name="")] = dataclasses.field(
        default_factory=Checkpoints
    )
    quiet: bool = False
    """Print nothing but errors."""
    cache: bool = True
    """Keep compiled programs in the user's cache folder, for faster starts."""


def paint_one(
    settings: Settings, inputs: Inputs, options: Result, *, found: Checkpoint | None = None
) -> int:
    """Run one style transfer, from its beginning or a checkpoint; return the exit status."""
    output = _output(inputs, options)
    if options.cache:
        keep_compiled_programs()
    tell_of_more(inputs.paths(), quiet=options.quiet)
    pictures, kit = open_pictures(inputs, settings), load(settings)
    stages, costs, point, curves = way(pictures, settings, found)
    facts = {}
    if options.keep.checkpoint is not None:
        facts = facts_of(settings, inputs, pictures, kit, stages, output)
        facts |= {"depth": options.depth}
    if found is not None:
        check_same(found, facts)
    keep = keeper(options.keep, facts)
    if options.keep.checkpoint is not None and found is None:  # killed before any step, it goes on
        checkpoint.save(options.keep.checkpoint, Point(0, 0, None, ()), {**facts, "curves": {}})
    if not options.quiet:
        _announce(settings, inputs, options, stages, begun=None if point is None else point.step)

    def write(path: Path, image) -> None:
        save(path, pictures, settings, inputs, image, depth=options.depth)

    last: Progress | None = None
    trouble: InputError | KeyboardInterrupt | None = None
    started = time.monotonic()
    with interruptions() as interruption, live(costs, quiet=options.quiet) as show:
        try:
            every = math.gcd(10, options.save_every)  # so that each picture to save comes back
            known = {"kit": kit, "stages": stages, "point": point}
            for progress in paint(pictures, settings, every=every, **known):
                last = progress
                curves[progress.step] = {"total": progress.total, **progress.parts}
                show(progress)
                if options.save_every and progress.step % options.save_every == 0:
                    write(_numbered(output, progress.step), progress.image)
                if progress.step < len(costs):
                    keep_or_leave(keep, progress, curves, interruption)
        except (KeyboardInterrupt, InputError) as error:
            if last is None or last.best_total == math.inf:
                raise
            trouble = error  # what was painted until then is kept
    assert last is not None  # there is a step left, also after a checkpoint
    with uninterrupted():
        if options.output is None:
            output = disk.unused(output)  # another run may have taken the name meanwhile
        write(output, last.best)
        if options.plot:
            files.write(_plotted(output), plot.loss_curves(list(curves.values())))
        if options.keep.checkpoint is not None and trouble is None:
            checkpoint.remove(options.keep.checkpoint)
    if not options.quiet:
        height, width = finish(pictures, settings, last.best).shape[1:3]
        print(
            f"{'interrupted: ' if trouble else ''}wrote {output} ({width} x {height}), total "
            f"{last.best_total:.4g}, after {last.step} evaluations, "
            f"in {time.monotonic() - started:.0f} s"
        )
    return status(trouble)


def _announce(
    settings: Settings,
    inputs: Inputs,
    options: Result,
    stages: Sequence[Stage],
    *,
    begun: int | None,
) -> None:
    """Say what is not as usual."""
    if inputs.content and not inputs.styles:
        print("jnst: no painting is given: the built-in one is taken", file=sys.stderr)
    cut = [f"{stage.size} in tiles of {stage.tile}" for stage in stages if stage.tile]
    if cut:
        tight = settings.tile == "auto"
        why = "memory is too small for the whole: " if tight else ""
        print(f"jnst: {why}{', '.join(cut)} pixels", file=sys.stderr)
    if begun is not None:
        print(f"jnst: going on after {begun} evaluations", file=sys.stderr)
    elif options.keep.resume:
        print(
            f"jnst: {options.keep.checkpoint} holds no run to go on with: beginning",
            file=sys.stderr,
        )


def _output(inputs: Inputs, options: Result) -> Path:
    """Name the picture, after the pictures if need be, and see that all files can be written.

    Before the run, for it may be long.
    """
    content = inputs.content.stem if inputs.content else samples.CONTENT
    style = "-".join(style.stem for style in inputs.styles) or "sample"
    output = options.output or disk.unused(f"{content}-{style}.png")
    check_no_source([output], inputs.paths())
    files.check_writable(output, depth=options.depth)
    if options.plot:
        files.check_writable(_plotted(output))
    if options.save_every:
        files.check_writable(_numbered(output, 0))
    return output


def _plotted(output: Path) -> Path:
    return output.with_name(f"{output.stem}-loss.png")


def _numbered(output: Path, step: int) -> Path:
    return output.with_name(f"{output.stem}-{step:04}{output.suffix}")
