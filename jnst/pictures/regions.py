"""Regions of a picture, as masks: one grey picture for each, or one label picture for all.

A mask holds how much each pixel belongs to a region, 0 to 1. For a layer it is brought to the size
of its map and scaled to mean 1: the weights of the positions in a guided statistic (Gatys et al.,
"Controlling Perceptual Factors in Neural Style Transfer", CVPR 2017, "simple" guidance: nothing is
done about units near the border of a region that see some of its neighbour).
"""

import os
from collections.abc import Sequence

import numpy as np
import PIL.Image
from jaxtyping import Float

from jnst.arrays import AnyPicture
from jnst.errors import InputError
from jnst.pictures import files, resizing
from jnst.pictures.files.raster import to_levels

Mask = Float[np.ndarray, "1 _ _ 1"]
"""Membership of each pixel in a region, in [0, 1]."""
FAINT = 0.1
"""A mask that is nowhere brighter is a mistake: 1 for white, in a picture of 255 levels."""
MOST_LABELS = 32
"""A label picture has at most so many colours: with more it is a photograph, or was a JPEG."""


def read(source: files.Source) -> Mask:
    """Return the picture in `source` as a mask: white belongs to the region.

    Black does not, nor does what is transparent. Raises `InputError` where it cannot be read, or is
    black, or almost, all over.
    """
    picture, alpha = files.read_with_alpha(source)
    mask = picture.mean(axis=-1, keepdims=True)
    if alpha is not None:  # read over white; what is cut away belongs to no region
        mask = (mask + alpha - 1).clip(0, 1)
    brightest = float(mask.max())
    if brightest < FAINT:
        how = "black all over"
        if brightest > 0:
            how = f"almost black: its brightest value is {max(1, round(255 * brightest))} of 255"
        raise InputError(
            f"the mask{_name(source)} is {how}; paint white what belongs to the region"
        )
    return mask


def stretched(mask: Mask | AnyPicture, picture: AnyPicture, what: str, *, over: str) -> str:
    """Say that a mask has not the shape of its picture, and so will be stretched; or nothing.

    The same for any other picture that is laid over one. What was made of a smaller copy may be off
    by a pixel, or by a fiftieth.
    """
    (height, width), (tall, wide) = mask.shape[1:3], picture.shape[1:3]
    off = abs(width * tall - height * wide)
    if off <= max(0.02 * height * wide, 0.5 * (tall + wide)):
        return ""
    return f"{what} of {width} x {height} pixels is stretched over {over} of {wide} x {tall}"


def labels(
    content: files.Source, styles: Sequence[files.Source]
) -> list[tuple[Mask, list[Mask | None]]]:
    """Split label pictures: for each colour of the content's, its mask, and that in each style's.

    None where a style's label picture lacks the colour. The darkest comes first.

    Raises:
        InputError: for more than `MOST_LABELS` colours, a colour that no style's has, or a style's
            that has none of the content's.

    """
    wanted, *others = (_by_colour(source) for source in (content, *styles))
    for colour in wanted if others else ():
        if not any(colour in other for other in others):
            raise InputError(
                f"the colour #{colour:06x} of the content's label picture is in no "
                "style's; label the region in a style picture"
            )
    for source, other in zip(styles, others, strict=True):
        if not set(other) & set(wanted):
            raise InputError(
                f"the style's label picture{_name(source)} has no colour in common with the "
                "content's; its style would go nowhere"
            )
    return [(mask, [other.get(colour) for other in others]) for colour, mask in wanted.items()]


def region(mask: Mask, height: int, width: int) -> Float[np.ndarray, "1 {height} {width} 1"]:
    """Return `mask` as weights of mean 1 for a map of `height` x `width` positions.

    A position takes the average of the pixels it stands for; a mask of another aspect is stretched.
    In float64: the covariance that it weighs is exact only if the mean is.
    """
    small = resizing.resample(mask, height, width, PIL.Image.Resampling.BILINEAR)
    small = small.clip(0, None).astype(np.float64)
    # The faintest of masks is rounded away; then every position counts, as little as its share is.
    return small / small.mean() if small.any() else np.ones_like(small)


def _by_colour(source: files.Source) -> dict[int, Mask]:
    """Return the mask of each colour, 0xRRGGBB, the darkest first."""
    picture = to_levels(files.read(source)[0])
    packed = picture @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    colours = np.unique(packed)
    if len(colours) > MOST_LABELS:
        raise InputError(
            f"the label picture{_name(source)} has {len(colours)} colours, and may have "
            f"{MOST_LABELS}; save it as PNG, without smooth edges"
        )
    # As Pillow has it, so that red is darker than green.
    lightness = np.asarray(PIL.Image.fromarray(picture).convert("L"))
    by_lightness = sorted(colours, key=lambda colour: lightness[packed == colour][0])
    return {int(c): (packed == c).astype(np.float32)[None, ..., None] for c in by_lightness}


def _name(source: files.Source) -> str:
    """Name a picture by its path, where it has one."""
    return f" {os.fspath(source)!r}" if isinstance(source, str | os.PathLike) else ""
