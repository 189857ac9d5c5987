"""Regions of a picture, as masks: one grey picture for each, or one label picture for all.

A mask holds how much each pixel belongs to a region, 0 to 1. For a layer it is brought to the size
of its map and scaled to mean 1: the weights of the positions in a guided statistic (Gatys et al.,
"Controlling Perceptual Factors in Neural Style Transfer", CVPR 2017, "simple" guidance: nothing is
done about units near the border of a region that see some of its neighbour).
"""

from collections.abc import Sequence

import numpy as np
import PIL.Image
from jaxtyping import Float

from jnst import files, image
from jnst.arrays import InputError

Mask = Float[np.ndarray, "1 _ _ 1"]
"""How much each pixel of a picture belongs to a region, in [0, 1]."""
MOST_LABELS = 32
"""A label picture has at most so many colours: with more it is a photograph, or was a JPEG."""


def read(source: files.Source) -> Mask:
    """Return the picture in `source` as a mask: white belongs to the region, black does not.

    Raises `InputError` where it cannot be read, or is black all over.
    """
    mask = files.read(source).mean(axis=-1, keepdims=True)
    if not mask.max() > 0:
        raise InputError("a mask is black all over; paint white what belongs to the region")
    return mask


def labels(
    content: files.Source, styles: Sequence[files.Source]
) -> list[tuple[Mask, list[Mask | None]]]:
    """Split label pictures: for each colour of the content's, its mask, and that in each style's.

    None where a style's label picture lacks the colour. Sorted by colour, dark before light.

    Raises:
        InputError: for more than `MOST_LABELS` colours, or a colour that no style's has.

    """
    wanted, *others = (_by_colour(source) for source in (content, *styles))
    for colour in wanted if others else ():
        if not any(colour in other for other in others):
            raise InputError(
                f"the colour #{bytes(colour).hex()} of the content's label picture is in no "
                "style's; label the region in a style picture"
            )
    return [(wanted[c], [other.get(c) for other in others]) for c in sorted(wanted)]


def region(mask: Mask, height: int, width: int) -> Float[np.ndarray, "1 {height} {width} 1"]:
    """Return `mask` as weights of mean 1 for a map of `height` x `width` positions.

    A position takes the average of the pixels it stands for.
    """
    small = image.resample(mask, height, width, PIL.Image.Resampling.BILINEAR).clip(0, None)
    # A speck can be rounded away; then every position counts, as little as its share says.
    return small / small.mean() if small.mean() > 0 else np.ones_like(small)


def _by_colour(source: files.Source) -> dict[tuple[int, ...], Mask]:
    picture = np.rint(files.read(source)[0] * 255).astype(np.uint8)
    colours, where = np.unique(picture.reshape(-1, 3), axis=0, return_inverse=True)
    if len(colours) > MOST_LABELS:
        raise InputError(
            f"a label picture has {len(colours)} colours, and may have {MOST_LABELS}; save it as "
            "PNG, without smooth edges"
        )
    where = where.reshape(1, *picture.shape[:2], 1)
    return {
        tuple(map(int, colour)): (where == i).astype(np.float32) for i, colour in enumerate(colours)
    }
