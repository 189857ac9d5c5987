"""Coarse to fine: the same picture painted at growing sizes, each begun from the one before.

What a layer sees is a window of fixed size in pixels (at relu5_1, 156 of them). In a small picture
that is much of the whole, so small sizes settle large strokes and the layout of colours, quickly;
each further size adds finer ones. Gatys et al., "Controlling Perceptual Factors in Neural Style
Transfer" (CVPR 2017), use two sizes; here there are several, as in style-transfer-pytorch.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
import PIL.Image

from jnst.backbones import graph
from jnst.backbones.checks import least_side
from jnst.backbones.tables import BACKBONES
from jnst.pictures import resizing
from jnst.transfer import fitting
from jnst.transfer.extents import extents
from jnst.transfer.pictures import Pictures
from jnst.transfer.settings import Settings
from jnst.transfer.sizes import check_sizes
from jnst.xla import own_switches


class Stage(NamedTuple):
    """One size of the way from coarse to fine: long sides in pixels, evaluations, tiles.

    `optimizer` is its name.
    """

    size: int
    style_size: int
    steps: int
    optimizer: str
    tile: int | None = None


def costs(stages: Sequence[Stage]) -> list[float]:
    """List the time that each evaluation takes, relative to the others: the pixels it looks at."""
    return [float(stage.size**2) for stage in stages for _ in range(stage.steps)]


@own_switches
def plan(pictures: Pictures, settings: Settings) -> list[Stage]:
    """List the stages of a run, the smallest first.

    The last stage has the size of the result's canvas. The style picture keeps its proportion to
    the result. Sizes at which a picture would be too small for the layers are left out.

    Raises:
        InputError: for pictures that are too small for the layers even in the end; for a size that
            does not fit into memory, see `fitting.tile`.

    """
    height, width = pictures.content.shape[1:3]
    original = pictures.original.shape[1:3]
    result, painted = extents(original, settings)
    last, style_last = max(painted), settings.style_size or max(result)
    least = least_side(settings.backbone, settings.resolved.layers)

    def style_size(size: int) -> int:
        return max(1, round(style_last * size / last))

    def fitted(size: int) -> list[tuple[int, int]]:
        """List heights and widths of the new picture and of the styles."""
        shapes = [guide.style.shape for guide in pictures.guides]
        styles = [resizing.size_within(h, w, style_size(size)) for _, h, w, _ in shapes]
        return [resizing.size_within(height, width, size, upscale=True), *styles]

    def stage(i: int, size: int, steps: int) -> Stage:
        new, *styles = fitted(size)
        tiles = [fitting.tile(settings, (1, *new, 3), steps=steps, share=max(result) / last)]
        if styles and max(map(math.prod, styles)) > math.prod(new):
            largest = (1, *max(styles, key=math.prod), 3)
            tiles.append(fitting.tile(settings, largest, steps=0, option="style size"))
        first = i == 0 and size != last
        optimizer = settings.resolved.first_optimizer if first else settings.optimizer
        tile = min(filter(None, tiles), default=None)
        return Stage(size, style_size(size), steps, optimizer, tile)

    check_sizes(settings, original, [guide.style.shape[1:3] for guide in pictures.guides])
    found = sizes(last, first=settings.first_size or last, ratio=settings.size_ratio)
    found = [size for size in found if size == last or min(map(min, fitted(size))) >= least]
    steps = evaluations(settings, found)
    return [stage(i, size, steps[i]) for i, size in enumerate(found)]


def begins(
    stages: Sequence[Stage], painted: tuple[int, int], *, share: tuple[float, float] = (1.0, 1.0)
) -> dict[int, tuple[int, int]]:
    """Return height and width of each stage's picture by the steps that are done when it begins.

    `painted` are those of the canvas; `share` is what they are multiplied by.
    """
    found, done = {}, 0
    for stage in stages:
        size = resizing.size_within(*painted, stage.size, upscale=True)
        height, width = (round(length * part) for length, part in zip(size, share, strict=True))
        found[done], done = (height, width), done + stage.steps
    return found


def map_sizes(settings: Settings, height: int, width: int) -> dict[str, tuple[int, int]]:
    """Return height and width of each layer's map for a picture of this size; 0 for too small."""
    return graph.sizes(BACKBONES[settings.backbone].table, height, width)


def sizes(last: int, *, first: int, ratio: float) -> list[int]:
    """List the long sides from the smallest, at least `first`, to `last`, by `ratio` each.

    round(last / ratioⁱ) for i = n, …, 0. Only `last` where it is no larger than `first`.
    """
    found = [last]
    while (size := round(last / ratio ** len(found))) >= first:
        found.append(size)
    return found[::-1]


def evaluations(settings: Settings, sizes: Sequence[int]) -> list[int]:
    """List how many evaluations each of some sizes has.

    The first number of `settings.steps` goes with the first size, the last one with all that
    remain.
    """
    steps = settings.steps
    return [steps[min(i, len(steps) - 1)] for i in range(len(sizes))]


def enlarge(state: Any, height: int, width: int) -> Any:
    """Resize what an optimizer keeps of each pixel, and leave the rest of its state alone.

    Bilinear, so that what is positive, as Adam's mean of squares, stays positive.
    """

    def one(array: Any) -> Any:
        if np.ndim(array) != 4:
            return array
        new = resizing.resample(array, height, width, PIL.Image.Resampling.BILINEAR)
        return new.astype(array.dtype)

    return jax.tree.map(one, state)
