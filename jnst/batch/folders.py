"""What there is to paint, or to paint like, in a folder."""

import os
from pathlib import Path

from jnst.errors import InputError
from jnst.pictures import files
from jnst.system.disk import guarded
from jnst.transfer.onepass.sources import is_network


def pictures_in(folder: Path, *, networks: bool = False) -> list[Path]:
    """List what has the suffix of a picture, whatever is in it, by name; not hidden files.

    Trained networks, too, where that is asked for. Not in folders inside. Raises `InputError` if
    there is none, or no folder.
    """
    found = [
        path
        for path in _visible(folder)
        if path.suffix.lower() in files.suffixes() or (networks and is_network(path))
    ]
    if not found and any(map(files.is_raw, _visible(folder))):
        raise InputError(
            f"there is no picture in {os.fspath(folder)!r}, only raw photographs; export them as "
            "JPEG, PNG or TIFF first"
        )
    if not found:
        raise InputError(
            f"there is no picture in {os.fspath(folder)!r}: no {', '.join(files.suffixes())}"
        )
    return found


def left_out(folder: Path, out: Path) -> list[str]:
    """List what is visible in a folder and `pictures_in` leaves out, folders with a slash.

    The folder for the results may be one of them, and is not listed.
    """
    found = []
    for path in _visible(folder):
        if path.is_dir() and path.resolve() != out.resolve():
            found.append(f"{path.name}/")
        elif path.is_file() and path.suffix.lower() not in files.suffixes():
            found.append(path.name)
    return found


def _visible(folder: Path) -> list[Path]:
    with guarded(f"cannot list {os.fspath(folder)!r}"):
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
