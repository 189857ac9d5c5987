"""Coarse to fine: the same picture painted at growing sizes, each begun from the one before.

What a layer sees is a window of fixed size in pixels (at relu5_1, 156 of them). In a small picture
that is much of the whole, so small sizes settle large strokes and the layout of colours, quickly;
each further size adds finer ones. Gatys et al., "Controlling Perceptual Factors in Neural Style
Transfer" (CVPR 2017), use two sizes; here there are several, as in style-transfer-pytorch.
"""

from typing import Any

import jax
import numpy as np
import PIL.Image

from jnst import image


def sizes(last: int, *, first: int, ratio: float) -> list[int]:
    """List the long sides from the smallest, at least `first`, to `last`, by `ratio` each.

    round(last / ratioⁱ) for i = n, …, 0. Only `last` where it is no larger than `first`.
    """
    found = [last]
    while (size := round(last / ratio ** len(found))) >= first:
        found.append(size)
    return found[::-1]


def enlarge(memory: Any, height: int, width: int) -> Any:
    """Resize what an optimiser remembers of each pixel, and leave the rest of its memory alone.

    Bilinear, so that what is positive, as Adam's mean of squares, stays positive.
    """

    def one(array: Any) -> Any:
        if np.ndim(array) != 4:
            return array
        new = image.resample(array, height, width, PIL.Image.Resampling.BILINEAR)
        return new.astype(array.dtype)

    return jax.tree.map(one, memory)
