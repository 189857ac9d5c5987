"""The way from a small picture to the large one."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from jnst import image, memory, pyramid
from jnst.backbones import BACKBONES, graph
from jnst.network import least_side
from jnst.pictures import Pictures
from jnst.settings import Settings, content_layers, style_layers


class Stage(NamedTuple):
    """One size of the way from coarse to fine: long sides in pixels, evaluations, and tiles."""

    size: int
    style_size: int
    steps: int
    tile: int | None = None


def costs(stages: Sequence[Stage]) -> list[float]:
    """List the time that each evaluation takes, relative to the others: the pixels it looks at."""
    return [float(stage.size**2) for stage in stages for _ in range(stage.steps)]


def plan(pictures: Pictures, settings: Settings) -> list[Stage]:
    """List the stages of a run, the smallest first.

    The last stage has the size of the result. The style picture keeps its proportion to it. The
    first number of `settings.steps` goes with the smallest size, the last one with all that remain.
    Sizes at which a picture would be too small for the layers are left out.

    Raises:
        InputError: for a size that does not fit into memory, see `memory.tile`.

    """
    height, width = pictures.content.shape[1:3]
    last = max(image.size_within(height, width, settings.size, upscale=settings.upscale))
    style_last = settings.style_size or last
    layers = (*content_layers(settings), *style_layers(settings))
    least = least_side(settings.backbone, layers)

    def style_size(size: int) -> int:
        return max(1, round(style_last * size / last))

    def fitted(size: int) -> list[tuple[int, int]]:
        """List heights and widths of the new picture and of the styles."""
        shapes = [guide.style.shape for guide in pictures.guides]
        styles = [image.size_within(h, w, style_size(size)) for _, h, w, _ in shapes]
        return [image.size_within(height, width, size, upscale=True), *styles]

    def stage(i: int, size: int) -> Stage:
        steps = settings.steps[min(i, len(settings.steps) - 1)]
        new, *styles = fitted(size)
        tiles = [memory.tile(settings, (1, *new, 3), steps=steps)]
        if styles and max(map(math.prod, styles)) > math.prod(new):
            largest = (1, *max(styles, key=math.prod), 3)
            tiles.append(memory.tile(settings, largest, steps=0, option="style size"))
        return Stage(size, style_size(size), steps, min(filter(None, tiles), default=None))

    sizes = pyramid.sizes(last, first=settings.first_size or last, ratio=settings.size_ratio)
    sizes = [size for size in sizes if size == last or min(map(min, fitted(size))) >= least]
    return [stage(i, size) for i, size in enumerate(sizes)]


def map_sizes(settings: Settings, height: int, width: int) -> dict[str, tuple[int, int]]:
    """Return height and width of each layer's map for a picture of this size; 0 for too small."""
    return graph.sizes(BACKBONES[settings.backbone].table, height, width)
