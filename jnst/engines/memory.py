"""Estimates of the memory that an evaluation will take, before it is run."""

import math
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import psutil

from jnst.backbones import graph, winograd
from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError
from jnst.xla import find_devices

USABLE = 0.8
"""The share of the free memory that a run may take."""
SMALL = 1 << 28
"""Bytes that there is always room for."""
AT_WORK = 10
"""Pictures that the loop holds besides the optimizer's history: the newest, the best, the one on
its way, their gradients, and what is in between."""


def available() -> int:
    """Return the bytes that the device can still give: of its own memory, or of this machine's.

    On the CPU that is the least of what the machine, the control group (of a container), and the
    limit of the process (`ulimit -v`) leave.
    """
    stats = find_devices()[0].memory_stats()
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

    For a picture [1, h, w, 3], in float32, with kernels as `backbones.winograd` has them. No
    evaluation needs more, where no loss compares all positions with each other, and most need far
    less: XLA keeps a map only as long as something reads it, and of most what the backward pass
    wants is a bit.
    """
    table = BACKBONES[backbone].table
    found = graph.sizes(table, *shape[1:3])
    needed, kernels = graph.needed(table, layers), graph.kernels(table)
    weights = sum(math.prod(kernels.get(one.name, (0,))) for one in needed)
    weights *= math.ceil(winograd.SEEN**2 / 3**2)
    maps = sum(one.channels * math.prod(found[one.name]) for one in needed)
    return round(4 * (weights + 2.2 * maps))  # a tenth for what the losses add


def account(program: Any) -> int:
    """Return the bytes that a compiled program takes, by XLA's own account."""
    found = program.memory_analysis()
    sizes = (found.temp_size_in_bytes, found.argument_size_in_bytes, found.output_size_in_bytes)
    return sum(sizes)


def stateless_loop_bytes(shape: tuple[int, ...]) -> int:
    """Return about how many bytes a loop holds whose optimizer keeps no state, in float32."""
    return 4 * AT_WORK * math.prod(shape)


def check_pictures(count: int, height: int, width: int) -> None:
    """Raise an `InputError` where there is no room for so many pictures, twice, in float32.

    Resizing takes that. What needs no more than `SMALL` is not looked at.
    """
    taken = 2 * count * 3 * 4 * height * width
    if taken > SMALL and taken > (free := USABLE * available()):
        raise InputError(
            f"pictures of {width} x {height} pixels need {taken / 1e9:.1f} GB, and "
            f"{free / 1e9:.1f} can be used: take a smaller size"
        )


def check_memory(
    what: str,
    size: tuple[int, int],
    backbone: str,
    layers: Collection[str],
    seen: tuple[int, int],
    lower: Callable[[], Any],
    *,
    instead: str = "",
) -> None:
    """Raise an `InputError`, which says what would fit, where a step takes more than is free.

    XLA is asked, by compiling the step, only where that is not clear already.

    Args:
        what: is made of steps.
        size: the picture's height and width.
        backbone: a name in `jnst.backbones.tables.BACKBONES`.
        layers: those that the step reads.
        seen: height and width of what the network sees at a time.
        lower: returns the step as JAX lowers it, before it is compiled.
        instead: what else to do about it than to take a smaller size.

    """
    shape, free = (1, *size, 3), USABLE * available()
    taken = stateless_loop_bytes(shape)
    if taken + at_most(backbone, layers, (1, *seen, 3)) < free:
        return
    if taken < free:
        taken += account(lower().compile())
    if taken > free:
        raise InputError(
            f"at {size[1]} x {size[0]} pixels a {what} needs {taken / 1e9:.1f} GB, and "
            f"{free / 1e9:.1f} can be used: take size {int(max(size) * (free / taken) ** 0.5)}"
            f"{instead}"
        )
