"""Thin lines are found in their direction."""

import numpy as np
import pytest
from helpers import load_script

NOISE = np.random.default_rng(0).random((80, 90))


@pytest.fixture(scope="module")
def share():
    return load_script("bench/lines.py").share


def test_of_noise_a_thirteenth_is_on_lines(share):
    assert share(NOISE, 0) == pytest.approx(1 / 13, rel=0.1)


@pytest.mark.parametrize(("axis", "angle"), [(0, 0), (1, 90)])
def test_lines_are_all_there_is_along_them_and_nothing_across(share, axis, angle):
    lines = np.broadcast_to(NOISE[:1] if axis == 0 else NOISE[:, :1], NOISE.shape)
    assert share(lines, angle) == pytest.approx(1, abs=0.02)
    assert share(lines + 0.1 * NOISE, 90 - angle) < 0.2


def test_a_thin_line_adds_at_its_angle(share):
    marked = NOISE.copy()
    marked[:, 40] -= 1
    assert share(marked, 0) > 1.2 * share(NOISE, 0)
    assert share(marked, 45) < 1.1 * share(NOISE, 45)
