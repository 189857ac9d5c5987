"""Frames into a file: a film with its sound, an animation, or numbered pictures."""

import contextlib
import functools
import os
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from jnst.arrays import AnyPicture, Array
from jnst.pictures import animation, files, resizing
from jnst.pictures.files.raster import to_levels
from jnst.system import disk
from jnst.version import __version__
from jnst.video.frames import durations
from jnst.video.need import needed
from jnst.video.sound import Sound, check_sound, copied, no_sound
from jnst.video.suffixes import check_moving

TICKS = Fraction(1, 90_000)
"""Seconds; the unit of time stamps in films of ours. All usual frame rates are whole numbers of
it."""
_H264 = "libx264", "yuv420p", {"crf": "17", "preset": "medium", "bf": "0", "mbtree": "0"}
_VP9 = "libvpx-vp9", "yuv420p", {"crf": "20", "b": "0", "row-mt": "1"}
FILMS = {
    ".mp4": ("mp4", _H264),
    ".m4v": ("mp4", _H264),
    ".mov": ("mov", _H264),
    ".mkv": ("matroska", _H264),
    ".webm": ("webm", _VP9),
}
"""Formats of films by suffix: FFmpeg's name, and codec, format of pixels and options. No frame
refers to a later one (bf): each is then shown exactly as long as it says. Blocks get no more
bits for being copied later (mbtree): with its assembly, x264 165 then codes the same frames
in other bytes now and then. yuv420p is what all players show."""
WITH_ALPHA = {
    ".webm": (_VP9[0], "yuva420p", _VP9[2]),
    ".mov": ("prores_ks", "yuva444p10le", {"profile": "4444"}),
}
"""Codec, format of pixels and options of the films that can be transparent."""
SQUARE = (".webm", *animation.MOVING)
"""Formats in which FFmpeg, or Pillow, writes square pixels alone; so are numbered pictures."""
_BT709, _LIMITED, _SRGB = 1, 1, 13
"""FFmpeg's numbers of the colours that films are written in, and say so."""


class Timing(NamedTuple):
    """When each frame begins, and how long all are shown, in seconds."""

    times: Sequence[Fraction]
    duration: Fraction


Frame = tuple[AnyPicture, Array | None]
"""A picture in [0, 1], and its alpha, or None where it is opaque."""


def check_writable(path: Path, timing: Timing, sound: Sound | None) -> None:
    """Raise an `InputError` where no moving picture, or not its sound, can be written there."""
    if not holds_sound(path):
        animation.check(path, rate=float(_rate(timing)))
        return
    check_moving(path)
    needed("av")
    disk.check_writable(path, FILMS)
    if sound is not None:
        check_sound(sound, path.suffix.lower(), FILMS[path.suffix.lower()][0])


def holds_sound(path: Path) -> bool:
    """Tell whether a moving picture by this name can have sound."""
    return animation.numbered(path, 0) is None and path.suffix.lower() not in animation.MOVING


def _rate(timing: Timing) -> Fraction:
    """Return the mean number of frames a second, as a fraction that FFmpeg can hold."""
    rate = Fraction(len(timing.times)) / (timing.duration or 1)
    return max(rate.limit_denominator(1001), Fraction(1, 1001))


def write(
    path: Path,
    frames: Iterable[Frame],
    timing: Timing,
    *,
    sound: Sound | None = None,
    pixel_aspect: Fraction = Fraction(1),
    alpha: bool = False,
) -> tuple[int, int]:
    """Write a moving picture; return the height and width of its frames in pixels.

    Only one frame is in memory at a time, but of a .gif, which Pillow keeps until it is written. A
    single file is there whole or not at all; of numbered pictures, each is.

    Args:
        path: where; the suffix says as what, see `check_writable`.
        frames: all of one size. Films of H.264 and VP9 have even sides: odd ones get the outermost
            row, or column, twice.
        timing: when each is shown.
        sound: is copied, without being decoded; a part as long as the picture lasts.
        pixel_aspect: the width of a pixel by its height. In `SQUARE`, and where they are
            numbered, frames are made as wide as they are to be seen.
        alpha: whether any frame is transparent; where the format cannot be, it is over white.

    Raises:
        InputError: for what the disk refuses, and a broken film that sound is copied from.

    """
    shown = durations(*timing)
    suffix, size = path.suffix.lower(), (0, 0)
    numbers = animation.numbered(path, 0) is not None
    alpha = alpha and (numbers or suffix in WITH_ALPHA)
    if pixel_aspect != 1 and (numbers or suffix in SQUARE):
        frames = map(functools.partial(_squared, pixel_aspect=pixel_aspect), frames)
        pixel_aspect = Fraction(1)

    def prepared() -> Iterator[Frame]:
        nonlocal size
        for picture, transparent in frames:
            if transparent is not None and not alpha:
                picture, transparent = picture * transparent + (1 - transparent), None
            size = picture.shape[1:3]
            yield picture, transparent

    if numbers:
        for number, (picture, transparent) in enumerate(prepared(), 1):
            name = animation.numbered(path, number)
            assert name is not None
            files.write(name, picture, alpha=transparent, software=f"jnst {__version__}")
        return size
    if suffix in animation.MOVING:
        pictures = (picture for picture, _ in prepared())
        animation.write(path, pictures, rate=1.0, shown=[float(one) for one in shown])
        return size
    with disk.guarded(f"cannot write {os.fspath(path)!r}"), disk.replacing(path) as stream:
        _write_film(stream, suffix, prepared(), timing, shown, sound, pixel_aspect, alpha)
    return size[0] + size[0] % 2, size[1] + size[1] % 2


def _write_film(
    stream: Any,
    suffix: str,
    frames: Iterable[Frame],
    timing: Timing,
    shown: Sequence[Fraction],
    sound: Sound | None,
    pixel_aspect: Fraction,
    alpha: bool,
) -> None:
    import av

    form, how = FILMS[suffix]
    codec, pixels, options = WITH_ALPHA[suffix] if alpha else how
    late = Fraction(0) if sound is None else sound.late
    exact = {"fflags": "+bitexact"}  # else .mkv has a number at random in it
    with (
        av.open(stream, "w", format=form, container_options=exact) as container,
        contextlib.ExitStack() as stack,
    ):
        film: Any = container.add_stream(codec, rate=_rate(timing), options=dict(options))
        film.pix_fmt = pixels
        film.time_base = film.codec_context.time_base = TICKS
        context = film.codec_context
        context.colorspace = context.color_primaries = _BT709
        context.color_trc, context.color_range = _SRGB, _LIMITED
        context.sample_aspect_ratio = pixel_aspect
        copy = no_sound if sound is None else stack.enter_context(copied(container, sound))
        lengths: dict[int, int] = {}
        for (picture, transparent), time, length in zip(frames, timing.times, shown, strict=False):
            frame = _frame(picture, transparent if alpha else None, pixels, alpha)
            if not context.is_open:
                film.width, film.height = frame.width, frame.height
            frame.pts, frame.time_base = round((late + time) / TICKS), TICKS
            lengths[frame.pts] = round((late + time + length) / TICKS) - frame.pts
            copy(late + time)
            _mux(container, film.encode(frame), lengths)
        _mux(container, film.encode(), lengths)
        copy(None if sound and sound.whole else timing.duration)


def _mux(container: Any, packets: Iterable[Any], lengths: dict[int, int]) -> None:
    for packet in packets:
        packet.duration = lengths.pop(packet.pts, 0)
        container.mux(packet)


def _frame(picture: AnyPicture, transparent: Array | None, pixels: str, alpha: bool) -> Any:
    import av

    levels = to_levels(np.asarray(picture)[0])
    if alpha:
        opacity = np.ones((*levels.shape[:2], 1)) if transparent is None else transparent[0]
        levels = np.concatenate([levels, to_levels(np.asarray(opacity))], axis=-1)
    height, width = levels.shape[:2]
    levels = np.pad(levels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    frame = av.VideoFrame.from_ndarray(levels, format="rgba" if alpha else "rgb24")
    return frame.reformat(format=pixels, dst_colorspace=_BT709, dst_color_range=_LIMITED)


def _squared(frame: Frame, pixel_aspect: Fraction) -> Frame:
    """Make a frame of pixels that are not square as wide as it is to be seen."""
    picture, transparent = frame
    height, width = picture.shape[1], max(1, round(picture.shape[2] * pixel_aspect))
    if transparent is not None:
        transparent = resizing.resize_mask(transparent, height, width)
    return resizing.resize(picture, height, width), transparent
