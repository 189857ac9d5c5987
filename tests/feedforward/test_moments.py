"""Moments of parts, merged into those of the whole."""

import functools

import numpy as np
import pytest

from jnst.feedforward.moments import merge, moments

RNG = np.random.default_rng(0)
LOTS = np.float32(1000)


@pytest.mark.parametrize("offset", [0, LOTS])
def test_parts_have_together_the_moments_of_the_whole(offset):
    x = (offset + RNG.normal(size=(1, 12, 10, 3)) * [1, 2, 3]).astype(np.float32)
    counted = np.ones((1, 12, 10, 1), np.float32)
    parts = [np.s_[:, :5], np.s_[:, 5:, :3], np.s_[:, 5:, 3:]]
    found = functools.reduce(merge, [moments(x[part], counted[part]) for part in parts])
    exact = x.astype(np.float64)
    assert found.count == 120
    np.testing.assert_allclose(found.mean, exact.mean((0, 1, 2)), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(found.squares / 120, exact.var((0, 1, 2)), rtol=1e-4)


def test_only_what_counts_is_counted():
    x = np.arange(12, dtype=np.float32).reshape(1, 3, 4, 1)
    counted = np.zeros((1, 3, 4, 1), np.float32)
    counted[:, 1, 1:3] = 1
    assert [float(n.sum()) for n in moments(x, counted)] == [2, 5.5, 0.5]
