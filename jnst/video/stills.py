"""Clips that are pictures: numbered ones, and animations that Pillow alone reads."""

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from jnst.errors import InputError, check_at_least, check_at_most
from jnst.pictures import animation, files
from jnst.system import disk

SLOWEST = 0.01
"""Pictures a second that numbered ones may be shown at, at least."""
FASTEST = 1000.0
"""And at most."""
ANIMATIONS = (".webp", ".avif")
"""Suffixes of animations that FFmpeg does not read."""


@dataclass
class Numbered:
    """Pictures of a folder in the order of their numbers, shown at a fixed rate."""

    paths: Sequence[Path]
    times: Sequence[Fraction]
    duration: Fraction
    transparent: bool = False

    def frame(self, number: int) -> np.ndarray:
        """Return a picture, with alpha where it has some; all are to have the first one's size."""
        return _channels(self.paths[number])

    def close(self) -> None:
        """Do nothing: no file is kept open."""


class Animation:
    """An animation, kept open; see `jnst.video.frames.Clip`."""

    def __init__(self, path: Path) -> None:
        """Open an animation, and go through it once for its times.

        Raises `InputError` for what cannot be read, or is a single picture.
        """
        self._failure = f"cannot read {str(path)!r}"
        self.times: Sequence[Fraction] = []
        with disk.guarded(self._failure):
            self._picture: Any = PIL.Image.open(path)
            count = getattr(self._picture, "n_frames", 1)
            if count < 2:
                self._picture.close()
                raise InputError(STILL)
            time, times = Fraction(0), []
            for number in range(count):
                self._picture.seek(number)
                self._picture.load()
                times.append(time)
                time += Fraction(max(1, round(self._picture.info.get("duration", 0))), 1000)
            self.times, self.duration = times, time
            self.transparent = self._picture.has_transparency_data

    def frame(self, number: int) -> np.ndarray:
        """Return a frame by its number from 0."""
        with disk.guarded(self._failure):
            self._picture.seek(number)
            return _channels(self._picture.copy())

    def close(self) -> None:
        """Close the file."""
        self._picture.close()


STILL = "it is a single picture, which jnst stylize paints"
"""What is said of one."""


def numbered(path: Path, *, rate: float) -> Numbered | None:
    """Open a folder of pictures, or a pattern of their names; None for a path that is neither.

    Raises `InputError` where there are none, and for a rate that is no number above 0.
    """
    paths = _paths(path)
    if paths is None:
        return None
    check_at_least("rate", rate, SLOWEST)
    check_at_most("rate", rate, FASTEST)
    step = 1 / Fraction(rate).limit_denominator(1001)
    times = [i * step for i in range(len(paths))]
    return Numbered(paths, times, len(paths) * step, any(map(_is_transparent, paths)))


def _is_transparent(path: Path) -> bool:
    """Tell whether a picture may have alpha, by its head; what cannot be read has none."""
    with contextlib.suppress(Exception), PIL.Image.open(path) as picture:
        return picture.has_transparency_data
    return False


def _channels(source: files.Source) -> np.ndarray:
    """Read a picture as (h, w, 3), or with alpha 4."""
    picture, alpha = files.read_with_alpha(source)
    return picture[0] if alpha is None else np.concatenate([picture, alpha], axis=-1)[0]


def _paths(path: Path) -> list[Path] | None:
    """List numbered pictures in order; None for a path that is neither a folder nor a pattern."""
    if path.is_dir():
        found = [one for one in path.iterdir() if one.suffix.lower() in files.suffixes()]
        named = f"{path} holds no pictures"
    elif animation.numbered(path, 0) is not None:
        before, after = re.split(r"%0[1-9]d", path.name, maxsplit=1)
        name = re.compile(re.escape(before) + r"\d+" + re.escape(after))
        beside = path.parent.iterdir() if path.parent.is_dir() else ()
        found = [one for one in beside if name.fullmatch(one.name)]
        named = f"there are no pictures {path}"
    else:
        return None
    if not found:
        raise InputError(named)
    return sorted(found, key=lambda one: _number(one.name))


def _number(name: str) -> tuple[Any, ...]:
    """Return a key by which 10 comes after 9."""
    return tuple(int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name))
