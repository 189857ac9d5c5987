"""Metadata of picture files: colour profile, orientation, the settings of a run."""

import contextlib
import functools
import json
import os
from collections.abc import Mapping

import numpy as np
import PIL.Image
from PIL import ImageCms
from PIL.TiffImagePlugin import TiffImageFile

from jnst.pictures.files.opening import by_pillow, opened

ORIENTATION = 0x0112
"""EXIF's tag, and TIFF's, of how a picture is to be turned or mirrored."""
DESCRIPTION = 0x010E
"""Their tag of text about a picture: here the settings, as JSON."""
SOFTWARE = 0x0131
"""Their tag of the program that wrote it."""
_BITS = 0x0102


def described(settings: Mapping[str, object] | None, software: str) -> PIL.Image.Exif:
    """Return `software` and `settings`, as JSON, as EXIF; paths become strings."""
    exif = PIL.Image.Exif()
    exif[SOFTWARE] = software
    if settings is not None:
        exif[DESCRIPTION] = json.dumps(dict(settings), default=os.fspath)
    return exif


def read_settings(path: str | os.PathLike[str]) -> dict | None:
    """Return the settings that `write` left in a picture, or None; `InputError` for no picture.

    Of what some other program wrote, by the name it gives itself, they are None.
    """
    with opened(path) as stream, by_pillow(stream) as picture:
        try:
            exif = picture.getexif()
            found = json.loads(exif[DESCRIPTION]) if _is_ours(exif) else None
        except Exception:  # another program's description, or metadata made to break a parser
            return None
    return found if isinstance(found, dict) else None


def is_ours(path: str | os.PathLike[str]) -> bool:
    """Tell whether `write` wrote a picture, by the name of the program in its metadata."""
    with contextlib.suppress(Exception), opened(path) as stream, by_pillow(stream) as picture:
        return _is_ours(picture.getexif())
    return False


def _is_ours(exif: PIL.Image.Exif) -> bool:
    return exif[SOFTWARE].startswith("jnst")


def depth(path: str | os.PathLike[str]) -> int:
    """Return how many bits a value has in a PNG or TIFF; 8 in other formats; or `InputError`."""
    with opened(path) as stream, by_pillow(stream) as picture:
        if isinstance(picture, TiffImageFile):
            return max(picture.tag_v2.get(_BITS, (1,)))
        stream.seek(24)  # in the chunk IHDR, after width and height
        return stream.read(1)[0] if picture.format == "PNG" else 8


def turned(values: np.ndarray, orientation: object) -> np.ndarray:
    """Return (h, w, c) as an EXIF orientation, 1 to 8, says; any other leaves it as it is."""
    if orientation in (5, 6, 7, 8):
        values = values.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        values = values[:, ::-1]
    if orientation in (3, 4, 7, 8):
        values = values[::-1]
    return values


@functools.cache
def srgb() -> bytes:
    """Return sRGB's ICC profile, its date fixed: the same picture must make the same file."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + bytes.fromhex("07ea 0001 0001 0000 0000 0000") + profile[36:]
