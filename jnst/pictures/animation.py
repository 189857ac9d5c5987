"""Moving pictures: into a picture, frame by frame, and all frames into one file or many."""

import itertools
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import PIL.Image

from jnst.arrays import AnyPicture, Image, Picture
from jnst.errors import InputError
from jnst.pictures import files
from jnst.pictures.files.raster import to_levels
from jnst.pictures.resizing import resample
from jnst.system.disk import check_writable, guarded, replacing

MOVING = {
    ".gif": {"format": "GIF"},
    ".webp": {"format": "WEBP", "quality": 90},
}
"""Formats that hold all frames in one file: suffix -> Pillow's format and options."""
MOST_SIDE = {".gif": 65_535, ".webp": 16_383}
"""The longest side in pixels that they can hold."""
TICK = {".gif": 10, ".webp": 1}
"""Milliseconds that the time of a frame is a multiple of."""
FASTEST = 50
"""Pictures a second."""
_NUMBERED = re.compile(r"%0[1-9]d")


def zoom(image: Image, factor: float) -> Picture:
    """Enlarge the middle of a picture by `factor`, at least 1, to the size of the whole.

    Bicubic, about the exact centre: rounding to pixels would make the animation tremble.
    """
    height, width = image.shape[1:3]
    left, top = ((length - length / factor) / 2 for length in (width, height))
    box = left, top, width - left, height - top
    return resample(image, height, width, PIL.Image.Resampling.BICUBIC, box=box).clip(0, 1)


def numbered(path: Path, number: int) -> Path | None:
    """Return the path of one frame where `path` holds %04d, or with another digit; else None."""
    if _NUMBERED.search(path.name) is None:
        return None
    return path.with_name(_NUMBERED.sub(lambda found: found[0] % number, path.name))


def check(path: Path, *, rate: float) -> None:
    """Raise an `InputError` where no animation can be written: before a long run.

    Viewers slow down a .gif that is to show more than `FASTEST` pictures a second.
    """
    if path.suffix.lower() == ".gif" and rate > FASTEST:
        raise InputError(f"a .gif shows at most {FASTEST} pictures a second, not {rate:g}")
    first = numbered(path, 1)
    if first is not None:
        files.check_writable(first)
    elif path.suffix.lower() in MOVING:
        check_writable(path, MOVING)
    else:
        raise InputError(
            f"an animation is {' or '.join(MOVING)}, or numbered pictures, as in dream-%04d.png; "
            f"not {path.name!r}"
        )


def check_holds(path: Path, size: tuple[int, int]) -> None:
    """Raise an `InputError` where one file cannot hold frames of this height and width."""
    most = MOST_SIDE[path.suffix.lower()]
    if max(size) > most:
        raise InputError(
            f"cannot write {str(path)!r}: {path.suffix} holds no pictures of "
            f"{size[1]} x {size[0]} pixels, at most {most}; choose numbered pictures, as in "
            "dream-%04d.png"
        )


def write(
    path: str | os.PathLike[str],
    frames: Iterable[AnyPicture],
    *,
    rate: float,
    shown: Sequence[float] | None = None,
) -> None:
    """Write frames, all of one size, into one moving picture that begins again at its end.

    Args:
        path: .gif, of 256 colours each frame, or .webp.
        frames: pictures in [0, 1], at least one.
        rate: frames a second.
        shown: how many seconds each is shown, where that differs; instead of `rate`.

    Raises:
        InputError: for another suffix, and what the disk refuses.

    """
    with guarded(f"cannot write {os.fspath(path)!r}"):
        options = MOVING[Path(path).suffix.lower()]
        pictures = (PIL.Image.fromarray(to_levels(frame[0])) for frame in frames)
        first = next(pictures)
        each = (
            round(1000 / rate)
            if shown is None
            else _in_ticks(shown, TICK[Path(path).suffix.lower()])
        )
        with replacing(path) as stream:
            first.save(
                stream,
                save_all=True,
                append_images=pictures,
                duration=each,
                loop=0,
                **options,
            )


def _in_ticks(shown: Sequence[float], tick: int) -> list[int]:
    """Return milliseconds whose sum goes with that of the seconds, each at least one tick."""
    ends = [round(1000 * end / tick) * tick for end in itertools.accumulate(shown)]
    return [max(tick, end - begin) for begin, end in itertools.pairwise([0, *ends])]
