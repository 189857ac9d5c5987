"""Poolings on paper; tests/byhand has their derivatives."""

import itertools

import jax
import numpy as np
import pytest

from jnst.backbones import pooling

MAP = np.float32([[1, 2, 3], [4, 0, -5], [9, 9, 9]]).reshape(1, 3, 3, 1)


@pytest.mark.parametrize(
    ("kind", "expected"), [("max", 4), ("avg", 7 / 4), ("l2", np.sqrt(1 + 4 + 16))]
)
def test_windows_side_by_side_drop_an_odd_row_and_column(kind, expected):
    found = pooling.POOLING[kind](MAP)
    assert found.shape == (1, 1, 1, 1)
    np.testing.assert_allclose(found[0, 0, 0, 0], expected, rtol=1e-6)
    same = pooling.SLIDING[kind](MAP, size=2, stride=2, frame="valid")
    np.testing.assert_allclose(same, found, rtol=1e-6)
    chosen = pooling.pool(MAP, kind, size=2, stride=2, frame="valid")
    np.testing.assert_array_equal(chosen, found)


def test_a_frame_is_never_the_maximum_and_counts_in_means_only_where_it_is_said_to():
    below = MAP - 20
    largest = pooling.slide_max(below, size=2, stride=2, frame="ceil")
    np.testing.assert_array_equal(largest[0, :, :, 0], [[-16, -17], [-11, -11]])
    of_pixels = pooling.slide_avg(MAP, size=3, stride=2, frame="same")
    of_all = pooling.slide_avg(MAP, size=3, stride=2, frame="same", framed=True)
    np.testing.assert_allclose(of_pixels[0, 0, 0, 0], 7 / 4, rtol=1e-6)
    np.testing.assert_allclose(of_all[0, 0, 0, 0], 7 / 9, rtol=1e-6)


def test_pixels_in_each_window():
    assert pooling.pixels(5, 3, 2, "same").tolist() == [2, 3, 2]
    assert pooling.pixels(6, 3, 2, "ceil").tolist() == [3, 3, 2]
    assert pooling.pixels(5, 3, 2, "valid").tolist() == [3, 3]


def test_the_gradient_goes_to_the_first_maximum_in_reading_order():
    """Behind a rectifier whole windows are zero."""
    corners = np.float32(list(itertools.product([0, 1], repeat=4)))  # each row is a window
    x = corners.reshape(16, 2, 2).transpose(1, 0, 2).reshape(1, 2, 32, 1)
    dx = jax.grad(lambda x: pooling.max_pool(x).sum())(x)
    found = np.asarray(dx).reshape(2, 16, 2).transpose(1, 0, 2).reshape(16, 4)
    np.testing.assert_array_equal(found, np.eye(4)[corners.argmax(axis=1)])
