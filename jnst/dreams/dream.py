"""DeepDream: a picture in which a network sees more and more of what it began to see.

A. Mordvintsev, C. Olah and M. Tyka, "Inceptionism: Going Deeper into Neural Networks" (Google
Research Blog, 2015), and their notebook (google/deepdream): the recipe is theirs, with more steps
and a smoothed gradient (see `jnst.dreams.ascent`). Gradient ascent at growing sizes ("octaves"):
what was dreamt at one size is enlarged and added to the picture at the next, so that large forms
come first and fine ones grow upon them.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import numpy as np
import PIL.Image

from jnst.arrays import AnyPicture, Image, Params
from jnst.backbones.checks import too_small
from jnst.backbones.tables import BACKBONES
from jnst.dreams.activation import Aim, Targets
from jnst.dreams.ascent import HALO, PADDING, ascent, move, program, spans
from jnst.dreams.checks import aim_of
from jnst.dreams.settings import DreamSettings
from jnst.engines.memory import check_memory
from jnst.errors import InputError
from jnst.methods.progress import Progress
from jnst.pictures import resizing as images
from jnst.weights.network import open_network
from jnst.xla import find_devices, make_room, own_switches


def octave_sizes(height: int, width: int, settings: DreamSettings) -> list[tuple[int, int]]:
    """List (height, width) of the octaves, the smallest first: each side / ratioⁱ, rounded."""
    height, width = images.size_within(height, width, settings.size, upscale=settings.upscale)
    return [
        (round(height / settings.octave_ratio**i), round(width / settings.octave_ratio**i))
        for i in reversed(range(settings.octaves))
    ]


class Prepared(NamedTuple):
    """Shared by all pictures of a journey: the network, what is increased, the guide's maps."""

    backbone: str
    aim: Aim
    params: Params
    targets: Targets


@own_switches
def load(settings: DreamSettings, *, guide: AnyPicture | None = None) -> Prepared:
    """Read the weights, and measure the guide: what it shows shall grow, where there is one.

    Raises `InputError` for settings that cannot be used, missing weights, and a guide too small.
    """
    backbone, aim = aim_of(settings)
    find_devices()  # what the environment asks for may not be there
    params = jax.device_put(open_network(backbone, aim.layers).params)
    targets: Targets = {}
    if guide is not None:
        guide = images.fit(guide, settings.guide_size)
        if reason := too_small(backbone, aim.layers, *guide.shape[1:3]):
            raise InputError(f"the guide is {reason}; take a larger one or an earlier layer")
        targets = BACKBONES[backbone].features(params, guide, aim.layers, padding=PADDING)
    return Prepared(backbone, aim, params, targets)


@own_switches
def dream(image: Image, settings: DreamSettings, prepared: Prepared) -> Iterator[Progress]:
    """Dream upon a picture; yield after each step. The last `image` is the result.

    Args:
        image: the picture, sRGB in [0, 1].
        settings: the size and number of octaves, and how to move.
        prepared: what `load` made of these settings.

    Raises:
        InputError: for a picture too small or larger than the memory, and where nothing responds
            to it.

    """
    backbone, aim, params, targets = prepared
    sizes = octave_sizes(image.shape[1], image.shape[2], settings)
    for size in sizes:
        seen = [min(side, (settings.tile or side) + 2 * HALO) for side in size]
        if reason := too_small(backbone, aim.layers, *seen):
            raise InputError(
                f"the smallest octave shows the network {reason}; take a larger size, fewer "
                "octaves or an earlier layer"
            )
    rng = np.random.default_rng(settings.seed)
    _check_room(prepared, sizes[-1], settings.tile)
    original = images.resize(image, *sizes[-1])
    if settings.start == "noise":
        # Of the smallest size: finer noise would come anew with each octave, and be seen through.
        noise = 0.5 + 0.1 * rng.standard_normal((1, *sizes[0], 3), np.float32)
        original = images.resize(noise.clip(0, 1), *sizes[-1])
    detail = np.zeros((1, *sizes[0], 3), np.float32)
    done = 0
    for height, width in sizes:
        make_room(("dream", backbone, aim, height, width, settings.tile))
        base = images.resize(original, height, width)
        grown = images.resample(detail, height, width, PIL.Image.Resampling.BILINEAR)
        picture = (base + grown).clip(0, 1)
        for _ in range(settings.steps):
            shift = _shift(height, settings, rng), _shift(width, settings, rng)
            found = ascent(backbone, params, picture, aim, targets, shift=shift, tile=settings.tile)
            if not np.isfinite(found.total):
                raise InputError("the responses are not finite numbers; lower layer_weights")
            if not done and not found.gradient.any():
                raise InputError(
                    "nothing in the chosen layers and channels responds to the picture; choose "
                    "others, or start from noise"
                )
            moved = move(picture, found.gradient, settings.step_size / 255, settings.smooth)
            picture, done = np.asarray(moved), done + 1
            yield Progress(done, found.total, found.parts, picture, picture, found.total, 1.0)
        detail = picture - base


def _check_room(prepared: Prepared, size: tuple[int, int], tile: int | None) -> None:
    backbone, aim, params, targets = prepared
    height, width = (max(span.seen for span in spans(side, tile, 0)) for side in size)

    def lower() -> Any:
        image, start = jax.ShapeDtypeStruct((1, *size, 3), np.float32), np.zeros(2, int)
        return program(backbone, aim, height, width).lower(params, targets, image, start)

    instead = "" if tile else ", or a tile of 512"
    seen = height, width
    check_memory("dream", size, backbone, aim.layers, seen, lower, instead=instead)


def _shift(side: int, settings: DreamSettings, rng: np.random.Generator) -> int:
    """Draw a shift: where an axis is cut into tiles, enough of one to bring a seam anywhere."""
    most = settings.jitter
    if settings.tile is not None and side > settings.tile:
        most = max(most, settings.tile // 2)
    return int(rng.integers(-most, most + 1))
