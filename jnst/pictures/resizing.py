"""Sizes and crops. NumPy arrays in and out, values in [0, 1]."""

import numpy as np
import PIL.Image
from jaxtyping import Float

from jnst.arrays import Array, Image
from jnst.errors import InputError, check_at_least

OtherImage = Float[Array, "1 h2 w2 3"]
"""A picture of another size than the `Image` in the same signature."""


def size_within(
    height: int, width: int, long_side: int, *, upscale: bool = False
) -> tuple[int, int]:
    """Return (height, width) in pixels with the long side at most `long_side`, the aspect kept.

    Sides are rounded to the nearest pixel, and at least 1. The size never grows unless `upscale`,
    which makes the long side exactly `long_side`. Raises `InputError` for a number below 1.
    """
    _check_sides(height=height, width=width, long_side=long_side)
    longest = max(height, width)
    if longest <= long_side and not upscale:
        return height, width
    return (
        max(1, round(height * long_side / longest)),
        max(1, round(width * long_side / longest)),
    )


def fit(image: Image, long_side: int, *, upscale: bool = False) -> Float[np.ndarray, "1 _ _ 3"]:
    """Return `image` with its long side at most `long_side` pixels; see `size_within`, `resize`."""
    height, width = image.shape[1:3]
    return resize(image, *size_within(height, width, long_side, upscale=upscale))


def resize(image: Image, height: int, width: int) -> Float[np.ndarray, "1 {height} {width} 3"]:
    """Return `image` at `height` x `width` pixels, by antialiased Lanczos in float32.

    Lanczos overshoots at edges: the result is clipped to [0, 1]. At the size it already has the
    picture comes back untouched. Raises `InputError` for a side below 1.
    """
    _check_sides(height=height, width=width)
    if image.shape[1:3] == (height, width):
        return np.asarray(image)
    return resample(image, height, width, PIL.Image.Resampling.LANCZOS).clip(0, 1)


def resize_mask(
    mask: Float[Array, "1 _ _ 1"], height: int, width: int
) -> Float[np.ndarray, "1 {height} {width} 1"]:
    """Return a mask, or weights, from 0 to 1 at another size: bilinear, without overshooting."""
    return resample(mask, height, width, PIL.Image.Resampling.BILINEAR).clip(0, 1)


def resample(
    values: Array,
    height: int,
    width: int,
    method: PIL.Image.Resampling,
    *,
    box: tuple[float, float, float, float] | None = None,
) -> Float[np.ndarray, "1 {height} {width} _"]:
    """Return any values over a picture, (1, h, w, c), at another size, in float32, not clipped.

    Of the whole, or of a `box`: left, top, right and bottom in pixels, not only whole ones.
    """
    channels = [
        np.asarray(PIL.Image.fromarray(channel).resize((width, height), method, box))
        for channel in np.moveaxis(np.asarray(values[0], np.float32), -1, 0)
    ]
    return np.stack(channels, axis=-1)[None]


def crop(image: Image, height: int, width: int) -> Float[np.ndarray, "1 {height} {width} 3"]:
    """Return the middle `height` x `width` pixels of `image`.

    Raises `InputError` if the picture is smaller than that, or a side is below 1.
    """
    have = image.shape[1:3]
    if not (1 <= height <= have[0] and 1 <= width <= have[1]):
        raise InputError(
            f"cannot crop {have[0]} x {have[1]} (height x width) pixels to {height} x {width}"
        )
    top, left = (have[0] - height) // 2, (have[1] - width) // 2
    return np.asarray(image[:, top : top + height, left : left + width])


def cover(image: Image, height: int, width: int) -> Float[np.ndarray, "1 {height} {width} 3"]:
    """Return the middle of `image`, cut to the aspect of `height` x `width` and resized to it.

    Raises `InputError` for a side below 1.
    """
    _check_sides(height=height, width=width)
    scale = min(image.shape[1] / height, image.shape[2] / width)
    box = max(1, round(height * scale)), max(1, round(width * scale))
    return resize(crop(image, *box), height, width)


def _check_sides(**sides: int) -> None:
    for what, side in sides.items():
        check_at_least(what, float(side), 1.0)
