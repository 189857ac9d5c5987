"""`jnst compare`: its options, and the mistakes that they show by themselves."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from jnst.commands.options.common import Common
from jnst.commands.pictures import check_there
from jnst.commands.starting import of_pictures as starting_point
from jnst.errors import InputError
from jnst.transfer.checks import check as check_settings
from jnst.transfer.presets import Name
from jnst.transfer.settings import Settings

__all__ = ["SHORT", "Options", "check", "starting_point"]
SHORT = {
    "Pictures": ("content", "style", "video"),
    "Measures": ("preset", "size"),
    "Result": ("csv", "json"),
}
"""The options that `--help` explains, in groups."""


@dataclass(frozen=True)
class Options:
    """Measure how near each RESULT is to its content and its style: losses, structure, colours."""

    results: Annotated[
        tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RESULT...")
    ] = ()
    """Pictures to compare, of jnst or of anything else; CONTENT itself may be one of them."""
    content: Annotated[Path | None, tyro.conf.arg(metavar="CONTENT")] = None
    """The photograph. By default what each RESULT was made of, by its metadata."""
    style: Annotated[Path | None, tyro.conf.arg(metavar="STYLE")] = None
    """The painting, likewise."""
    video: Annotated[Path | None, tyro.conf.arg(metavar="CLIP")] = None
    """The film that all RESULTs, films too, were made of: how steady is each?"""
    csv: Annotated[Path | None, tyro.conf.arg(metavar="PATH")] = None
    """Also write the table there (.csv), all digits."""
    json: bool = False
    """Print the table as JSON, all digits."""
    preset: Annotated[Name | None, tyro.conf.arg(metavar="NAME")] = None
    """Measure by the objective of a published system."""
    settings: Annotated[Settings, tyro.conf.arg(name="")] = dataclasses.field(
        default_factory=Settings
    )
    cache: bool = True
    """Keep compiled programs in the user's cache folder, for faster starts."""
    common: Annotated[Common, tyro.conf.arg(name="")] = dataclasses.field(default_factory=Common)


def check(options: Options) -> None:
    """Raise an `InputError` for what cannot be done, as far as options and names of files tell."""
    if not options.results:
        raise InputError("name at least one RESULT, as in: jnst compare one.png two.png")
    check_settings(options.settings)
    if options.video is None:  # numbered pictures are no files of these names
        sources = [options.content, options.style]
        check_there([*options.results, *(path for path in sources if path is not None)])
