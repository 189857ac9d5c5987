"""`jnst stylize`: its options, and the mistakes that they show by themselves."""

import dataclasses
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import tyro

from jnst.backbones.names import Backbone
from jnst.commands.options.common import Common
from jnst.commands.options.output import Batch, Output
from jnst.commands.pictures import check_named, check_output, check_there
from jnst.commands.starting import of_pictures as starting_point
from jnst.errors import InputError, check_at_least
from jnst.runs.record import Inputs
from jnst.transfer.onepass.checks import called
from jnst.transfer.onepass.sources import with_styles
from jnst.transfer.presets import PRESETS, Name, listed
from jnst.transfer.presets.looks import LOOKS
from jnst.transfer.quality import with_quality
from jnst.transfer.settings import Settings
from jnst.version import __version__

__all__ = ["SHORT", "Options", "check", "starting_point", "told"]
SHORT = {
    "Pictures": ("output", "size", "masks"),
    "Look": ("preset", "content_weight", "style_size", "colour"),
    "Time": ("quality",),
    "More": ("like", "batch"),
}
"""The options that `--help` explains, in groups."""
FOR_ONE = ("like", "inputs", "output", "save_every", "plot", "keep")
"""Options that go with a single picture only."""


@dataclass(frozen=True)
class Options:
    """Paint CONTENT in the manner of STYLE. Without any, paint the built-in pair."""

    inputs: Annotated[Inputs, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Inputs)
    result: Annotated[Output, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Output)
    preset: Annotated[Name | None, tyro.conf.arg(metavar="NAME")] = None
    """Begin with the settings of a published system; --list presets describes them. All other
    options still apply."""
    quality: Literal["instant", "draft", "normal", "best"] = "normal"
    """Trade time for finish: draft takes 0.3 times as many steps, best 3 times; instant paints in
    one pass, in seconds."""
    like: Annotated[Path | None, tyro.conf.arg(metavar="PICTURE")] = None
    """Make a picture again, with the settings that jnst keeps in it; all other options still
    apply."""
    settings: Annotated[Settings, tyro.conf.arg(name="")] = dataclasses.field(
        default_factory=Settings
    )
    many: Annotated[Batch, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Batch)
    list: Literal["backbones", "layers", "presets", "styles"] | None = None
    """List what can be chosen, and leave."""
    version: bool = False
    """Print the version, and leave."""
    common: Annotated[Common, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Common)


def told(options: Options) -> Iterable[str] | None:
    """Return the lines of what is asked for, where that is known without JAX; else None."""
    if options.version:
        return [f"jnst {__version__}"]
    if options.list == "backbones":
        return get_args(Backbone)
    if options.list == "presets":
        return listed(PRESETS, looks={name: look.title for name, look in LOOKS.items()})
    if options.list == "layers":
        from jnst.backbones.tables import BACKBONES

        return BACKBONES[options.settings.backbone].layers
    return None


def check(options: Options) -> None:
    """Raise an `InputError` for what cannot be done, as far as options and names of files tell."""
    if options.list is not None:
        return
    result, one = options.result, options.many.styles
    styles = options.inputs.styles if one is None else (one,)
    settings = with_styles(options.settings, styles)
    settings = with_quality(settings, options.quality, preset=options.preset)
    check_at_least("save_every", result.save_every, 0)
    if settings.method != "pixels":
        instant = options.quality == "instant" and options.settings.method == "pixels"
        check_none_for_steps(result, "--quality instant" if instant else called(settings))
    if options.many != Batch():
        check_batch(options, settings)
        return
    keep = result.keep
    if keep.resume and keep.checkpoint is None:
        raise InputError("resume goes with checkpoint, the folder that the run is in")
    check_no_folder(options.inputs)
    check_there(options.inputs.paths(), like=options.like)
    check_output(result.output, sources=options.inputs.paths(), depth=result.depth)
    check_named("stylize", options.inputs, settings, like=options.like)


def check_no_folder(inputs: Inputs) -> None:
    """Raise an `InputError` for a folder in place of a picture: `--batch` is for folders."""
    pictures = [inputs.content, *inputs.styles]
    # `Path.is_dir` raises an error for names that are too long for a file.
    folder = next((path for path in pictures if path is not None and os.path.isdir(path)), None)
    if folder is None:
        return
    photos, style = (inputs.content, inputs.styles[0] if inputs.styles else Path("paintings"))
    photos = folder if photos == folder else Path("photos")
    raise InputError(
        f"{folder} is a folder; many pictures are painted by: jnst stylize --batch {photos} "
        f"--styles {style} --out results"
    )


def check_none_for_steps(result: Output, asked: str) -> None:
    """Raise an `InputError` for options of many steps, where one pass was `asked` for."""
    usual = Output()
    for name, option in {"save_every": "save-every", "plot": "plot", "keep": "checkpoint"}.items():
        if getattr(result, name) != getattr(usual, name):
            raise InputError(
                f"{asked} paints in one pass, to which --{option} means nothing; leave it out"
            )


def check_batch(options: Options, settings: Settings) -> None:
    """Raise an `InputError` for options that do not go with a batch, or are missing from one."""
    batch, usual = options.many, Options()
    if batch.batch is None and not batch.given:
        raise InputError("--out is a folder for the pictures of --batch; did you mean --output?")
    given, default = ({**vars(some), **vars(some.result)} for some in (options, usual))
    for name in FOR_ONE:
        if given[name] != default[name]:
            others = {"inputs": "pictures by name", "keep": "--checkpoint"}
            what: Any = others.get(name, f"--{name.replace('_', '-')}")
            raise InputError(f"{what} and --batch do not go together; leave out one of them")
    if batch.batch is None:
        raise InputError("--styles and --out go with --batch, a folder of pictures or a .csv")
    if batch.out is None:
        raise InputError("--batch needs --out, a folder for the pictures")
    if not (batch.batch.is_dir() or batch.batch.suffix.lower() == ".csv"):
        raise InputError(
            f"--batch must be a folder of pictures or a .csv, not {str(batch.batch)!r}"
        )
    own = settings.method == "multistyle"
    if not batch.batch.is_dir():
        if batch.given:
            raise InputError("--styles goes with a folder of pictures; a table has its own")
        if own:
            raise InputError(
                "with a table the numbers for method multistyle are its column style_number; leave "
                "out --method and --style-number"
            )
    elif not (own or batch.given):
        raise InputError(
            "--batch needs --styles: a folder of paintings, or trained networks, or one of them"
        )
    check_there(path for path in batch.given if not path.is_dir())
