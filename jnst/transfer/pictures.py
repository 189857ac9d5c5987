"""The pictures of a run: read, prepared as the settings say, and matched with their regions."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from jnst.arrays import AnyPicture, Image, Picture
from jnst.engines import memory
from jnst.errors import InputError
from jnst.pictures import canvas, colour, files, regions, resizing
from jnst.transfer.checks import check_blend
from jnst.transfer.extents import extents, mask_on_canvas, on_canvas
from jnst.transfer.onepass.sources import network_and_paintings
from jnst.transfer.placement import place
from jnst.transfer.settings import Settings

NO_PAINTING = np.zeros((1, 1, 1, 3), np.float32)
"""What stands for the picture of a style that a network has itself."""


class Guide(NamedTuple):
    """A style picture, its share of the style weight, and where it counts (None: everywhere).

    `region` is a mask of the new picture, `style_region` one of the style picture. Of a network's
    own style `style` is `NO_PAINTING`, and `number` its number or name, if it has several.
    """

    style: AnyPicture
    share: float
    region: regions.Mask | None = None
    style_region: regions.Mask | None = None
    number: int | str | None = None


class Held(NamedTuple):
    """An earlier result that a frame of a film is held to: see `jnst.losses.temporal`.

    Warped onto the frame, (1, h, w, 3); how far it is to be trusted, (1, h, w, 1), from 0 to 1; and
    what the loss counts. Both are on the canvas, and may have any size.
    """

    picture: AnyPicture
    weights: Float[np.ndarray, "1 _ _ 1"]
    weight: float


class Pictures(NamedTuple):
    """Pictures of a run: `content` and styles as the optimization sees them.

    `original` is the content picture in its own colours, `alpha` its transparency; `start` is what
    to begin with, where that is a picture of its own. Content, regions of the new picture and start
    are on their canvas; see `jnst.pictures.canvas`. `notes` say what was used otherwise than it was
    given. `network` is the file of a trained network, whose style it is. `held` is what a frame
    of a film is held to.
    """

    content: Picture
    guides: Sequence[Guide]
    original: AnyPicture
    start: AnyPicture | None = None
    alpha: Float[np.ndarray, "1 _ _ 1"] | None = None
    notes: Sequence[str] = ()
    network: Path | None = None
    held: Held | None = None


Several = files.Source | list[files.Source] | tuple[files.Source, ...]
"""A picture, or several."""


def several(given: Several) -> list[files.Source]:
    """Return pictures as a list, one alone as a list of one."""
    return list(given) if isinstance(given, list | tuple) else [given]


def read(
    content: files.Source,
    style: Several,
    settings: Settings,
    *,
    masks: Several = (),
    style_masks: Several = (),
    labels: files.Source | None = None,
    style_labels: Several = (),
    start: files.Source | None = None,
) -> Pictures:
    """Read everything that a run needs.

    Args:
        content: the photograph: a path, a PIL image, or an array as
            `jnst.pictures.files.read` takes it.
        style: the painting, or a list of several. They are blended by `settings.blend`, unless
            each has its region. For the method `trained` it is a network's file, for `multistyle`
            there is none: its numbers go into regions as paintings do.
        settings: of which `blend`, `style_number`, `colour`, `square`, `canvas`, `margin`, `size`
            and `upscale` are used here.
        masks: one for each region of the content picture, white where it is. The k-th style goes
            into the k-th region. Where no mask is white there is no style.
        style_masks: for each region, where in its style picture the style is taken from. A single
            style then goes into all regions, from another part of it into each.
        labels: instead of masks, one picture in which each colour is a region.
        style_labels: for each style its own label picture: like colours go together. Without them
            the k-th style goes to the k-th colour, dark to light.
        start: the picture to begin with, instead of what `settings.init` says.

    Raises:
        InputError: for pictures that cannot be read, and where their numbers do not match.

    """
    sources, masks, style_masks, style_labels = (
        several(given) for given in (style, masks, style_masks, style_labels)
    )
    original, alpha = files.read_with_alpha(content)
    network, sources = network_and_paintings(sources, settings)
    styles = [files.read(source) for source in sources]
    photograph, paintings = original, styles  # as given: masks have their shapes
    if settings.square:
        memory.check_pictures(1 + len(styles), settings.size, settings.size)
        original, *styles = (
            resizing.resize(picture, settings.size, settings.size)
            for picture in (original, *styles)
        )
    recoloured = original
    if settings.colour is not None and styles:
        # Of large pictures, copies have the same colours, and cost less.
        content, *small = (_at_most(picture, settings) for picture in (original, *styles))
        pairs = [colour.before(settings.colour, content, picture) for picture in small]
        recoloured, styles = pairs[0][0], [picture for _, picture in pairs]
    if not styles and (style_masks or style_labels):
        raise InputError(
            "style_masks and style_labels are parts of paintings, and method "
            f"{settings.method} has none; leave them out"
        )
    numbers = () if styles else settings.style_number
    count, called = len(styles or numbers) or 1, "painting" if styles else "style"
    found = place(
        count,
        masks=masks,
        style_masks=style_masks,
        labels=labels,
        style_labels=style_labels,
        called=called,
    )
    blend = _blend(settings, count, called)
    notes = [
        regions.stretched(mask, picture, f"the {what}", over=over)
        for one in found
        for mask, picture, what, over in (
            (one.region, photograph, "mask", "the photograph"),
            *(
                [(one.style_region, paintings[one.style], "style mask", "a painting")]
                if paintings
                else []
            ),
        )
        if mask is not None
    ]
    begin = None if start is None else files.read(start)
    if begin is not None:
        notes.append(
            regions.stretched(begin, photograph, "the picture to start from", over="the photograph")
        )
    pictures = Pictures(
        content=recoloured,
        guides=[
            Guide(
                styles[k] if styles else NO_PAINTING,
                blend[k] * area,
                region,
                origin,
                number=numbers[k] if numbers else None,
            )
            for k, area, region, origin in found
        ],
        original=original,
        start=begin,
        alpha=alpha,
        notes=[*filter(None, dict.fromkeys(notes))],
        network=network,
    )
    return _on_canvas(pictures, settings)


def _at_most(picture: AnyPicture, settings: Settings) -> AnyPicture:
    """Return a picture, made smaller where it is more than twice as large as it is ever used."""
    longest = max(settings.size, settings.style_size or 0)
    height, width = picture.shape[1:3]
    if max(height, width) <= 2 * longest:
        return picture
    height, width = resizing.size_within(height, width, longest)
    return resizing.resize(picture, 2 * height, 2 * width)  # so that half of it is as before


def cut(pictures: Pictures, settings: Settings, picture: Image) -> AnyPicture:
    """Cut a painted picture from its canvas, in the colours that it was painted in."""
    picture = np.asarray(picture, np.float32)
    inner, outer = extents(pictures.original.shape[1:3], settings)
    return picture if inner == outer else canvas.uncover(picture, inner, outer)


def finish(pictures: Pictures, settings: Settings, picture: Image) -> AnyPicture:
    """Cut a painted picture from its canvas, and give it the colours of `settings.colour`."""
    picture = cut(pictures, settings, picture)
    if settings.colour is None:
        return picture
    return colour.after(settings.colour, picture, pictures.original)


def _on_canvas(pictures: Pictures, settings: Settings) -> Pictures:
    """Put all that has the place of the new picture on its canvas, at the size of the result."""
    size, start = pictures.original.shape[1:3], pictures.start
    inner, outer = extents(size, settings)
    if inner == outer:
        return pictures
    memory.check_pictures(1, *outer)

    def guide(one: Guide) -> Guide:
        if one.region is None:
            return one
        return one._replace(region=mask_on_canvas(one.region, size, settings))

    return pictures._replace(
        content=on_canvas(pictures.content, size, settings),
        guides=[guide(one) for one in pictures.guides],
        start=None if start is None else on_canvas(start, size, settings),
    )


def alpha_for(pictures: Pictures, picture: Image) -> Float[np.ndarray, "1 h w 1"] | None:
    """Return the content's transparency in the size of `picture`; None where it is opaque."""
    if pictures.alpha is None:
        return None
    height, width = picture.shape[1:3]
    return resizing.resize_mask(pictures.alpha, height, width)


def _blend(settings: Settings, count: int, called: str) -> list[float]:
    """Return how much each style, as it is `called`, counts against the average one."""
    check_blend(settings, count, called=called)
    weights = settings.blend or (1.0,) * count
    return [weight * count / sum(weights) for weight in weights]
