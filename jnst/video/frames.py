"""Frames of a moving picture, whatever it is kept in: their times, their pictures, one by one.

A `Clip` is either a film, which PyAV decodes (`jnst.video.film`), or a folder of numbered pictures.
Frames are asked for by number; the reader keeps its place, so that going forwards costs one
decoding each.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from jnst.errors import InputError
from jnst.video.need import needed
from jnst.video.settings import Part, check_part
from jnst.video.stills import ANIMATIONS, Animation, numbered

RATE = 25.0
"""Frames a second of numbered pictures, which have no times of their own."""


@runtime_checkable
class Clip(Protocol):
    """A moving picture that is open for reading."""

    times: Sequence[Fraction]
    """When each frame begins, in seconds from the first one; at least one."""
    duration: Fraction
    """How long all of them are shown together, in seconds."""

    transparent: bool
    """Whether any frame may have alpha."""

    def frame(self, number: int) -> np.ndarray:
        """Return a frame by its number from 0: (h, w, 3), or with alpha 4, uint8 or uint16.

        Raises `InputError` where it cannot be read.
        """
        ...

    def close(self) -> None:
        """Close the file."""
        ...


@dataclass
class Chosen:
    """The frames of a clip that a `Part` takes, numbered anew; their times begin at 0 again."""

    clip: Clip
    numbers: Sequence[int]
    times: Sequence[Fraction]
    duration: Fraction
    begin: Fraction
    """Where the first of them is in the clip, in seconds."""
    transparent: bool

    def frame(self, number: int) -> np.ndarray:
        """Return a frame by its number among the chosen."""
        return self.clip.frame(self.numbers[number])

    def close(self) -> None:
        """Close the clip."""
        self.clip.close()

    @property
    def sound(self) -> Any:
        """The path of the film whose sound can be copied; None for pictures, which have none."""
        return getattr(self.clip, "sound", None)


def open_clip(path: Path, *, rate: float | None = None) -> Clip:
    """Open a film, a folder of numbered pictures, or a pattern of their names, as frame-%04d.png.

    Args:
        path: where it is.
        rate: frames a second of numbered pictures, by default `RATE`. A film has its own.

    Raises:
        InputError: for what is none of these, or holds no picture.

    """
    found = numbered(path, rate=RATE if rate is None else rate)
    if found is not None:
        return found
    if rate is not None:
        raise InputError("rate is for numbered pictures; a film has its own")
    if path.suffix.lower() in ANIMATIONS:
        return Animation(path)
    needed("av")
    from jnst.video.film import Film

    return Film(path)


def chosen(clip: Clip, part: Part) -> Chosen:
    """Choose frames of a clip; raise `InputError` where there are none."""
    check_part(part)
    last = float(clip.times[-1])
    start = _exact(part.start)
    end = None if part.end is None or math.isinf(part.end) else _exact(part.end)
    numbers = [
        i for i, time in enumerate(clip.times) if start <= time and (end is None or time < end)
    ]
    if not numbers:
        if part.start > last:
            raise InputError(
                f"there is no frame from {part.start:g} s on; the last one is at {last:.3g} s"
            )
        raise InputError(f"there is no frame from {part.start:g} s to {part.end:g} s")
    begin, after = clip.times[numbers[0]], numbers[-1] + 1
    end = clip.times[after] if after < len(clip.times) else clip.duration
    numbers = numbers[:: part.every]
    times = [clip.times[i] - begin for i in numbers]
    return Chosen(clip, numbers, times, end - begin, begin, clip.transparent)


def durations(times: Sequence[Fraction], whole: Fraction) -> list[Fraction]:
    """Return how long each frame is shown, the last one until the whole is over."""
    return [after - time for time, after in zip(times, [*times[1:], whole], strict=True)]


def _exact(seconds: float) -> Fraction:
    """Return the fraction that was meant: 0.4 is a little above two fifths."""
    return Fraction(seconds).limit_denominator(10**6)
