"""`jnst stylize`: its options, and what they ask for: one picture, many, or a list."""

import contextlib
import dataclasses
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from jnst.commands.batch import Batch
from jnst.commands.batch import run as run_batch
from jnst.commands.options.stylize import Options
from jnst.commands.pictures import gone
from jnst.commands.single import paint_one
from jnst.runs import checkpoint
from jnst.runs.record import Inputs
from jnst.runs.resume import find_run, output_of
from jnst.system.streams import say
from jnst.transfer.onepass.checks import NUMBERS
from jnst.transfer.onepass.sources import with_styles
from jnst.transfer.quality import with_quality
from jnst.weights import store, trained
from jnst.weights.onepass import located


def run(options: Options) -> int:
    """Run one style transfer, or list what was asked for; return the exit status."""
    listed = _listed(options)
    if listed is not None:
        say(*listed)
        return 0
    asked, result = with_styles(options.settings, _styles(options)), options.result
    settings = with_quality(asked, options.quality, preset=options.preset)
    if options.many != Batch():
        how = {name: getattr(result, name) for name in ("depth", "json", "quiet", "cache")}
        how |= {"quality": options.quality, "preset": options.preset}
        return run_batch(options.many, asked, **how)
    folder = result.keep.checkpoint
    with contextlib.nullcontext() if folder is None else checkpoint.held(folder):
        settings, inputs, found = find_run(result.keep, settings, options.inputs)
        if options.like is not None:
            _check_there(options.like, inputs)
        if found is not None:
            depth = max(result.depth, found.facts.depth)
            output = result.output or output_of(found)
            result = dataclasses.replace(result, output=output, depth=depth)
        return paint_one(settings, inputs, result, found=found)


def _styles(options: Options) -> Sequence[Path]:
    one = options.many.styles
    return options.inputs.styles if one is None else (one,)


def _listed(options: Options) -> Iterable[str] | None:
    if options.list == "styles":
        return [f"--method multistyle --style-number {i}" for i in NUMBERS] + [
            f"{path.name} --style-number {name}"
            for path in store.files(trained.SUFFIX)
            for name in trained.read(path).design.own_styles
        ]
    return None


def _check_there(like: Path, inputs: Inputs) -> None:
    for path in inputs.paths():
        # Path.exists raises for a name that no disk would take.
        if not os.path.exists(located(path)):
            raise gone(path, like)
