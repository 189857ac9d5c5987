"""Whether a dream fits into the memory, before it is dreamt."""

import jax
import numpy as np

from jnst import memory
from jnst.arrays import InputError, Params
from jnst.dreams.activation import Aim, Targets
from jnst.dreams.ascent import program, spans


def check_room(
    backbone: str,
    params: Params,
    size: tuple[int, int],
    aim: Aim,
    targets: Targets,
    *,
    tile: int | None,
) -> None:
    """Raise an `InputError`, which says what would fit, where a step takes more than is free.

    XLA is asked, by compiling the step, only where that is not clear already. The arguments are
    those of `ascent`; `size` is the picture's height and width.
    """
    shape, free = (1, *size, 3), memory.USABLE * memory.available()
    seen = [max(span.seen for span in spans(side, tile, 0)) for side in size]
    taken = memory.pictures(shape)
    if taken + memory.at_most(backbone, aim.layers, (1, *seen, 3)) < free:
        return
    if taken < free:
        image, start = jax.ShapeDtypeStruct(shape, np.float32), np.zeros(2, int)
        lowered = program(backbone, aim, *seen).lower(params, targets, image, start)
        taken += memory.account(lowered.compile())
    if taken > free:
        raise InputError(
            f"at {size[1]} x {size[0]} pixels a dream needs {taken / 1e9:.1f} GB, and "
            f"{free / 1e9:.1f} can be used: take size {int(max(size) * (free / taken) ** 0.5)}"
            f"{'' if tile else ', or a tile of 512'}"
        )
