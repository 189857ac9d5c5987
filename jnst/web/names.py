"""Names of given files: shown to the user, and never a part of a path."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from jnst.errors import InputError

LONGEST = 80
"""Characters of a name that are kept."""


def label(name: str) -> str:
    """Return the last part of a file's name, printable and not too long: to show, never to open."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(c for c in last if c.isprintable())[:LONGEST].strip(" .") or "picture"


@contextlib.contextmanager
def called(path: Path, name: str) -> Iterator[None]:
    """Let errors speak of a file by the name that the user knows."""
    try:
        yield
    except InputError as error:
        raise InputError(str(error).replace(repr(str(path)), repr(name))) from None
