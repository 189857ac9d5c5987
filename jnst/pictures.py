"""The pictures of a run: read, prepared as the settings say, and matched with their regions."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import PIL.Image
from jaxtyping import Float

from jnst import colour, files, image, regions
from jnst.arrays import AnyPicture, Image, InputError, Picture
from jnst.settings import Settings


class Guide(NamedTuple):
    """A style picture, its share of the style weight, and where it counts (None: everywhere).

    `region` is a mask of the new picture, `style_region` one of the style picture.
    """

    style: AnyPicture
    share: float
    region: regions.Mask | None = None
    style_region: regions.Mask | None = None


class Pictures(NamedTuple):
    """What a run is given: `content` and styles as the optimisation sees them.

    `original` is the content picture in its own colours, `alpha` its transparency; `start` is what
    to begin with, where that is a picture of its own.
    """

    content: Picture
    guides: Sequence[Guide]
    original: AnyPicture
    start: AnyPicture | None = None
    alpha: Float[np.ndarray, "1 _ _ 1"] | None = None


def read(
    content: files.Source,
    style: files.Source | Sequence[files.Source],
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
        content: the photograph: a path, a PIL image, or an array as `jnst.files.read` takes it.
        style: the painting, or a list of several. They are blended by `settings.blend`, unless
            each has its region.
        settings: of which `blend`, `colour`, `square` and `size` are used here.
        masks: one for each region of the content picture, white where it is. The k-th style goes
            into the k-th region; a single style into all.
        style_masks: for each region, where in its style picture the style is taken from.
        labels: instead of masks, one picture in which each colour is a region.
        style_labels: for each style its own label picture: like colours go together. Without them
            the k-th style goes to the k-th colour, dark to light.
        start: the picture to begin with, instead of what `settings.init` says.

    Raises:
        InputError: for pictures that cannot be read, and where their numbers do not match.

    """
    sources = list(style) if isinstance(style, list | tuple) else [style]
    original, styles = files.read(content), [files.read(source) for source in sources]
    if not styles:
        raise InputError("give at least one style picture")
    if settings.square:
        original, *styles = (
            image.resize(picture, settings.size, settings.size) for picture in (original, *styles)
        )
    recoloured = original
    if settings.colour is not None:
        pairs = [colour.before(settings.colour, original, picture) for picture in styles]
        recoloured, styles = pairs[0][0], [picture for _, picture in pairs]
    if labels is None and not masks:
        if style_masks or style_labels:
            raise InputError("regions of a style need regions of the content: masks or labels")
        guides = [
            Guide(picture, share)
            for picture, share in zip(styles, _blend(settings, len(styles)), strict=True)
        ]
    else:
        if labels is not None and masks:
            raise InputError("give masks or a label picture, not both")
        found = (
            _masked(styles, masks, style_masks)
            if labels is None
            else _labelled(styles, labels, style_labels)
        )
        guides = _shared(found, styles, settings)
    return Pictures(
        content=recoloured,
        guides=guides,
        original=original,
        start=None if start is None else files.read(start),
        alpha=files.read_alpha(content),
    )


def finish(pictures: Pictures, settings: Settings, picture: Image) -> Picture:
    """Give a painted picture the colours that `settings.colour` asks for."""
    picture = np.asarray(picture, np.float32)
    if settings.colour is None:
        return picture
    return colour.after(settings.colour, picture, pictures.original)


def alpha_for(pictures: Pictures, picture: Image) -> Float[np.ndarray, "1 h w 1"] | None:
    """Return the content's transparency in the size of `picture`; None where it is opaque."""
    if pictures.alpha is None:
        return None
    size = picture.shape[1:3]
    return image.resample(pictures.alpha, *size, PIL.Image.Resampling.BILINEAR).clip(0, 1)


_Placed = list[tuple[int, regions.Mask, regions.Mask | None]]
"""(number of the style, its region in the content, where it is taken from)."""


def _masked(
    styles: Sequence[AnyPicture], masks: Sequence[files.Source], style_masks: Sequence[files.Source]
) -> _Placed:
    if len(styles) not in (1, len(masks)):
        raise InputError(
            f"{len(masks)} masks for {len(styles)} style pictures; give one for each, or a single "
            "style picture"
        )
    if len(style_masks) not in (0, len(masks)):
        raise InputError(f"{len(style_masks)} style masks for {len(masks)} masks; give as many")
    origins = [regions.read(source) for source in style_masks] or [None] * len(masks)
    return [
        (k if len(styles) > 1 else 0, regions.read(mask), origin)
        for k, (mask, origin) in enumerate(zip(masks, origins, strict=True))
    ]


def _labelled(
    styles: Sequence[AnyPicture], labels: files.Source, style_labels: Sequence[files.Source]
) -> _Placed:
    if len(style_labels) not in (0, len(styles)):
        raise InputError(
            f"{len(style_labels)} style label pictures for {len(styles)} styles; give one for each"
        )
    found = regions.labels(labels, style_labels)
    if style_labels:
        return [
            (k, mask, origin)
            for mask, origins in found
            for k, origin in enumerate(origins)
            if origin is not None
        ]
    if len(found) != len(styles):
        raise InputError(
            f"the label picture has {len(found)} colours for {len(styles)} style pictures; give "
            "one for each colour, or a label picture for each style"
        )
    return [(k, mask, None) for k, (mask, _) in enumerate(found)]


def _shared(found: _Placed, styles: Sequence[AnyPicture], settings: Settings) -> list[Guide]:
    """Give each region a share by its area: so its pixels feel as much as those of a whole picture.

    Blend weights count against the average one.
    """
    blend = [share * len(styles) for share in _blend(settings, len(styles))]
    return [
        Guide(styles[k], blend[k] * float(mask.mean()), mask, origin) for k, mask, origin in found
    ]


def _blend(settings: Settings, count: int) -> list[float]:
    weights = settings.blend or (1.0,) * count
    if len(weights) != count:
        raise InputError(
            f"blend has {len(weights)} numbers for {count} style pictures; give one for each"
        )
    return [weight / sum(weights) for weight in weights]
