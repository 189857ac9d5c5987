"""`jnst web`: its options."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from jnst.errors import check_at_least, check_at_most

SHORT = {"The page": ("open", "port", "host", "folder")}
"""The options that `--help` explains, in groups."""


@dataclass(frozen=True)
class Options:
    """Open a page on this machine to paint in the browser, with all past runs."""

    host: str = "127.0.0.1"
    """The address to listen on. The default is reached from this machine alone."""
    port: int = 8642
    """The port; 0 for any that is free."""
    folder: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    """Where pictures and runs are kept; by default in the user's data folder."""
    open: bool = False
    """Also open the page in the browser."""


def check(options: Options) -> None:
    """Raise an `InputError` for a port that there is not."""
    check_at_least("port", options.port, 0)
    check_at_most("port", options.port, 65_535)
