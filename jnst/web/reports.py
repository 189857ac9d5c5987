"""What a painter leaves for the page while it paints: a preview, and how far it is."""

import contextlib
from pathlib import Path

import msgspec

from jnst.arrays import AnyPicture
from jnst.pictures import files, resizing
from jnst.system import disk
from jnst.web.records import Painted

SHOW_EVERY = 1.0
"""Seconds between previews, or more; see `jnst.display.terminal.next_look`."""
LARGEST_SHOWN = 1024
"""Long side of a preview, at most."""


def leave(folder: Path, picture: AnyPicture, painted: Painted) -> None:
    """Write a preview and `progress.json`; raise `InputError` for what the disk refuses."""
    files.write(folder / "preview.jpg", resizing.fit(picture, LARGEST_SHOWN))
    disk.write_text(folder / "progress.json", msgspec.json.encode(painted).decode())


def seconds_before(folder: Path) -> float:
    """Return for how many seconds a run had been painted when it was last left."""
    with contextlib.suppress(OSError, msgspec.DecodeError):  # where this is not the beginning
        data = (folder / "progress.json").read_bytes()
        return msgspec.json.decode(data, type=Painted).seconds
    return 0.0
