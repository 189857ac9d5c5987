"""The memory that a run of style transfer takes, and the tiles that make it fit."""

import functools
import math

import jax
import numpy as np

from jnst.backbones import graph
from jnst.backbones.tables import BACKBONES
from jnst.engines import memory
from jnst.engines.build import engine, whole_picture_loss, why_not_tiled
from jnst.errors import InputError
from jnst.losses import jitter
from jnst.losses.objective import Constants, Goal
from jnst.transfer.settings import Settings
from jnst.weights.network import open_network
from jnst.xla import jit

ASKED = 4096
"""The long side of the largest picture that XLA is asked about."""


SIZES = (2048, 1536, 1024, 768, 512, 384)
"""Windows to choose from. Their margins of 80 pixels make smaller ones slow."""


def needed(settings: Settings, shape: tuple[int, ...]) -> int:
    """Return the bytes that one evaluation of a picture [1, h, w, 3] takes, by XLA's own account.

    In float32; twice as many in float64. Of a very large picture, whose positions XLA could not
    count, by a smaller one and the number of pixels.
    """
    smaller = min(1.0, ASKED / max(shape))
    side = [max(1, round(smaller * count)) for count in shape[1:3]]
    share = math.prod(side) / math.prod(shape[1:3])
    return round(_compiled(settings, (1, *side, 3)) / share)


@functools.cache
def _compiled(settings: Settings, shape: tuple[int, ...]) -> int:
    """Compile one evaluation, in float32, and return the bytes that it takes; it is not run."""
    resolved = settings.resolved
    chosen = engine("jax", resolved.objective)
    params = open_network(settings.backbone, resolved.layers, weights=settings.weights).params
    params, prepared = (
        jax.tree.map(lambda array: jax.ShapeDtypeStruct(array.shape, np.float32), found)
        for found in (params, chosen.prepare(params))
    )
    image = jax.ShapeDtypeStruct(shape, np.float32)
    goals = {}
    of_terms = {"content": resolved.content_layers, "style": resolved.style_layers}
    for term, layers in of_terms.items():
        of_term = functools.partial(chosen.targets, term)
        targets = jax.eval_shape(of_term, params, image, dict.fromkeys(layers))
        goals[term] = {layer: [Goal(target, 1.0)] for layer, target in targets.items()}
    program = (
        jit(chosen.evaluate)
        .lower(Constants(prepared, goals, resolved.picture_goals), image)
        .compile()
    )
    return memory.account(program)


def loop_bytes(settings: Settings, shape: tuple[int, ...], steps: int) -> int:
    """Return about how many bytes loop and optimizer hold, however a picture is cut."""
    remembered = 2 * min(settings.history, steps) if "lbfgs" in settings.optimizer else 2
    bytes_each = np.dtype(settings.resolved.dtype).itemsize
    pictures = (remembered + memory.AT_WORK) * math.prod(shape)
    views = jitter.VIEWS * _content_numbers(settings, shape) if settings.jitter else 0
    return (pictures + views) * bytes_each


def _content_numbers(settings: Settings, shape: tuple[int, ...]) -> int:
    """Return how many numbers the content's features are."""
    table = BACKBONES[settings.backbone].table
    sizes = graph.sizes(table, *shape[1:3])
    layers = settings.resolved.content_layers
    return sum(one.channels * math.prod(sizes[one.name]) for one in table if one.name in layers)


def tile(
    settings: Settings,
    shape: tuple[int, ...],
    *,
    steps: int,
    option: str = "size",
    share: float = 1.0,
) -> int | None:
    """Return the side of the tiles to compute a picture [1, h, w, 3] in; None for the whole.

    With `settings.tile` "auto" it is cut only if so many steps do not fit into the memory that is
    free; on several devices it never is. `option` is the setting that made the picture so large;
    `share` of the long side is its own, the rest are margins.

    Raises:
        InputError: if it does not fit, and the losses cannot be had in tiles.

    """
    resolved, pixels = settings.resolved, shape[1] * shape[2]
    if settings.engine != "jax" or settings.devices > 1 or settings.tile == "off":
        return None
    if isinstance(settings.tile, int):
        return settings.tile if settings.tile < max(shape) else None
    free, kept = memory.USABLE * memory.available(), loop_bytes(settings, shape, steps)
    factor = np.dtype(resolved.dtype).itemsize // 4
    bound = factor * memory.at_most(settings.backbone, resolved.layers, shape)
    if not whole_picture_loss(resolved.objective) and bound + kept < free:
        return None  # without asking XLA
    computed = factor * needed(settings, shape)
    if computed + kept < free:
        return None
    cannot = why_not_tiled(resolved.objective)
    fitting = [size for size in SIZES if computed * size**2 / pixels + kept < free]
    if not cannot and fitting:
        return fitting[0]
    fits = [free / (computed + kept)]  # of its pixels, as a whole or in the smallest tiles
    if not cannot:
        fits.append((free - computed * SIZES[-1] ** 2 / pixels) / kept)
    largest = int(share * max(shape) * max(0.0, *fits) ** 0.5)
    raise InputError(
        f"at {shape[2]} x {shape[1]} pixels a run needs {(computed + kept) / 1e9:.1f} GB, and "
        f"{free / 1e9:.1f} can be used: take {option} {largest}{cannot and f'; {cannot}'}"
    )
