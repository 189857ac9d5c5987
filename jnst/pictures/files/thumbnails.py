"""Small views of picture files, made without all the pixels as floats in memory."""

import os
from collections.abc import Callable
from typing import IO, NamedTuple

import numpy as np
import PIL.Image
from jaxtyping import Float

from jnst.arrays import Picture
from jnst.errors import InputError
from jnst.pictures import resizing
from jnst.pictures.files import png, tiff
from jnst.pictures.files.decoding import of_levels, of_pillow, orientation, over_white
from jnst.pictures.files.metadata import turned
from jnst.pictures.files.opening import by_pillow, most_pixels, opened
from jnst.pictures.files.raster import Raster, upright

BAND = 1 << 18
"""Pixels that are floats at a time, or one row of blocks."""
_BYTES = 12
"""The most bytes a pixel may have, on average: those of three floats."""

_Rows = Callable[[int, int], Raster]  # rows from the one to the other


class Thumbnail(NamedTuple):
    """A picture made smaller, and the sides, in pixels, of the whole one."""

    picture: Picture
    height: int
    width: int


def thumbnail(path: str | os.PathLike[str], long_side: int, *, largest_side: int) -> Thumbnail:
    """Return what `read` does, with its long side at most `long_side`.

    A picture of more than twice that is first reduced by means of blocks of pixels, a few rows at a
    time. Raises `InputError` as `read` does, and, before anything is decoded, for a picture with a
    side of more than `largest_side`.
    """
    with opened(path) as stream:
        return _of_file(stream, long_side, largest_side)


def _of_file(stream: IO[bytes], long_side: int, largest_side: int) -> Thumbnail:
    page = tiff.deep_page(stream)
    if page is not None:
        _check(page.imagelength, page.imagewidth, largest_side)
        _check_bytes(page.nbytes)
        values = tiff.values_of(page, stream)
        turn = tiff.raster_of(page, values[:1]).orientation
        size = values.shape[:2]
        return _made(size, size, lambda a, b: tiff.raster_of(page, values[a:b]), turn, long_side)
    with by_pillow(stream) as picture:
        whole = picture.height, picture.width
        _check(*whole, largest_side)
        levels = png.decode(stream) if picture.format == "PNG" else None
        if levels is not None:
            read = lambda a, b: of_levels(levels[a:b], picture)  # noqa: E731
            return _made(whole, whole, read, orientation(picture), long_side)
        height, width = resizing.size_within(*whole, 2 * long_side)
        picture.draft(picture.mode, (width, height))  # a JPEG is decoded as a smaller one
        picture.load()
        width, height = picture.size
        read = lambda a, b: of_pillow(picture.crop((0, a, width, b)))  # noqa: E731
        return _made(whole, (height, width), read, orientation(picture), long_side)


def _made(
    whole: tuple[int, int], size: tuple[int, int], rows: _Rows, turn: object, long_side: int
) -> Thumbnail:
    """Make it of the rows of a picture of some size, which may be less than that of the whole."""
    factor = max(1, max(size) // (2 * long_side))
    step = factor * max(1, BAND // (factor * size[1]))
    small = np.empty((1, *(-(-side // factor) for side in size), 3), np.float32)
    for top in range(0, size[0], step):
        band = rows(top, min(top + step, size[0]))._replace(orientation=None)
        means = _means(over_white(upright(band)[None]), factor)
        small[:, top // factor :][:, : means.shape[1]] = means
    target = resizing.size_within(*whole, long_side)
    if small.shape[1:3] != target:
        box = (0.0, 0.0, size[1] / factor, size[0] / factor)  # the last blocks may be smaller
        small = resizing.resample(small, *target, PIL.Image.Resampling.LANCZOS, box=box).clip(0, 1)
    height, width = turned(np.empty((*whole, 0)), turn).shape[:2]
    return Thumbnail(np.ascontiguousarray(turned(small[0], turn))[None], height, width)


def _means(picture: Picture, factor: int) -> Float[np.ndarray, "1 _ _ 3"]:
    """Return the means of square blocks of pixels; at the end they may be smaller."""
    if factor == 1:
        return picture
    for axis in (1, 2):
        starts = np.arange(0, picture.shape[axis], factor)
        counts = np.diff(starts, append=picture.shape[axis]).astype(np.float32)
        shape = (-1, 1, 1) if axis == 1 else (-1, 1)
        picture = np.add.reduceat(picture, starts, axis) / counts.reshape(shape)
    return picture


def _check(height: int, width: int, largest_side: int) -> None:
    if max(height, width) > largest_side:
        raise InputError(f"it has {width} x {height} pixels, more than {largest_side} a side")


def _check_bytes(count: int) -> None:
    most = most_pixels()
    if most is not None and count > _BYTES * most:
        raise InputError(f"its pixels have {count} bytes, more than {_BYTES * most}")
