"""One style transfer: pictures in, picture out, progress on the terminal."""

import contextlib
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from jnst.commands.asjson import tell
from jnst.commands.options.output import Output
from jnst.display import plot
from jnst.display.terminal import live
from jnst.optimize.loop import Progress
from jnst.pictures import files, samples
from jnst.runs import checkpoint
from jnst.runs.checkpoint import START, Checkpoint, Curves
from jnst.runs.failures import status
from jnst.runs.pictures import (
    check_derived,
    check_holds,
    open_pictures,
    tell_of_more,
    why_no_larger,
)
from jnst.runs.record import Inputs, record
from jnst.runs.run import OpenedRun, open_run, paint_run
from jnst.runs.signals import interruptions
from jnst.runs.sources import check_no_source
from jnst.system import disk
from jnst.system.streams import notice, say
from jnst.transfer.extents import extents
from jnst.transfer.onepass.method import OnePassPlan
from jnst.transfer.pictures import finish
from jnst.transfer.settings import Settings
from jnst.transfer.stages import begins
from jnst.xla import keep_compiled_programs


def paint_one(
    settings: Settings, inputs: Inputs, options: Output, *, found: Checkpoint | None = None
) -> int:
    """Run one style transfer, from its beginning or a checkpoint; return the exit status."""
    output = _output(inputs, settings, options)
    if options.cache:
        keep_compiled_programs()
    tell_of_more(inputs.paths(), quiet=options.quiet)
    pictures = open_pictures(inputs, settings)
    check_holds(output, pictures, settings, inputs)
    run = open_run(
        settings,
        inputs,
        pictures,
        output=output,
        depth=options.depth,
        checkpoints=options.keep,
        found=found,
    )
    derived = [_plotted(output)] if options.plot else []
    if options.save_every:
        steps = range(options.save_every, len(run.schedule.costs) + 1, options.save_every)
        derived += [_numbered(output, step) for step in steps]
    check_derived(derived, inputs.paths())
    if run.facts is not None and options.keep.checkpoint is not None and found is None:
        # Killed before any step, it goes on.
        checkpoint.save(options.keep.checkpoint, START, run.facts)
    if not options.quiet:
        _announce(run, options)

    def write(last: Progress, curves: Curves, early: bool) -> None:
        nonlocal output
        if options.output is None:
            output = disk.unused(output)  # another run may have taken the name meanwhile
        run.save(output, last.best, interrupted=last.step if early else None)
        if options.plot:
            files.write(_plotted(output), plot.loss_curves(list(curves.values())))

    started = time.monotonic()
    with interruptions() as interruption:
        last, trouble = paint_run(
            run,
            watching=_watching(run, options, output),
            write=write,
            interruption=interruption,
            every=math.gcd(10, options.save_every),  # so that each picture to save comes back
        )
    height, width = finish(run.pictures, settings, last.best).shape[1:3]
    seconds = time.monotonic() - started
    if options.json:
        in_steps = bool(run.schedule.stages)
        tell(
            {
                "output": output,
                "width": width,
                "height": height,
                "seconds": seconds,
                "interrupted": trouble is not None,
                "steps": last.step if in_steps else None,
                "total": last.best_total if in_steps else None,
                "losses": last.parts,
                "settings": record(settings, inputs),
            }
        )
    elif not options.quiet:
        say(
            f"{'interrupted: ' if trouble else ''}wrote {output} ({width} x {height}), total "
            f"{last.best_total:.4g}, after {last.step} steps, in {seconds:.0f} s"
            if run.schedule.stages
            else f"wrote {output} ({width} x {height}), in {seconds:.1f} s"
        )
    return status(trouble)


@contextlib.contextmanager
def _watching(
    run: OpenedRun, options: Output, output: Path
) -> Iterator[Callable[[Progress, Curves], None]]:
    """Show a live line and save the numbered pictures that were asked for."""
    kept, painted = extents(run.pictures.original.shape[1:3], run.settings)
    share = kept[0] / painted[0], kept[1] / painted[1]
    first = 0 if run.schedule.point is None else run.schedule.point.step
    sizes = begins(run.schedule.stages, painted, share=share)
    compiled = run.settings.engine == "jax"
    told = {step: f"compiling {w} x {h}" for step, (h, w) in sizes.items() if compiled}
    told[0] = next((told[step] for step in reversed(told) if step <= first), "starting")
    with live(
        run.schedule.costs, quiet=options.quiet, begins=told, share=share, losses=options.losses
    ) as show:

        def watch(progress: Progress, curves: Curves) -> None:
            show(progress)
            if options.save_every and progress.step % options.save_every == 0:
                run.save(_numbered(output, progress.step), progress.image)

        yield watch


def _announce(run: OpenedRun, options: Output) -> None:
    """Say what is not as usual."""
    name, size = run.inputs.content or "the photograph", run.pictures.original.shape[1:3]
    upscale = run.settings.upscale or run.settings.square
    notes = why_no_larger(name, size, run.settings.size, upscale=upscale)
    for note in (*run.pictures.notes, *notes):
        notice(note)
    kept, painted = extents(run.pictures.original.shape[1:3], run.settings)
    if run.settings.canvas is not None and painted != kept:
        notice(
            f"painted on a canvas of {painted[1]} x {painted[0]} pixels, "
            f"of which {kept[1]} x {kept[0]} are kept"
        )
    cut = [f"{stage.size} in tiles of {stage.tile}" for stage in run.schedule.stages if stage.tile]
    if isinstance(run.plan, OnePassPlan) and run.plan.tile:
        cut = [f"{max(kept)} in tiles of {run.plan.tile}"]
    if cut:
        tight = run.settings.tile == "auto"
        why = "memory is too small for the whole: " if tight else ""
        notice(f"{why}{', '.join(cut)} pixels")
    if run.schedule.point is not None:
        notice(f"going on after {run.schedule.point.step} steps")
    elif options.keep.resume:
        notice(f"no saved run in {options.keep.checkpoint}: starting a new one")


def _output(inputs: Inputs, settings: Settings, options: Output) -> Path:
    """Name the picture, after the pictures if need be, and see that all files can be written.

    Before the run, for it may be long.
    """
    content = inputs.content.stem if inputs.content else samples.CONTENT
    styles = [*(style.stem for style in inputs.styles), *map(str, settings.style_number)]
    style = "-".join(styles) or "sample"
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
