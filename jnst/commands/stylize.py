"""`jnst stylize`: one style transfer, pictures in, picture out, progress on the terminal."""

import dataclasses
import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from jnst import disk, files, plot, samples
from jnst.arrays import InputError, check_at_least
from jnst.backbones import BACKBONES
from jnst.commands.base import (
    fail,
    keep_compiled_programs,
    open_pictures,
    uninterrupted,
    with_quality,
)
from jnst.loop import Progress
from jnst.pictures import alpha_for, finish
from jnst.presets import PRESETS, summary
from jnst.record import Inputs, record
from jnst.settings import Settings
from jnst.stages import plan
from jnst.stylize import paint
from jnst.terminal import live
from jnst.version import __version__


@dataclass(frozen=True)
class Options:
    """Paint CONTENT in the manner of STYLE. Without them, paint the built-in sample pair."""

    inputs: Annotated[Inputs, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Inputs)
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="PATH")] = None
    """Where the picture goes (.png .jpg .webp .tif). By default CONTENT-STYLE.png, here."""
    preset: Annotated[str | None, tyro.conf.arg(metavar="NAME")] = None
    """Begin with the settings of a published system (--list presets); all options still apply."""
    quality: Literal["draft", "normal", "best"] = "normal"
    """Trade time for finish: 0.3 or 3 times as many steps."""
    like: Annotated[Path | None, tyro.conf.arg(metavar="PICTURE")] = None
    """Make a picture of jnst again, from what its metadata says; all other options still apply."""
    settings: Annotated[Settings, tyro.conf.arg(name="")] = dataclasses.field(
        default_factory=Settings
    )
    save_every: int = 0
    """Also write the picture at every so many steps, numbered; 0 for never."""
    plot: bool = False
    """Also draw the loss curves, into OUTPUT-loss.png."""
    quiet: bool = False
    """Print nothing but errors."""
    cache: bool = True
    """Keep compiled programs in the user's cache folder, for faster starts."""
    list: Literal["backbones", "layers", "presets"] | None = None
    """List what can be chosen, and leave."""
    version: bool = False
    """Print the version, and leave."""


def run(options: Options) -> int:
    """Run one style transfer and return the exit status."""
    if options.version:
        print(f"jnst {__version__}")
        return 0
    if options.list == "backbones":
        print("\n".join(BACKBONES))
        return 0
    if options.list == "layers":
        print("\n".join(BACKBONES[options.settings.backbone].layers))
        return 0
    if options.list == "presets":
        print("\n".join(f"{name:16} {summary(name)}" for name in PRESETS))
        return 0
    settings = with_quality(options.settings, options.quality)
    check_at_least("save_every", options.save_every, 0)
    for path in options.inputs.paths() if options.like is not None else ():
        if not path.exists():
            raise InputError(
                f"{options.like} was made of {path}, which is not there; run jnst where it was "
                "made, or name the picture anew"
            )
    output, plotted = _outputs(options)
    if options.cache:
        keep_compiled_programs()
    pictures = open_pictures(options.inputs, settings)
    recorded = record(settings, options.inputs)

    def write(path: Path, image) -> None:
        files.write(
            path,
            finish(pictures, settings, image),
            settings=recorded,
            software=f"jnst {__version__}",
            alpha=alpha_for(pictures, image),
        )

    last: Progress | None = None
    curves: list[dict[str, float]] = []
    trouble: InputError | KeyboardInterrupt | None = None
    started = time.monotonic()
    stages = plan(pictures, settings)
    cut = [f"{stage.size} in tiles of {stage.tile}" for stage in stages if stage.tile]
    if cut and not options.quiet:
        why = "memory is too small for the whole: " if settings.tile == "auto" else ""
        print(f"jnst: {why}{', '.join(cut)} pixels", file=sys.stderr)
    costs = [float(s.size**2) for s in stages for _ in range(s.steps)]
    with live(costs, quiet=options.quiet) as show:
        try:
            every = math.gcd(10, options.save_every)  # so that each picture to save comes back
            for progress in paint(pictures, settings, every=every):
                last = progress
                curves.append({"total": progress.total, **progress.parts})
                show(progress)
                if options.save_every and progress.step % options.save_every == 0:
                    numbered = f"{output.stem}-{progress.step:04}{output.suffix}"
                    write(output.with_name(numbered), progress.image)
        except (KeyboardInterrupt, InputError) as error:
            if last is None or last.best_total == math.inf:
                raise
            trouble = error  # what was painted until then is kept
    assert last is not None  # `check` wants at least one step
    with uninterrupted():
        write(output, last.best)
        if options.plot:
            files.write(plotted, plot.loss_curves(curves))
    if not options.quiet:
        height, width = last.best.shape[1:3]
        print(
            f"{'interrupted: ' if trouble else ''}wrote {output} ({width} x {height}), total "
            f"{last.best_total:.4g}, after {last.step} evaluations, "
            f"in {time.monotonic() - started:.0f} s"
        )
    if isinstance(trouble, InputError):
        return fail(trouble, 2)
    return 130 if trouble else 0


def _outputs(options: Options) -> tuple[Path, Path]:
    """Name the picture and the plot, after the pictures if need be, and see that both can be.

    Before the run, for it may be long.
    """
    inputs = options.inputs
    content = inputs.content.stem if inputs.content else samples.CONTENT
    style = "-".join(style.stem for style in inputs.styles) or "sample"
    output = options.output or disk.unused(f"{content}-{style}.png")
    for source in inputs.paths():
        if output.exists() and source.exists() and output.samefile(source):
            raise InputError(f"the output {output} is one of the pictures; choose another name")
    plotted = output.with_name(f"{output.stem}-loss.png")
    for target in (output, plotted) if options.plot else (output,):
        disk.check_writable(target, files.WRITERS)
    return output, plotted
