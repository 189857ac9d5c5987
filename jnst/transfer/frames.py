"""Frames of a film as pictures of a run: another photograph, the same styles."""

from jnst.arrays import AnyPicture
from jnst.pictures import colour, files, resizing
from jnst.transfer.extents import extents, mask_on_canvas, on_canvas
from jnst.transfer.pictures import NO_PAINTING, Held, Pictures
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
    content = as_seen(original, settings)
    size = first.original.shape[1:3]
    if held is not None:
        held = held._replace(
            picture=on_canvas(held.picture, size, settings),
            weights=mask_on_canvas(held.weights, size, settings),
        )
    return first._replace(
        content=on_canvas(content, size, settings),
        original=original,
        alpha=alpha,
        start=None if start is None else on_canvas(start, size, settings),
        held=held,
    )


def as_seen(original: AnyPicture, settings: Settings) -> AnyPicture:
    """Return a photograph in the colours that the optimization is to see it in."""
    if settings.colour is None:
        return original
    return colour.before(settings.colour, original, NO_PAINTING)[0]  # it makes the style's apart


def with_fitted_styles(pictures: Pictures, settings: Settings) -> Pictures:
    """Return pictures whose styles have the size that the result wants: made smaller once."""
    size, _ = extents(pictures.original.shape[1:3], settings)
    largest = settings.style_size or max(size)
    fitted = {id(one.style): resizing.fit(one.style, largest) for one in pictures.guides}
    return pictures._replace(
        guides=[one._replace(style=fitted[id(one.style)]) for one in pictures.guides]
    )
