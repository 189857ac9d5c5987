"""Pictures into files: whole or not at all, with sRGB's profile and what they were made of."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from jaxtyping import Float

from jnst.arrays import Array
from jnst.errors import InputError
from jnst.pictures.files import png, tiff
from jnst.pictures.files.decoding import Source, channels, over_white
from jnst.pictures.files.metadata import described, srgb
from jnst.pictures.files.raster import clipped, to_levels, unit
from jnst.pictures.suffixes import check_depth
from jnst.system import disk
from jnst.system.disk import check_suffix, guarded, replacing

WRITERS = {
    ".png": {"format": "PNG"},
    ".jpg": {"format": "JPEG", "quality": 95, "subsampling": "4:4:4"},
    ".webp": {"format": "WEBP", "quality": 95},
    ".tif": {"format": "TIFF"},
}
"""Formats that `write` knows: suffix -> Pillow's format and options."""
WRITERS |= {".jpeg": WRITERS[".jpg"], ".tiff": WRITERS[".tif"]}

MOST_SIDE = {".webp": 16_383, ".jpg": 65_500, ".jpeg": 65_500}
"""The longest side in pixels that a format can hold, by suffix; others hold what memory does."""
MOST_EXIF = {".jpg": 65_533, ".jpeg": 65_533}
"""The most bytes of metadata, likewise."""
DEEP = {".png": png.encode, ".tif": tiff.encode, ".tiff": tiff.encode}
"""Formats that it can write with 16 bits."""


def check_writable(path: str | os.PathLike[str], *, depth: int = 8) -> None:
    """Raise `InputError` if no picture can be written there: to be called before a long run."""
    disk.check_writable(path, WRITERS)
    check_depth(path, depth)


def check_holds(
    path: str | os.PathLike[str],
    size: tuple[int, int],
    *,
    settings: Mapping[str, object] | None = None,
    software: str = "jnst",
) -> None:
    """Raise `InputError` if the format cannot hold a picture of this height and width.

    Or these settings in its metadata. To be called before a long run.
    """
    suffix = Path(path).suffix.lower()
    length = len(described(settings, software).tobytes())
    for what, value, most in (
        (f"pictures of {size[1]} x {size[0]} pixels", max(size), MOST_SIDE.get(suffix)),
        (f"{length} bytes of metadata", length, MOST_EXIF.get(suffix)),
    ):
        if most is not None and value > most:
            raise InputError(
                f"cannot write {os.fspath(path)!r}: {suffix} holds no {what}, at most {most}; "
                "choose .png or .tif"
            )


def write(
    path: str | os.PathLike[str],
    image: Source,
    *,
    alpha: Float[Array, "1 h w 1"] | None = None,
    settings: Mapping[str, object] | None = None,
    software: str = "jnst",
    depth: int = 8,
) -> None:
    """Write an sRGB picture to `path`, rounded half to even to `depth` bits.

    `image` is anything that `read` takes, and is written as that reads it; its alpha is kept.
    The format follows from the suffix (`WRITERS`; with a depth of 16 one of `DEEP`). `alpha`, in
    [0, 1], becomes the alpha channel; a JPEG has none: the picture is composited over
    white, as `read` does. An sRGB profile, `software` and `settings` (as JSON, paths as strings) go
    into the metadata; `read_settings` gets them back. The file appears whole or not at all: a
    failure leaves an older picture as it was. A new file gets the usual permissions, a replaced one
    keeps its own; a symbolic link is followed. Raises `InputError` for an array of another
    shape or type, what is no path, values outside [0, 1], another suffix or depth, settings that
    are no JSON, or what the disk refuses.
    """
    if not isinstance(path, str | os.PathLike):
        raise InputError(f"a picture is written to a path, not to {type(path).__name__}")
    with guarded(f"cannot write {os.fspath(path)!r}"):
        options = WRITERS[check_suffix(path, WRITERS)]
    check_depth(path, depth)
    with guarded(f"cannot write {os.fspath(path)!r}"):
        pixels = channels(image)
        if alpha is not None:
            parts = [pixels[..., :3], unit(clipped(np.asarray(alpha)))]
            pixels = np.concatenate(parts, axis=-1)
        if options["format"] == "JPEG":
            pixels = over_white(pixels)
        levels = to_levels(pixels[0], depth=depth)
        exif = described(settings, software)
        with replacing(path) as stream:
            if depth == 16:
                DEEP[Path(path).suffix.lower()](stream, levels, exif)
            else:
                picture = PIL.Image.fromarray(levels)
                picture.save(stream, exif=exif, icc_profile=srgb(), **options)


def write_or_png(path: Path, image: Source, **options: Any) -> None:
    """Write a picture as `write` does; where that fails for its format, a PNG beside it.

    So that what took long is not lost. Raises `InputError` in both cases: for what the disk
    refuses, and with the name of the PNG.
    """
    try:
        write(path, image, **options)
    except InputError as error:
        if path.suffix.lower() == ".png":
            raise
        instead = disk.unused(path.with_suffix(".png"))
        write(instead, image, **options)
        raise InputError(f"{error}; wrote {instead} instead") from error
