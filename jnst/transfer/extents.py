"""Sizes of the result, and of the canvas that it is painted on."""

import numpy as np
from jaxtyping import Float

from jnst.arrays import AnyPicture, Array
from jnst.pictures import canvas, resizing
from jnst.transfer.settings import Settings

MARGIN = 80
"""The long side of a picture by its margin, unless the settings have one."""


def extents(size: tuple[int, ...], settings: Settings) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return height and width of the result for a photograph of this size, and of its canvas.

    `size` is the photograph's height and width. The canvas has the margins, and sides that are
    multiples of `settings.canvas`; see `jnst.pictures.canvas.sides`. In one pass the margins are
    put around the canvas, and cut off, by `jnst.transfer.onepass.method.paint`.
    """
    height, width = size
    inner = resizing.size_within(height, width, settings.size, upscale=settings.upscale)
    margin = 0
    if settings.method == "pixels":
        margin = max(inner) // MARGIN if settings.margin is None else settings.margin
    outer = canvas.sides(*inner, settings.canvas or 1, most=settings.size, margin=margin)
    return inner, outer


def on_canvas(picture: AnyPicture, size: tuple[int, ...], settings: Settings) -> AnyPicture:
    """Put a picture on the canvas of a run whose photograph has this height and width.

    Without a canvas larger than the result it comes back as it is.
    """
    inner, outer = extents(size, settings)
    return picture if inner == outer else canvas.extend(resizing.resize(picture, *inner), *outer)


def mask_on_canvas(
    mask: Float[Array, "1 _ _ 1"], size: tuple[int, ...], settings: Settings
) -> Float[np.ndarray, "1 _ _ 1"]:
    """Put a mask, or weights, likewise; it always has the result's size."""
    inner, outer = extents(size, settings)
    fitted = resizing.resize_mask(mask, *inner)
    return fitted if inner == outer else canvas.extend(fitted, *outer)
