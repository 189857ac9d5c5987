"""The pictures of a run: read, prepared as the settings say, and matched with their regions."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import PIL.Image
from jaxtyping import Float

from jnst.arrays import AnyPicture, Image, Picture
from jnst.errors import InputError
from jnst.pictures import canvas, colour, files, regions, resizing
from jnst.transfer.settings import Settings


class Guide(NamedTuple):
    """A style picture, its share of the style weight, and where it counts (None: everywhere).

    `region` is a mask of the new picture, `style_region` one of the style picture.
    """

    style: AnyPicture
    share: float
    region: regions.Mask | None = None
    style_region: regions.Mask | None = None


class Pictures(NamedTuple):
    """Pictures of a run: `content` and styles as the optimization sees them.

    `original` is the content picture in its own colours, `alpha` its transparency; `start` is what
    to begin with, where that is a picture of its own. With `settings.canvas`, content, regions of
    the new picture and start are on a canvas; see `jnst.pictures.canvas`.
    """

    content: Picture
    guides: Sequence[Guide]
    original: AnyPicture
    start: AnyPicture | None = None
    alpha: Float[np.ndarray, "1 _ _ 1"] | None = None


def read(
    content: files.Source,
    style: files.Source | list[files.Source] | tuple[files.Source, ...],
    settings: Settings,
    *,
    masks: Sequence[files.Source] = (),
    style_masks: Sequence[files.Source] = (),
    labels: files.Source | None = None,
    style_labels: Sequence[files.Source] = (),
    start: files.Source | None = None,
) -> Pictures:
    """Read everything that a run needs.

    Args:
        content: the photograph: a path, a PIL image, or an array as
            `jnst.pictures.files.read` takes it.
        style: the painting, or a list of several. They are blended by `settings.blend`, unless
            each has its region.
        settings: of which `blend`, `colour`, `square`, `canvas`, and with these two `size` and
            `upscale`, are used here.
        masks: one for each region of the content picture, white where it is. The k-th style goes
            into the k-th region; a single style into all. Where no mask is white there is no style.
        style_masks: for each region, where in its style picture the style is taken from.
        labels: instead of masks, one picture in which each colour is a region.
        style_labels: for each style its own label picture: like colours go together. Without them
            the k-th style goes to the k-th colour, dark to light.
        start: the picture to begin with, instead of what `settings.init` says.

    Raises:
        InputError: for pictures that cannot be read, and where their numbers do not match.

    """
    sources = list(style) if isinstance(style, list | tuple) else [style]
    original, alpha = files.read_with_alpha(content)
    styles = [files.read(source) for source in sources]
    if not styles:
        raise InputError("give at least one style picture")
    if settings.square:
        original, *styles = (
            resizing.resize(picture, settings.size, settings.size)
            for picture in (original, *styles)
        )
    recoloured = original
    if settings.colour is not None:
        pairs = [colour.before(settings.colour, original, picture) for picture in styles]
        recoloured, styles = pairs[0][0], [picture for _, picture in pairs]
    if labels is not None and masks:
        raise InputError("give masks or a label picture, not both")
    for what, given, needed in (
        ("style_masks", style_masks, masks),
        ("style_labels", style_labels, labels is not None),
    ):
        if given and not needed:
            raise InputError(f"{what} need {what.removeprefix('style_')} of the content picture")
    if labels is not None:
        found = _labelled(len(styles), labels, style_labels)
    elif masks:
        found = _masked(len(styles), masks, style_masks)
    else:
        found = [_Placed(k, 1 / len(styles)) for k in range(len(styles))]
    blend = _blend(settings, len(styles))
    pictures = Pictures(
        content=recoloured,
        guides=[
            Guide(styles[k], blend[k] * area, region, origin) for k, area, region, origin in found
        ],
        original=original,
        start=None if start is None else files.read(start),
        alpha=alpha,
    )
    return _on_canvas(pictures, settings)


def finish(pictures: Pictures, settings: Settings, picture: Image) -> AnyPicture:
    """Cut a painted picture from its canvas, and give it the colours of `settings.colour`."""
    picture = np.asarray(picture, np.float32)
    if settings.canvas is not None:
        picture = canvas.uncover(picture, *_sizes(pictures.original, settings))
    if settings.colour is None:
        return picture
    return colour.after(settings.colour, picture, pictures.original)


def _sizes(original: Image, settings: Settings) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return height and width of the result, and of the canvas that it is painted on."""
    height, width = original.shape[1:3]
    height, width = resizing.size_within(height, width, settings.size, upscale=settings.upscale)
    if settings.canvas is None:
        return (height, width), (height, width)
    return (height, width), canvas.sides(height, width, settings.canvas, most=settings.size)


def _on_canvas(pictures: Pictures, settings: Settings) -> Pictures:
    """Put all that has the place of the new picture on its canvas, at the size of the result."""
    inner, outer = _sizes(pictures.original, settings)
    if inner == outer:
        return pictures

    height, width = inner

    def extended(picture: AnyPicture) -> AnyPicture:
        return canvas.extend(resizing.resize(picture, height, width), *outer)

    def guide(one: Guide) -> Guide:
        if one.region is None:
            return one
        small = resizing.resample(one.region, height, width, PIL.Image.Resampling.BILINEAR)
        return one._replace(region=canvas.extend(small.clip(0, 1), *outer))

    return pictures._replace(
        content=extended(pictures.content),
        guides=[guide(one) for one in pictures.guides],
        start=None if pictures.start is None else extended(pictures.start),
    )


def alpha_for(pictures: Pictures, picture: Image) -> Float[np.ndarray, "1 h w 1"] | None:
    """Return the content's transparency in the size of `picture`; None where it is opaque."""
    if pictures.alpha is None:
        return None
    height, width = picture.shape[1:3]
    method = PIL.Image.Resampling.BILINEAR
    return resizing.resample(pictures.alpha, height, width, method).clip(0, 1)


class _Placed(NamedTuple):
    """The number of a style, and where it goes: how much of the picture that is, and which part.

    Regions of the content have their own area, and a style in them pulls at a pixel as hard as one
    that fills the picture; several styles in the same place divide it.
    """

    style: int
    area: float
    region: regions.Mask | None = None
    style_region: regions.Mask | None = None


def _masked(
    styles: int, masks: Sequence[files.Source], style_masks: Sequence[files.Source]
) -> list[_Placed]:
    if styles not in (1, len(masks)):
        raise InputError(
            f"masks: {len(masks)}, style pictures: {styles}; give one for each, or a single style "
            "picture"
        )
    if len(style_masks) not in (0, len(masks)):
        raise InputError(f"{len(style_masks)} style masks for {len(masks)} masks; give as many")
    origins = [regions.read(source) for source in style_masks] or [None] * len(masks)
    found = [regions.read(mask) for mask in masks]
    return [
        _Placed(k if styles > 1 else 0, float(mask.mean()), mask, origin)
        for k, (mask, origin) in enumerate(zip(found, origins, strict=True))
    ]


def _labelled(
    styles: int, labels: files.Source, style_labels: Sequence[files.Source]
) -> list[_Placed]:
    if len(style_labels) not in (0, styles):
        raise InputError(
            f"{len(style_labels)} style label pictures for {styles} styles; give one for each"
        )
    found = regions.labels(labels, style_labels)
    if not style_labels and len(found) != styles:
        raise InputError(
            f"colours of the label picture: {len(found)}, style pictures: {styles}; give a style "
            "for each colour, or style_labels, a label picture for each style"
        )
    placed = []
    for number, (mask, origins) in enumerate(found):
        there = [k for k, origin in enumerate(origins) if origin is not None] or [number]
        area = float(mask.mean()) / len(there)
        placed += [_Placed(k, area, mask, origins[k] if origins else None) for k in there]
    return placed


def _blend(settings: Settings, count: int) -> list[float]:
    """Return how much each style counts, against the average one."""
    weights = settings.blend or (1.0,) * count
    if len(weights) != count:
        raise InputError(
            f"blend has {len(weights)} numbers for {count} style pictures; give one for each"
        )
    return [weight * count / sum(weights) for weight in weights]
