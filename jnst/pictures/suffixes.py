"""Suffixes of the pictures that are written, known without what writes them."""

import os
from pathlib import Path

from jnst.errors import check_choice
from jnst.system.disk import guarded

WRITTEN = (".png", ".jpg", ".webp", ".tif", ".jpeg", ".tiff")
"""Those of `jnst.pictures.files.WRITERS`."""
DEEP = (".png", ".tif", ".tiff")
"""Those of `jnst.pictures.files.DEEP`."""


def check_depth(path: str | os.PathLike[str], depth: int) -> None:
    """Raise `InputError` where a file of this suffix has no values of so many bits."""
    with guarded(f"cannot write {os.fspath(path)!r} with {depth} bits"):
        check_choice("depth", str(depth), ("8", "16"))
        if depth == 16:
            check_choice("suffix for 16 bits", Path(path).suffix.lower(), DEEP)
