"""Frames of a film as pictures of a run: another photograph, the same styles."""

import numpy as np
import PIL.Image
from jaxtyping import Float

from jnst.arrays import AnyPicture
from jnst.pictures import canvas, colour, files, resizing
from jnst.transfer.extents import extents
from jnst.transfer.pictures import Held, Pictures
from jnst.transfer.settings import Settings


def next_frame(
    first: Pictures,
    frame: files.Source,
    settings: Settings,
    *,
    start: AnyPicture | None = None,
    held: Held | None = None,
) -> Pictures:
    """Return the pictures of the first frame with another one in its place.

    Styles and regions stay as they are, also where `settings.colour` has given the style the first
    frame's colours: else its colours would flicker.

    Args:
        first: what `jnst.transfer.pictures.read` made of the first frame.
        frame: of the first one's size.
        settings: of the run.
        start: the picture to begin with, as large as the result.
        held: what the frame is held to, as large as the result.

    """
    original, alpha = files.read_with_alpha(frame)
    content = original
    if settings.colour is not None:
        content, _ = colour.before(settings.colour, original, first.guides[0].style)
    size = first.original.shape[1:3]
    if held is not None:
        held = held._replace(
            picture=on_canvas(held.picture, size, settings),
            weights=_weights_on_canvas(held.weights, size, settings),
        )
    return first._replace(
        content=on_canvas(content, size, settings),
        original=original,
        alpha=alpha,
        start=None if start is None else on_canvas(start, size, settings),
        held=held,
    )


def with_fitted_styles(pictures: Pictures, settings: Settings) -> Pictures:
    """Return pictures whose styles have the size that the result wants: made smaller once."""
    size, _ = extents(pictures.original.shape[1:3], settings)
    largest = settings.style_size or max(size)
    fitted = {id(one.style): resizing.fit(one.style, largest) for one in pictures.guides}
    return pictures._replace(
        guides=[one._replace(style=fitted[id(one.style)]) for one in pictures.guides]
    )


def on_canvas(picture: AnyPicture, size: tuple[int, ...], settings: Settings) -> AnyPicture:
    """Put a picture on the canvas of a run whose photograph has this height and width."""
    inner, outer = extents(size, settings)
    if inner == outer:
        return picture
    return canvas.extend(resizing.resize(picture, *inner), *outer)


def _weights_on_canvas(
    weights: Float[np.ndarray, "1 _ _ 1"], size: tuple[int, ...], settings: Settings
) -> Float[np.ndarray, "1 _ _ 1"]:
    inner, outer = extents(size, settings)
    small = resizing.resample(weights, *inner, PIL.Image.Resampling.BILINEAR).clip(0, 1)
    return small if inner == outer else canvas.extend(small, *outer)
