"""Correlations: as all of them looked up by SciPy, beyond the picture, and in their order."""

import jax.numpy as jnp
import numpy as np
import plain_raft
import pytest
from gradcheck import close
from programs import quick

from jnst.video import raft_correlation

pytestmark = pytest.mark.usefixtures("in_float64")


def look_up(first, second, places):
    def both(first, second, places):
        return raft_correlation.look_up(first, raft_correlation.pyramid(second), places)

    return np.asarray(quick(both)(first[None], second[None], places))[0]


@pytest.mark.parametrize("size", [(9, 6), (17, 3), (1, 1)])
def test_it_is_the_pyramid_of_all_pairs(size):
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, *size, 5))
    places = rng.uniform(-9, 25, size=(*size, 2))
    close(look_up(first, second, places), plain_raft.look_up(first, second, places), rtol=1e-12)


def test_far_beyond_the_picture_there_is_nothing():
    first = np.ones((2, 3, 4))
    for place in (-1e6, 1e6, -40.5):
        assert not look_up(first, first, np.full((2, 3, 2), place)).any()


def test_levels_are_averages_without_what_is_left_over():
    x = np.arange(15.0).reshape(1, 3, 5, 1)
    levels = raft_correlation.pyramid(jnp.asarray(x))
    assert [level.shape for level in levels] == [(3, 5, 1), (1, 2, 1), (0, 1, 1), (0, 0, 1)]
    np.testing.assert_array_equal(levels[1].ravel(), [3, 5])


def test_what_moved_correlates_most_where_it_is_now():
    rng = np.random.default_rng(0)
    first = rng.normal(size=(8, 9, 64))
    second = np.roll(first, (1, -2), (0, 1))  # down by one, to the left by two
    ys, xs = np.indices((8, 9))
    found = look_up(first, second, np.stack([xs, ys], -1).astype(float))[:-1, 2:, :49]
    np.testing.assert_array_equal(found.argmax(-1), (-2 + 3) * 7 + 1 + 3)
