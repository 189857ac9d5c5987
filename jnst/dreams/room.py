"""Whether a step fits into the memory, before the first one is made."""

from collections.abc import Callable, Collection
from typing import Any

from jnst import memory
from jnst.arrays import InputError


def check_room(
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
        backbone: a name in `jnst.backbones.BACKBONES`.
        layers: those that the step reads.
        seen: height and width of what the network sees at a time.
        lower: returns the step as JAX lowers it, before it is compiled.
        instead: what else to do about it than to take a smaller size.

    """
    shape, free = (1, *size, 3), memory.USABLE * memory.available()
    taken = memory.pictures(shape)
    if taken + memory.at_most(backbone, layers, (1, *seen, 3)) < free:
        return
    if taken < free:
        taken += memory.account(lower().compile())
    if taken > free:
        raise InputError(
            f"at {size[1]} x {size[0]} pixels a {what} needs {taken / 1e9:.1f} GB, and "
            f"{free / 1e9:.1f} can be used: take size {int(max(size) * (free / taken) ** 0.5)}"
            f"{instead}"
        )
