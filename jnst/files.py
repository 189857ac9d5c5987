"""Picture files to float32 sRGB RGB `[1, h, w, 3]` in [0, 1], and back.

Reading applies the EXIF orientation, converts an embedded ICC profile to sRGB and lays transparent
pictures over white; `read_alpha` and `write` carry the alpha channel from one file to another.
Writing is atomic and keeps the settings that made a picture in its metadata.
Whatever a file holds, the only exception that leaves here for it is `InputError`.
"""

import contextlib
import functools
import io
import json
import os
import stat
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import PIL.Image
from jaxtyping import Float
from PIL import ImageCms

from jnst.arrays import Array, Image, InputError, Picture
from jnst.disk import check_suffix, guarded, replacing

WRITERS = {
    ".png": {"format": "PNG"},
    ".jpg": {"format": "JPEG", "quality": 95, "subsampling": "4:4:4"},
    ".webp": {"format": "WEBP", "quality": 95},
    ".tif": {"format": "TIFF"},
}
WRITERS |= {".jpeg": WRITERS[".jpg"], ".tiff": WRITERS[".tif"]}
"""What `write` can write: suffix -> Pillow's format and options."""

READABLE = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TGA", "TIFF", "WEBP")
"""What `read` can read, by Pillow's names; not, for one, EPS, which starts another program."""

_ORIENTATION, _DESCRIPTION, _SOFTWARE = 0x0112, 0x010E, 0x0131  # EXIF tags
_T = PIL.Image.Transpose
_TURNS = {  # by EXIF orientation; Pillow's exif_transpose gives up when another tag is broken
    2: _T.FLIP_LEFT_RIGHT,
    3: _T.ROTATE_180,
    4: _T.FLIP_TOP_BOTTOM,
    5: _T.TRANSPOSE,
    6: _T.ROTATE_270,
    7: _T.TRANSVERSE,
    8: _T.ROTATE_90,
}
_COLOURS = {"1": "L", "L": "L", "LA": "L", "CMYK": "CMYK", "LAB": "LAB"}  # the rest are RGB


Source = str | os.PathLike[str] | PIL.Image.Image | Array
"""What can be read as a picture."""

_Channels = Float[np.ndarray, "1 h w c"]  # RGB, or RGB and alpha, in [0, 1]


def read(source: Source) -> Picture:
    """Return the picture in a file, a Pillow image or an array as float32 `[1, h, w, 3]` in [0, 1].

    Of an animation it is the first frame. The EXIF orientation is applied. A picture of 8 bit (or
    1 bit, or CMYK) is converted from its embedded ICC profile to sRGB; a broken profile is ignored.
    Alpha is composited over white. Grey of 16 bit is value / 65535, grey of 32-bit float must lie
    in [0, 1]; both are held to be sRGB-encoded. Arrays: see `from_array`. Raises `InputError`.
    """
    return _over_white(_channels(source))


def read_alpha(source: Source) -> Float[np.ndarray, "1 h w 1"] | None:
    """Return the alpha channel of what `read` reads, in [0, 1], or None if all of it is opaque.

    An alpha channel, a palette's transparency and a colour key count alike. The orientation is that
    of `read`. 16-bit alpha becomes 8-bit, except in arrays. Raises `InputError` where `read` does.
    """
    alpha = _channels(source)[..., 3:]
    return alpha.copy() if (alpha < 1).any() else None


def from_array(array: Array) -> Picture:
    """Return `array` as float32 `[1, h, w, 3]` in [0, 1]; always a copy.

    Shapes: (h, w) grey, (h, w, 3) RGB, (h, w, 4) RGB and alpha (composited over white) or
    (1, h, w, 3). Values: uint8, uint16 or float in [0, 1]. Raises `InputError` for any other.
    """
    return _over_white(_scaled(array))


def write(
    path: str | os.PathLike[str],
    image: Image,
    *,
    alpha: Float[Array, "1 h w 1"] | None = None,
    settings: Mapping[str, object] | None = None,
    software: str = "jnst",
) -> None:
    """Write `image` (sRGB in [0, 1]; clipped, rounded half to even to 8 bit) to `path`.

    The format follows from the suffix (`WRITERS`). `alpha`, in [0, 1] as well, becomes the alpha
    channel; a JPEG has none: the picture is composited over white, as `read` does. An sRGB profile,
    `software` and `settings` (as JSON, paths as strings) go into the metadata; `read_settings` gets
    them back. The file appears whole or not at all: a failure leaves an older picture as it was. A
    new file gets the usual permissions, a replaced one keeps its own; a symbolic link is followed.
    Raises `InputError` for a NaN or infinite value, another suffix, settings that are no JSON, or
    what the disk refuses.
    """
    with guarded(f"cannot write {os.fspath(path)!r}"):
        options = WRITERS[check_suffix(path, WRITERS)]
        parts = [image] if alpha is None else [image, alpha]
        pixels = np.concatenate([np.asarray(part, np.float32) for part in parts], axis=-1)
        if not np.isfinite(pixels).all():
            raise InputError("the picture has NaN or infinite values")
        pixels = pixels.clip(0, 1)
        if options["format"] == "JPEG":
            pixels = _over_white(pixels)
        picture = PIL.Image.fromarray(np.rint(pixels[0] * 255).astype(np.uint8))
        exif = PIL.Image.Exif()
        exif[_SOFTWARE] = software
        if settings is not None:
            exif[_DESCRIPTION] = json.dumps(dict(settings), default=os.fspath)
        with replacing(path) as stream:
            picture.save(stream, exif=exif, icc_profile=_srgb(), **options)


def read_settings(path: str | os.PathLike[str]) -> dict | None:
    """Return the settings that `write` left in a picture, or None; `InputError` for no picture."""
    with _opened(path) as picture:
        try:
            found = json.loads(picture.getexif()[_DESCRIPTION])
        except Exception:  # another program's description, or metadata made to break a parser
            return None
    return found if isinstance(found, dict) else None


def _channels(source: Source) -> _Channels:
    """Return any source as `read` takes it, its alpha, where it has one, still apart."""
    if isinstance(source, PIL.Image.Image):
        with guarded("cannot read the picture"):
            return _decode(source)
    if isinstance(source, str | os.PathLike):
        with _opened(source) as picture:
            return _decode(picture)
    return _scaled(source)


def _over_white(values: _Channels) -> Picture:
    rgb, alpha = values[..., :3], values[..., 3:]
    return rgb * alpha + (1 - alpha) if alpha.size else rgb


def _scaled(array: Array) -> _Channels:
    """Return an array as `from_array` takes it, copied."""
    values = np.asarray(array)
    scale = {"uint8": 255, "uint16": 65535}.get(values.dtype.name)
    if scale is None and values.dtype.kind != "f":
        raise InputError(f"an array must be uint8, uint16 or float, not {values.dtype}")
    if values.ndim == 2:
        values = np.repeat(values[..., None], 3, axis=-1)
    if values.ndim == 3:
        values = values[None]
    if values.ndim != 4 or values.shape[0] != 1 or values.shape[3] not in (3, 4) or not values.size:
        shapes = "(h, w), (h, w, 3), (h, w, 4) or (1, h, w, 3)"
        raise InputError(f"an array must have the shape {shapes}, not {np.shape(array)}")
    if scale is None and not ((values >= 0) & (values <= 1)).all():  # NaN fails both
        raise InputError(f"values must lie in [0, 1], not {values.min():g} to {values.max():g}")
    return np.array(values, np.float32) / np.float32(scale or 1)


def _decode(picture: PIL.Image.Image) -> _Channels:
    picture.load()  # some formats know their metadata only now
    with contextlib.suppress(Exception):  # broken EXIF: the picture is still good
        picture = picture.transpose(_TURNS[picture.getexif()[_ORIENTATION]])
    if picture.mode == "F":
        return _scaled(np.asarray(picture))
    if picture.mode.startswith("I"):  # "I" has 32 bits, but Pillow fills it from 16-bit files
        levels, key = np.asarray(picture), picture.info.get("transparency")
        grey = levels / 65535
        return _scaled(grey if key is None else np.dstack([grey, grey, grey, levels != key]))
    if picture.mode == "La":  # grey multiplied by alpha: Pillow converts it to nothing else
        picture = picture.convert("LA")
    profile = picture.info.get("icc_profile")
    alpha = picture.convert("RGBA").getchannel("A") if picture.has_transparency_data else None
    picture = picture.convert(_COLOURS.get(picture.mode, "RGB"))
    if profile and profile != _srgb():
        ends = io.BytesIO(profile), io.BytesIO(_srgb())
        with contextlib.suppress(ImageCms.PyCMSError):  # broken, or not made for this mode
            picture = ImageCms.profileToProfile(picture, *ends, outputMode="RGB") or picture
    rgb = np.asarray(picture.convert("RGB"))
    return _scaled(rgb if alpha is None else np.dstack([rgb, np.asarray(alpha)]))


@functools.cache
def _srgb() -> bytes:
    """Return sRGB's ICC profile, its date fixed: the same picture must make the same file."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + bytes.fromhex("07ea 0001 0001 0000 0000 0000") + profile[36:]


@contextlib.contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[PIL.Image.Image]:
    with guarded(f"cannot read {os.fspath(path)!r} as a picture"):
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
            raise InputError("it is not a regular file")
        if status.st_size == 0:
            raise InputError("the file is empty")
        # A stream, not a path: what it maps into memory, Pillow 13 garbles (a TIFF on its side).
        warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
        with open(path, "rb") as stream:
            try:
                picture = PIL.Image.open(stream, formats=READABLE)
            except PIL.UnidentifiedImageError:
                raise InputError(f"its format is none of {', '.join(READABLE)}") from None
            with picture:
                yield picture
