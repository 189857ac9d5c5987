"""`jnst show`: its options."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from jnst.commands.pictures import check_there
from jnst.errors import InputError

SHORT = {"Result": ("json",)}
"""The options that `--help` explains, in groups."""


@dataclass(frozen=True)
class Options:
    """Print what PICTURE, made by jnst, was made of and with, as a file for --config."""

    picture: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="PICTURE")] = None
    """A picture that jnst made."""
    json: bool = False
    """Print it as JSON."""


def check(options: Options) -> None:
    """Raise an `InputError` where no picture is named, or it is not there."""
    if options.picture is None:
        raise InputError("name a picture that jnst made, as in: jnst show result.png")
    check_there([options.picture])
