"""`jnst stylize`: its options, and what they ask for: one picture, many, or a list."""

import contextlib
import dataclasses
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from jnst.backbones.tables import BACKBONES
from jnst.commands.batch import Batch, check_none_for_one
from jnst.commands.batch import run as run_batch
from jnst.commands.single import Output, paint_one
from jnst.errors import InputError, check_at_least
from jnst.runs import checkpoint
from jnst.runs.record import Inputs
from jnst.runs.resume import find_run, output_of
from jnst.system.streams import say
from jnst.transfer.onepass.checks import NUMBERS
from jnst.transfer.onepass.sources import with_styles
from jnst.transfer.presets import PRESETS, summary
from jnst.transfer.quality import with_quality
from jnst.transfer.settings import Settings
from jnst.version import __version__
from jnst.weights import store, trained
from jnst.weights.onepass import located


@dataclass(frozen=True)
class Options:
    """Paint CONTENT in the manner of STYLE. Without them, paint the built-in sample pair."""

    inputs: Annotated[Inputs, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Inputs)
    result: Annotated[Output, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Output)
    preset: Annotated[str | None, tyro.conf.arg(metavar="NAME")] = None
    """Begin with the settings of a published system (--list presets); all options still apply."""
    quality: Literal["instant", "draft", "normal", "best"] = "normal"
    """Trade time for finish: 0.3 or 3 times as many steps; or in one pass, in seconds."""
    like: Annotated[Path | None, tyro.conf.arg(metavar="PICTURE")] = None
    """Make a picture of jnst again, from what its metadata says; all other options still apply."""
    settings: Annotated[Settings, tyro.conf.arg(name="")] = dataclasses.field(
        default_factory=Settings
    )
    many: Annotated[Batch, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Batch)
    list: Literal["backbones", "layers", "presets", "styles"] | None = None
    """List what can be chosen, and leave."""
    version: bool = False
    """Print the version, and leave."""


def run(options: Options) -> int:
    """Run one style transfer, or list what was asked for; return the exit status."""
    listed = _listed(options)
    if listed is not None:
        say(*listed)
        return 0
    asked, result = with_styles(options.settings, _styles(options)), options.result
    settings = with_quality(asked, options.quality, preset=options.preset)
    check_at_least("save_every", result.save_every, 0)
    if settings.method != "pixels":
        check_none_for_steps(result, Output(), settings.method)
    if options.many != Batch():
        check_none_for_one(options, Options())
        how = {name: getattr(result, name) for name in ("depth", "quiet", "cache")}
        how |= {"quality": options.quality, "preset": options.preset}
        return run_batch(options.many, asked, **how)
    folder = result.keep.checkpoint
    with contextlib.nullcontext() if folder is None else checkpoint.held(folder):
        settings, inputs, found = find_run(result.keep, settings, options.inputs)
        _check_there(options.like, inputs)
        if found is not None:
            depth = max(result.depth, found.facts.depth)
            output = result.output or output_of(found)
            result = dataclasses.replace(result, output=output, depth=depth)
        return paint_one(settings, inputs, result, found=found)


def _styles(options: Options) -> Sequence[Path]:
    one = options.many.styles
    return options.inputs.styles if one is None else (one,)


def check_none_for_steps(result: Output, default: Output, method: str) -> None:
    """Raise an `InputError` for options that are for runs of many steps."""
    for name, option in {"save_every": "save-every", "plot": "plot", "keep": "checkpoint"}.items():
        if getattr(result, name) != getattr(default, name):
            raise InputError(
                f"method {method} paints in one pass, to which --{option} means nothing; leave it "
                "out"
            )


def _listed(options: Options) -> Iterable[str] | None:
    if options.version:
        return [f"jnst {__version__}"]
    if options.list == "backbones":
        return BACKBONES
    if options.list == "layers":
        return BACKBONES[options.settings.backbone].layers
    if options.list == "styles":
        return [f"--method multistyle --style-number {i}" for i in NUMBERS] + [
            f"{path.name} --style-number {name}"
            for path in store.files(trained.SUFFIX)
            for name in trained.read(path).design.own_styles
        ]
    if options.list == "presets":
        return [f"{name:16} {summary(function)}" for name, function in PRESETS.items()]
    return None


def _check_there(like: Path | None, inputs: Inputs) -> None:
    for path in inputs.paths() if like is not None else ():
        if not os.path.exists(
            located(path)
        ):  # Path.exists raises for a name that no disk would take
            raise InputError(
                f"{like} was made of {path}, which is not there; run jnst where it was made, or "
                "name the picture anew"
            )
