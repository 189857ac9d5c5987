"""How much memory an evaluation will take, before it is run, and whether to cut it into tiles."""

import resource
from functools import partial
from pathlib import Path

import jax
import numpy as np
import psutil

from jnst.arrays import InputError
from jnst.backbones import weights
from jnst.engines import engine, in_tiles
from jnst.objective import Constants, Goal
from jnst.settings import Settings, float_type, losses
from jnst.xla import jit

ROUGHLY = 2000
"""Bytes a pixel that no evaluation with VGG has needed; with less than that nobody need ask XLA."""
SPARE = 0.8
"""The share of the free memory that an evaluation may take; the rest is for the optimiser."""
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
    found = [psutil.virtual_memory().available]
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY:
        found.append(limit - psutil.Process().memory_info().vms)
    group = Path("/sys/fs/cgroup")
    try:
        most, used = ((group / f"memory.{name}").read_text() for name in ("max", "current"))
        found.append(int(most) - int(used))
    except (OSError, ValueError):  # no such group, or its limit is the word "max"
        pass
    return max(0, min(found))


def needed(settings: Settings, shape: tuple[int, ...]) -> int:
    """Return the bytes that one evaluation of a picture [1, h, w, 3] takes, by XLA's own account.

    In float32; twice as many in float64. Compiles the program, and allocates nothing.
    """
    chosen = engine("jax", losses(settings))
    params = weights.load(settings.backbone, normalized=settings.normalized_weights)
    params = jax.tree.map(lambda array: jax.ShapeDtypeStruct(array.shape, np.float32), params)
    image = jax.ShapeDtypeStruct(shape, np.float32)
    goals = {}
    for term, layers in (("content", settings.content_layers), ("style", settings.style_layers)):
        of_term = partial(chosen.targets, term)
        targets = jax.eval_shape(of_term, params, image, dict.fromkeys(layers))
        goals[term] = {layer: [Goal(target, 1.0)] for layer, target in targets.items()}
    program = jit(chosen.evaluate).lower(Constants(params, goals, 1.0), image).compile()
    found = program.memory_analysis()
    sizes = (found.temp_size_in_bytes, found.argument_size_in_bytes, found.output_size_in_bytes)
    return sum(sizes)


def tile(settings: Settings, shape: tuple[int, ...]) -> int | None:
    """Return the side of the windows to compute a picture [1, h, w, 3] in; None for no windows.

    With `settings.tile` "auto" it is cut only if it does not fit into the memory that is free.

    Raises:
        InputError: if it does not fit, and the losses cannot be had in windows.

    """
    pixels = shape[1] * shape[2]
    if settings.engine != "jax" or settings.devices > 1 or settings.tile == "off":
        return None
    if isinstance(settings.tile, int):
        return settings.tile if settings.tile < max(shape) else None
    room = SPARE * available()
    factor = np.dtype(float_type(settings)).itemsize // 4
    if pixels * ROUGHLY * factor < room:
        return None
    bytes_needed = factor * needed(settings, shape)
    if bytes_needed < room:
        return None
    fitting = [size for size in SIZES if bytes_needed * min(1.0, size**2 / pixels) < room]
    least = round(max(shape) * (room / bytes_needed) ** 0.5)
    problem = (
        f"at {shape[2]} x {shape[1]} pixels an evaluation needs {bytes_needed / 1e9:.1f} GB, and "
        f"{room / 1e9:.1f} are free"
    )
    if not fitting:
        raise InputError(f"{problem}: take size {least}")
    try:
        in_tiles(losses(settings), fitting[0])
    except InputError as error:
        raise InputError(f"{problem}: take size {least}; {error}") from None
    return fitting[0]
