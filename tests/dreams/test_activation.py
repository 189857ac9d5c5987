"""What a dream increases, worked out on paper; tests/byhand has the derivatives."""

import numpy as np
import pytest

from jnst.dreams.activation import Aim, guided, mean, squares, total

MAP = np.float32([[1, -2], [3, 0]]).reshape(1, 2, 1, 2)  # two positions, two channels


def test_objectives_on_paper():
    assert squares(MAP) == (1 + 4 + 9) / 8
    assert mean(MAP) == 2 / 4


def test_each_position_takes_after_the_best_of_the_guide():
    guide = np.float32([[1, 0], [0, -1], [0, 0]]).reshape(1, 1, 3, 2)
    # (1, -2) is nearest to (0, -1), product 2; (3, 0) to (1, 0), product 3.
    assert guided(MAP, guide) == (2 + 3) / 4


def test_layers_add_up_by_weight_over_the_chosen_channels():
    aim = Aim(("a", "b"), (2.0, 10.0), ((), (1,)), "mean")
    value, parts = total(aim, {"a": MAP, "b": 5 * MAP}, {})
    assert {layer: float(part) for layer, part in parts.items()} == {"a": 1, "b": -50}
    assert value == pytest.approx(-49)
