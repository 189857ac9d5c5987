"""How much memory an evaluation will take, before it is run, and whether to cut it into tiles."""

import functools
import math
from collections.abc import Collection
from pathlib import Path
from typing import Any

import jax
import numpy as np
import psutil

from jnst.arrays import InputError
from jnst.backbones import BACKBONES, graph
from jnst.engines import at_once, engine, untiled
from jnst.network import open_network
from jnst.objective import Constants, Goal
from jnst.settings import Settings, content_layers, float_type, losses, style_layers
from jnst.xla import jit

USABLE = 0.8
"""The share of the free memory that a run may take."""
AT_WORK = 10
"""Pictures that the loop holds besides the optimiser's history: the newest, the best, the one on
its way, their gradients, and what is in between."""
ASKED = 4096
"""The long side of the largest picture that XLA is asked about."""
SIZES = (2048, 1536, 1024, 768, 512, 384)
"""Windows to choose from. Their margins of 80 pixels make smaller ones slow."""


def available() -> int:
    """Return the bytes that the device can still give: of its own memory, or of this machine's.

    On the CPU that is the least of what the machine, the control group (of a container), and the
    limit of the process (`ulimit -v`) leave.
    """
    stats = jax.devices()[0].memory_stats()
    if stats and "bytes_limit" in stats:
        return stats["bytes_limit"] - stats["bytes_in_use"]
    found, process = [psutil.virtual_memory().available], psutil.Process()
    if psutil.LINUX:
        limit, _ = process.rlimit(psutil.RLIMIT_AS)
        found += [limit - process.memory_info().vms] if limit > 0 else []
        found += group_available(Path("/sys/fs/cgroup"))
    return max(0, min(found))


def group_available(folder: Path) -> list[int]:
    """Return what a control group (version 2) may still take, or nothing where it has no limit.

    Files that it has read count as taken, but are dropped when memory is wanted.
    """
    try:
        most, used = (int((folder / f"memory.{name}").read_text()) for name in ("max", "current"))
        lines = (folder / "memory.stat").read_text().splitlines()
    except (OSError, ValueError):  # no such group, or its limit is the word "max"
        return []
    kept = dict(line.split() for line in lines)
    return [most - used + int(kept.get("inactive_file", 0))]


def at_most(backbone: str, layers: Collection[str], shape: tuple[int, ...]) -> int:
    """Return the bytes of all weights, and of all maps that the layers depend on with derivatives.

    For a picture [1, h, w, 3], in float32. No evaluation needs more, where no loss compares all
    positions with each other, and most need far less: XLA keeps a map only as long as something
    reads it, and of most what the backward pass wants is a bit.
    """
    table = BACKBONES[backbone].table
    found = graph.sizes(table, *shape[1:3])
    needed, kernels = graph.needed(table, layers), graph.kernels(table)
    weights = sum(math.prod(kernels.get(one.name, (0,))) for one in needed)
    maps = sum(one.channels * math.prod(found[one.name]) for one in needed)
    return round(4 * (weights + 2.2 * maps))  # a tenth for what the losses add


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
    chosen = engine("jax", losses(settings))
    layers = (*content_layers(settings), *style_layers(settings))
    params = open_network(settings.backbone, layers, learnt=settings.weights).params
    params = jax.tree.map(lambda array: jax.ShapeDtypeStruct(array.shape, np.float32), params)
    image = jax.ShapeDtypeStruct(shape, np.float32)
    goals = {}
    for term, layers in (("content", content_layers(settings)), ("style", style_layers(settings))):
        of_term = functools.partial(chosen.targets, term)
        targets = jax.eval_shape(of_term, params, image, dict.fromkeys(layers))
        goals[term] = {layer: [Goal(target, 1.0)] for layer, target in targets.items()}
    program = jit(chosen.evaluate).lower(Constants(params, goals, 1.0), image).compile()
    return account(program)


def account(program: Any) -> int:
    """Return the bytes that a compiled program takes, by XLA's own account."""
    found = program.memory_analysis()
    sizes = (found.temp_size_in_bytes, found.argument_size_in_bytes, found.output_size_in_bytes)
    return sum(sizes)


def pictures(shape: tuple[int, ...]) -> int:
    """Return about how many bytes a loop without a memory holds, in float32."""
    return 4 * AT_WORK * math.prod(shape)


def held(settings: Settings, shape: tuple[int, ...], steps: int) -> int:
    """Return about how many bytes loop and optimiser hold, however a picture is cut."""
    remembered = 2 * min(settings.history, steps) if "lbfgs" in settings.optimizer else 2
    return (remembered + AT_WORK) * math.prod(shape) * np.dtype(float_type(settings)).itemsize


def tile(
    settings: Settings, shape: tuple[int, ...], *, steps: int, option: str = "size"
) -> int | None:
    """Return the side of the tiles to compute a picture [1, h, w, 3] in; None for the whole.

    With `settings.tile` "auto" it is cut only if so many steps do not fit into the memory that is
    free; on several devices it never is. `option` is the setting that made the picture so large.

    Raises:
        InputError: if it does not fit, and the losses cannot be had in tiles.

    """
    pixels = shape[1] * shape[2]
    if settings.engine != "jax" or settings.devices > 1 or settings.tile == "off":
        return None
    if isinstance(settings.tile, int):
        return settings.tile if settings.tile < max(shape) else None
    free, kept = USABLE * available(), held(settings, shape, steps)
    factor = np.dtype(float_type(settings)).itemsize // 4
    layers = (*content_layers(settings), *style_layers(settings))
    bound = factor * at_most(settings.backbone, layers, shape)
    if not at_once(losses(settings)) and bound + kept < free:
        return None  # without asking XLA
    computed = factor * needed(settings, shape)
    if computed + kept < free:
        return None
    cannot = untiled(losses(settings))
    fitting = [size for size in SIZES if computed * size**2 / pixels + kept < free]
    if not cannot and fitting:
        return fitting[0]
    fits = [free / (computed + kept)]  # of its pixels, as a whole or in the smallest tiles
    if not cannot:
        fits.append((free - computed * SIZES[-1] ** 2 / pixels) / kept)
    largest = int(max(shape) * max(0.0, *fits) ** 0.5)
    raise InputError(
        f"at {shape[2]} x {shape[1]} pixels a run needs {(computed + kept) / 1e9:.1f} GB, and "
        f"{free / 1e9:.1f} can be used: take {option} {largest}{cannot and f'; {cannot}'}"
    )
