"""One step of a dream: the gradient of what is increased, whole or tile by tile, and the move.

The gradient is taken of the picture rolled over its edges by a random shift, so that the grid on
which a network pools falls elsewhere every time and leaves no trace.
"""

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jnst.arrays import Image, Params, Picture, Scalar
from jnst.backbones.tables import BACKBONES
from jnst.dreams.activation import Aim, Targets, total
from jnst.xla import jit

TINY = 1e-12
"""Added to divisors, so that a gradient of zeros is not divided by zero."""
PADDING = "edge"
"""Padding of the first layer: zeros would be seen as a frame, and dreamt upon."""
HALO = 64
"""Pixels on each side of a tile that are computed with it and thrown away."""
_KERNEL = (1, 4, 6, 4, 1)


class Span(NamedTuple):
    """A tile along one axis: `kept` pixels from `first` on, of `seen` that begin `before` it.

    `first` may lie outside the picture, which goes on at its other edge.
    """

    first: int
    kept: int
    before: int
    seen: int


class Ascent(NamedTuple):
    """Objective at one picture: its total, its value by layer, and its gradient."""

    total: float
    parts: dict[str, float]
    gradient: np.ndarray


def spans(length: int, tile: int | None, shift: int) -> list[Span]:
    """Cut one axis into tiles of at most `tile` pixels, all computed at one size.

    One span without a halo where `tile` is None or no smaller than the picture.
    """
    if tile is None or length <= tile:
        return [Span(shift, length, 0, length)]
    count = math.ceil(length / tile)
    ends = [round(i * length / count) for i in range(count + 1)]
    seen = min(tile + 2 * HALO, length)
    before = (seen - tile) // 2
    return [
        Span(shift + first, end - first, before, seen) for first, end in itertools.pairwise(ends)
    ]


def ascent(
    backbone: str,
    params: Params,
    image: Picture,
    aim: Aim,
    targets: Targets,
    *,
    shift: tuple[int, int],
    tile: int | None = None,
) -> Ascent:
    """Compute E, its parts and ∂E/∂image.

    In tiles it is an approximation: a tile is computed with `HALO` pixels on each side, and deep
    layers see further than that. In a dream no seam is left, for the shift moves the tiles as well.

    Args:
        backbone: a name in `BACKBONES`.
        params: its weights.
        image: the picture.
        aim: what is increased.
        targets: the guide's maps, or nothing.
        shift: by how many pixels (down, across) the picture is rolled before.
        tile: side of a tile in pixels; None for the whole picture at once.

    """
    height, width = image.shape[1:3]
    gradient, value, parts = np.zeros_like(image), 0.0, dict.fromkeys(aim.layers, 0.0)
    for down in spans(height, tile, shift[0]):
        for across in spans(width, tile, shift[1]):
            start = np.array([down.first - down.before, across.first - across.before])
            run = program(backbone, aim, down.seen, across.seen)
            (e, several), part = run(params, targets, image, start)
            rows, columns = (s.first + np.arange(s.kept) for s in (down, across))
            area = height * width
            kept = np.asarray(part)[:, down.before :, across.before :][
                :, : down.kept, : across.kept
            ]
            # E is a mean over what is seen; of the whole it would be a mean over more.
            seen = down.seen * across.seen / area
            gradient[:, (rows % height)[:, None], columns % width] = seen * kept
            share = down.kept * across.kept / area
            value += share * float(e)
            parts = {layer: parts[layer] + share * float(several[layer]) for layer in parts}
    return Ascent(value, parts, gradient)


@functools.lru_cache(maxsize=64)
def program(backbone: str, aim: Aim, height: int, width: int) -> Callable:
    """Build `(params, targets, image, start) -> ((E, parts), gradient)` for tiles of one size."""
    features = BACKBONES[backbone].features

    def value(part: Image, params: Params, targets: Targets) -> tuple:
        return total(aim, features(params, part, aim.layers, padding=PADDING), targets)

    def run(params: Params, targets: Targets, image: Image, start: jax.Array) -> tuple:
        part = jnp.roll(image, -start, (1, 2))[:, :height, :width]
        return jax.value_and_grad(value, has_aux=True)(part, params, targets)

    return jit(run)


def normalize(gradient: Image) -> Image:
    """Compute g / mean |g|: a step then changes pixels by as much whatever the layer."""
    return gradient / (jnp.mean(jnp.abs(gradient)) + TINY)


def bands(gradient: Image, levels: int) -> Sequence[Image]:
    """Split g into what each of `levels` blurs takes away, and what is left; they add up to g.

    A Laplacian pyramid at full size: blur number k averages with the weights (1, 4, 6, 4, 1) / 16
    down and across, at pixels that are 2ᵏ apart.
    """
    found = []
    for level in range(levels):
        blurred, apart = gradient, 2**level
        for axis in (1, 2):
            around = [(0, 0)] * 4
            around[axis] = 2 * apart, 2 * apart
            padded, length = jnp.pad(blurred, around, mode="edge"), blurred.shape[axis]
            blurred = jnp.zeros_like(blurred)
            for i, weight in enumerate(_KERNEL):
                begin = i * apart
                shifted = jax.lax.slice_in_dim(padded, begin, begin + length, axis=axis)
                blurred = blurred + weight / sum(_KERNEL) * shifted
        found.append(gradient - blurred)
        gradient = blurred
    return [*found, gradient]


def equalize(gradient: Image, levels: int) -> Image:
    """Compute Σ_k b_k / std b_k over the `bands`: coarse structure gets the share of fine.

    The notebook of TensorFlow's deepdream tutorial calls it Laplacian gradient normalisation.
    """
    return sum(
        (band / (jnp.std(band) + TINY) for band in bands(gradient, levels)),
        jnp.zeros_like(gradient),
    )


@functools.partial(jax.jit, static_argnames="levels")
def move(image: Image, gradient: Image, step: float | Scalar, levels: int) -> Image:
    """Return the picture moved uphill, by `step` in [0, 1] on average, and clipped to [0, 1].

    Args:
        image: the picture.
        gradient: ∂E/∂image.
        step: how far.
        levels: into how many `bands` the gradient is split before; 0 leaves it as it is.

    """
    if levels:
        gradient = equalize(gradient, levels)
    return jnp.clip(image + step * normalize(gradient), 0, 1)
