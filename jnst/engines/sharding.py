"""One picture on several devices: each holds some rows of all maps.

XLA's partitioner does the work: told that the picture is cut along its height, it cuts every map
after it likewise, has neighbours exchange the rows that a convolution sees beyond the cut, and adds
up the sums that are over all positions. Heights need not divide evenly.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from jnst.arrays import Image
from jnst.errors import InputError
from jnst.losses.objective import Constants, Evaluation
from jnst.xla import find_devices


def check_devices(count: int) -> None:
    """Raise an `InputError` if there are fewer devices than `count`."""
    there = len(find_devices())
    if count > there:
        raise InputError(f"devices must be at most {there}, as many as there are, not {count}")


def sharding(devices: Sequence[Any], *axes: str) -> NamedSharding:
    """Say that an array is whole on every device or, given "rows", that each has some of them."""
    mesh = Mesh(np.array(devices), ("rows",))
    return NamedSharding(mesh, PartitionSpec(*((None, *axes) if axes else ())))


def spread(
    evaluate: Callable[[Constants, Image], Evaluation], devices: Sequence[Any]
) -> Callable[[Constants, Image], Evaluation]:
    """Return `evaluate(constants, image)` with the work on its maps divided among devices.

    Picture, gradient and constants are on all of them, so that an optimizer needs no change. It has
    to be jitted.
    """
    cut, whole = sharding(devices, "rows"), sharding(devices)

    def spread_evaluate(constants: Constants, image: Image) -> Evaluation:
        total, parts, gradient = evaluate(constants, jax.lax.with_sharding_constraint(image, cut))
        return Evaluation(total, parts, jax.lax.with_sharding_constraint(gradient, whole))

    return spread_evaluate
