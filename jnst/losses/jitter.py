"""Jitter: the network sees the picture shifted by some pixels, its border mirrored.

Pooling compares the same pixels with each other at every step, in squares of 2, 4, 8 and 16.
Shifted by another offset at each step, the picture has their borders elsewhere each time (as in
DeepDream, Mordvintsev et al. 2015).

    L(x) -> L(S x),   ∂/∂x = Sᵀ ∇L(S x)

S mirrors the picture at its sides, as [d c b | a b c d | c b a], and takes a window of the
picture's own size. The losses on the picture itself see the window, too.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from jnst.arrays import Array, Image
from jnst.byhand.losses import jitter as byhand
from jnst.byhand.losses.jitter import MOST
from jnst.losses.objective import Constants, Evaluation

VIEWS = 8
"""The shifts of a run at one size, taken in turn. The content is measured once for each."""


def offsets(most: int, count: int, rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Draw shifts (rows, columns) within ±`most`, and less than the picture's sides: (count, 2).

    No two share a row or a column while there are others: each axis is a permutation of all shifts
    from -most to most - 1, cut off, or begun again.
    """
    shifts = [np.arange(-reach, max(reach, 1)) for reach in _reaches(most, height, width)]
    drawn = [np.resize(rng.permutation(axis), count) for axis in shifts]
    return np.stack(drawn, axis=1).astype(np.int32)


def views(values: Array, offsets: np.ndarray) -> list[np.ndarray]:
    """Return a picture, or a mask, as it is seen at each offset, in NumPy."""
    return [byhand.shift(np.asarray(values), offset) for offset in offsets]


def shift(image: Image, offset: Array) -> Image:
    """Compute S x: the window that begins `offset` rows and columns from the picture's corner.

    An offset beyond `MOST`, or beyond the mirrored border, is taken for the largest.
    """
    tall, wide = _reaches(MOST, *image.shape[1:3])
    mirrored = jnp.pad(image, ((0, 0), (tall, tall), (wide, wide), (0, 0)), mode="reflect")
    corner = (0, tall + offset[0].clip(-tall, tall), wide + offset[1].clip(-wide, wide), 0)
    return jax.lax.dynamic_slice(mirrored, corner, image.shape)


def jittered(
    evaluate: Callable[[Constants, Image], Evaluation],
) -> Callable[[Constants, Image], Evaluation]:
    """Return `evaluate`, made to see the picture shifted where the constants have an offset."""

    def evaluate_shifted(constants: Constants, image: Image) -> Evaluation:
        if (offset := constants.offset) is None:
            return evaluate(constants, image)
        seen, back = jax.vjp(lambda x: shift(x, offset), image)
        found = evaluate(constants._replace(offset=None), seen)
        return found._replace(gradient=back(found.gradient)[0])

    return evaluate_shifted


def _reaches(most: int, height: int, width: int) -> tuple[int, int]:
    return min(most, height - 1), min(most, width - 1)
