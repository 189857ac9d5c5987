"""Pixels as a file has them, apart from what is to be done about them, and the doing of it."""

import contextlib
from typing import NamedTuple

import imagecodecs
import numpy as np

from jnst.arrays import Array
from jnst.errors import InputError
from jnst.pictures.files.metadata import srgb, turned

ROUNDING = 0.5 / 255
"""How far values in arrays may lie outside [0, 1] and still be taken, clipped."""


class Raster(NamedTuple):
    """Output of a decoder.

    `colours` is uint8, or float32 in [0, 1]; (h, w, 1) is grey, (h, w, 3) RGB, (h, w, 4) CMYK.
    `alpha`, if there is any, is (h, w, 1), likewise. `orientation` is that of EXIF, `profile` an
    ICC profile; both may be nonsense.
    """

    colours: np.ndarray
    alpha: np.ndarray | None = None
    orientation: object = None
    profile: bytes | None = None


def unit(values: np.ndarray, *, peak: int | None = None) -> np.ndarray:
    """Return levels from 0 to `peak`, or floats in [0, 1], as float32 in [0, 1]; always a copy.

    Raises `InputError` for other values.
    """
    if values.size and not (values.min() >= 0 and values.max() <= (peak or 1)):  # NaN fails both
        low, high = (float(values.min()) / (peak or 1), float(values.max()) / (peak or 1))
        raise InputError(f"values must lie in [0, 1], not {low:g} to {high:g}")
    found = np.array(values, np.float32)
    if peak:
        found /= np.float32(peak)
    return found


def clipped(values: np.ndarray) -> np.ndarray:
    """Clip floats that leave [0, 1] by no more than rounding does.

    Raises `InputError` for those that are not finite; others are left to `unit`.
    """
    if values.dtype.kind != "f" or not values.size:
        return values
    if not np.isfinite(values).all():
        raise InputError("the picture has NaN or infinite values")
    far = max(-values.min(), values.max() - 1)
    return values.clip(0, 1) if far < ROUNDING else values


def split(values: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Return colours and alpha of (h, w), (h, w, 1 or 3), and with alpha (h, w, 2 or 4)."""
    if values.ndim == 2:
        values = values[..., None]
    if values.shape[2] % 2:
        return values, None
    return values[..., :-1], values[..., -1:]


def upright(raster: Raster) -> np.ndarray:
    """Return (h, w, 3), or with alpha (h, w, 4), float32 in [0, 1]: sRGB, and turned upright."""
    colours = _in_srgb(raster.colours, raster.profile)
    parts = [np.broadcast_to(colours, (*colours.shape[:2], 3))]
    parts += [] if raster.alpha is None else [raster.alpha]
    values = [unit(part, peak=255 if part.dtype == np.uint8 else None) for part in parts]
    whole = np.concatenate(values, axis=-1) if len(values) > 1 else values[0]
    return np.ascontiguousarray(turned(whole, raster.orientation))


def _in_srgb(colours: np.ndarray, profile: bytes | None) -> np.ndarray:
    """Convert colours from their ICC profile; one that is broken, or of another kind, is ignored.

    What has no profile is taken for sRGB, and inks for filters one upon the other.
    """
    channels = colours.shape[2]
    if profile and profile != srgb():
        values = colours[..., 0] if channels == 1 else colours
        with contextlib.suppress(imagecodecs.CmsError):
            found = imagecodecs.cms_transform(
                np.ascontiguousarray(values),
                profile,
                srgb(),
                colorspace={1: "gray", 3: "rgb", 4: "cmyk"}[channels],
                outcolorspace="rgb",
            )
            return found if found.dtype == np.uint8 else found.clip(0, 1)
    if channels == 4:
        through = 1 - unit(colours, peak=255)
        return through[..., :3] * through[..., 3:]
    return colours


def to_levels(values: Array, *, depth: int = 8) -> np.ndarray:
    """Return values in [0, 1] as the levels of a file of 8 or 16 bits, rounded half to even.

    uint8 or uint16, of the same shape; values outside are clipped.
    """
    peak = 2**depth - 1
    return np.rint(np.clip(np.asarray(values), 0, 1) * np.float32(peak)).astype(f"uint{depth}")
