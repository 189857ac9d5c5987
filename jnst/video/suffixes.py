"""Suffixes of the films that are written, known without what writes them."""

from pathlib import Path

from jnst.errors import InputError

FILMS = (".mp4", ".m4v", ".mov", ".mkv", ".webm")
"""Those of `jnst.video.encoding.FILMS`."""
MOVING = (".gif", ".webp")
"""Those of `jnst.pictures.animation.MOVING`."""


def check_moving(path: Path) -> None:
    """Raise an `InputError` for a single file of a suffix that no moving picture has."""
    known = [*FILMS, *MOVING]
    if path.suffix.lower() not in known:
        raise InputError(
            f"a moving picture is {', '.join(known)}, or numbered pictures, as in frame-%04d.png; "
            f"not {path.name!r}"
        )
