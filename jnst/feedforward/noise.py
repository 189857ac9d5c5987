"""The noise that some networks take beside a picture, as texture networks do."""

import numpy as np

from jnst.feedforward.layers import Input, Table


def draw(
    table: Table, rng: np.random.Generator, sides: tuple[int, int], *, count: int = 1
) -> dict[str, np.ndarray]:
    """Draw the noise of some pictures, uniform in [0, 1); nothing where a network takes none.

    Args:
        table: the network.
        rng: from where.
        sides: height and width of the pictures, which the noise's strides divide.
        count: how many pictures there are.

    Returns:
        Maps [count, h / stride, w / stride, channels] by the name of their row, float32.

    """
    height, width = sides
    return {
        row.name: rng.random(
            (count, height // row.stride, width // row.stride, row.channels), np.float32
        )
        for row in table
        if isinstance(row, Input) and row.stride
    }
