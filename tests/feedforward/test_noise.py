"""Noise beside a picture: which a table takes, as large as its rows say, decided by a seed."""

import numpy as np

from jnst.feedforward import noise
from jnst.feedforward.layers import Input
from jnst.feedforward.networks import johnson, ulyanov_pyramid

TABLE = (Input("picture", 3), Input("a", 2, 4), Input("style", 5), Input("b", 1, 1))


def draw(seed, **options):
    return noise.draw(TABLE, np.random.default_rng(seed), (8, 12), **options)


def test_it_has_a_position_for_so_many_pixels():
    found = draw(0, count=3)
    assert {name: x.shape for name, x in found.items()} == {"a": (3, 2, 3, 2), "b": (3, 8, 12, 1)}
    assert {x.dtype for x in found.values()} == {np.dtype(np.float32)}
    assert draw(0)["a"].shape == (1, 2, 3, 2)


def test_it_is_uniform_between_0_and_1():
    x = noise.draw((Input("a", 50, 1),), np.random.default_rng(0), (40, 50))["a"]
    assert 0 <= x.min() < 0.001 < 0.999 < x.max() < 1
    np.testing.assert_allclose([x.mean(), x.var()], [1 / 2, 1 / 12], rtol=0.01)


def test_a_seed_decides_it():
    one, same, other = draw(1), draw(1), draw(2)
    np.testing.assert_array_equal(one["b"], same["b"])
    assert not np.array_equal(one["b"], other["b"])


def test_networks_that_take_none_get_none():
    rng = np.random.default_rng(0)
    assert noise.draw(johnson.table(), rng, (64, 64)) == {}
    assert len(noise.draw(ulyanov_pyramid.table(), rng, (64, 64))) == 6
