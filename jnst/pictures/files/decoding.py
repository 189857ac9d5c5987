"""Picture files, Pillow images and arrays to float32 sRGB RGB `[1, h, w, 3]` in [0, 1]."""

import contextlib
import os
from typing import IO, Any

import numpy as np
import PIL.Image
from jaxtyping import Float

from jnst.arrays import Array, ArrayLike, Picture
from jnst.errors import InputError
from jnst.pictures.files import png, tiff
from jnst.pictures.files.metadata import ORIENTATION
from jnst.pictures.files.opening import File, by_pillow, opened
from jnst.pictures.files.raster import Raster, clipped, split, unit, upright
from jnst.system.disk import guarded

_COLOURS = {"1": "L", "L": "L", "LA": "L", "CMYK": "CMYK"}  # the rest are RGB

Source = File | PIL.Image.Image | Array | ArrayLike
"""Types that can be read as a picture."""

_Channels = Float[np.ndarray, "1 h w c"]  # RGB, or RGB and alpha, in [0, 1]


def read(source: Source) -> Picture:
    """Return the picture in a file, a Pillow image or an array as float32 `[1, h, w, 3]` in [0, 1].

    A file is given by its path, its bytes, or open for reading them.
    Of an animation it is the first frame. The EXIF orientation is applied, and an embedded ICC
    profile converted to sRGB; a broken profile is ignored. Alpha is composited over white. PNG and
    TIFF (grey and RGB) keep all their bits; floats must lie in [0, 1]. Other formats have 8, but
    for grey. Arrays: see `from_array`. Raises `InputError`.
    """
    return over_white(channels(source))


def read_with_alpha(source: Source) -> tuple[Picture, Float[np.ndarray, "1 h w 1"] | None]:
    """Return what `read` does, and the alpha channel in [0, 1], or None if all of it is opaque.

    An alpha channel, a palette's transparency and a colour key count alike. Raises `InputError`.
    """
    found = channels(source)
    alpha = found[..., 3:]
    return over_white(found), alpha.copy() if (alpha < 1).any() else None


def from_array(array: Array | ArrayLike) -> Picture:
    """Return `array` as float32 `[1, h, w, 3]` in [0, 1]; always a copy.

    Shapes: (h, w) grey, (h, w, 3) RGB, (h, w, 4) RGB and alpha (composited over white) or
    (1, h, w, 3). Values: bool, uint8, uint16 or float in [0, 1]; floats that leave it by less than
    half a level of 8 bits are clipped. Raises `InputError` for any other.
    """
    return over_white(channels_of(array))


def is_animated(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file holds several pictures, of which `read` takes the first.

    What cannot be read does not; `read` says why.
    """
    with contextlib.suppress(InputError), opened(path) as stream, by_pillow(stream) as picture:
        return getattr(picture, "is_animated", False)
    return False


def over_white(values: _Channels) -> Picture:
    """Lay RGB with alpha over white; without alpha it stays as it is."""
    rgb, alpha = values[..., :3], values[..., 3:]
    return rgb * alpha + (1 - alpha) if alpha.size else rgb


def channels(source: Source) -> _Channels:
    """Return any source as `read` takes it, its alpha, where it has one, still apart."""
    if isinstance(source, PIL.Image.Image):
        with guarded("cannot read the picture"):
            return upright(of_pillow(source))[None]
    given: Any = source
    if isinstance(source, str | os.PathLike | bytes) or hasattr(source, "read"):
        with opened(given) as stream:
            return upright(_of_file(stream))[None]
    return channels_of(given)


def _of_file(stream: IO[bytes]) -> Raster:
    deep = tiff.decode(stream)
    if deep is not None:
        return deep
    with by_pillow(stream) as picture:
        levels = png.decode(stream) if picture.format == "PNG" else None
        return of_pillow(picture) if levels is None else of_levels(levels, picture)


def of_levels(levels: np.ndarray, picture: PIL.Image.Image) -> Raster:
    """Return levels of 16 bits, all else as Pillow sees it."""
    colours, alpha = split(unit(levels, peak=65535))
    return Raster(colours, alpha, orientation(picture), picture.info.get("icc_profile"))


def of_pillow(picture: PIL.Image.Image) -> Raster:
    """Return a picture of Pillow's, decoded where it is not yet."""
    picture.load()  # of some formats the metadata are known only then
    profile, alpha = picture.info.get("icc_profile"), None
    if picture.mode == "F" or picture.mode.startswith("I"):
        # "I" has 32 bits, but Pillow fills it from 16-bit files
        levels, key = np.asarray(picture)[..., None], picture.info.get("transparency")
        colours = unit(levels, peak=None if picture.mode == "F" else 65535)
        if key is not None:
            alpha = (levels != key).astype(np.float32)
        return Raster(colours, alpha, orientation(picture), profile)
    if picture.mode == "La":  # grey multiplied by alpha: Pillow converts it to nothing else
        picture = picture.convert("LA")
    if picture.has_transparency_data:
        alpha = np.asarray(picture.convert("RGBA").getchannel("A"))[..., None]
    if picture.mode == "LAB":  # it names colours as they are seen; the profile has no part in it
        profile = None
    colours = np.asarray(picture.convert(_COLOURS.get(picture.mode, "RGB")))
    return Raster(np.atleast_3d(colours), alpha, orientation(picture), profile)


def orientation(picture: PIL.Image.Image) -> object:
    """Return what EXIF says of how a picture is to be turned; it may be nonsense."""
    with contextlib.suppress(Exception):  # broken EXIF: the picture is still good
        return picture.getexif()[ORIENTATION]
    return None


def channels_of(array: Array | ArrayLike) -> _Channels:
    """Return an array as `from_array` takes it, copied; an alpha channel stays."""
    if not hasattr(array, "__array__"):
        raise InputError(
            "a picture is a path, the bytes of a file, an open file, a PIL image or an array, not "
            f"{type(array).__name__}"
        )
    values = clipped(np.asarray(array))
    peak = {"bool": 1, "uint8": 255, "uint16": 65535}.get(values.dtype.name)
    if peak is None and values.dtype.kind != "f":
        raise InputError(f"an array must be bool, uint8, uint16 or float, not {values.dtype}")
    if values.ndim == 2:
        values = np.repeat(values[..., None], 3, axis=-1)
    if values.ndim == 3:
        values = values[None]
    if values.ndim != 4 or values.shape[0] != 1 or values.shape[3] not in (3, 4) or not values.size:
        shapes = "(h, w), (h, w, 3), (h, w, 4) or (1, h, w, 3)"
        raise InputError(f"an array must have the shape {shapes}, not {np.shape(array)}")
    return unit(values, peak=peak)
