"""The gradient of a dream, in tiles and shifted, and the step along it."""

import numpy as np
import pytest

from jnst.dreams import ascent as module
from jnst.dreams.activation import Aim
from jnst.dreams.ascent import HALO, ascent, move, spans
from jnst.weights import network

RNG = np.random.default_rng(0)
PICTURE = RNG.random((1, 40, 48, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def params(tiny):
    return network.WEIGHTS["trained"]("vgg19")


def aim(*layers, weight=1.0, objective="squares"):
    return Aim(layers, (weight,) * len(layers), ((),) * len(layers), objective)


def gradient(params, picture, chosen, **options):
    return ascent("vgg19", params, picture, chosen, {}, **{"shift": (0, 0), **options})


def test_a_step_moves_pixels_by_as_much_as_it_says():
    grey, slope = np.full((1, 8, 9, 3), 0.5, np.float32), RNG.normal(size=(1, 8, 9, 3))
    for levels in (0, 2):
        moved = np.asarray(move(grey, 1e5 * slope.astype(np.float32), 0.01, levels))
        assert np.abs(moved - 0.5).mean() == pytest.approx(0.01, rel=1e-4)
    np.testing.assert_array_equal(move(grey, 0 * grey, 0.01, 2), grey)


def test_a_shift_by_the_whole_picture_is_none(params):
    chosen = aim("relu2_1")
    still, round_ = (gradient(params, PICTURE, chosen, shift=s) for s in ((0, 0), (-40, 96)))
    np.testing.assert_array_equal(still.gradient, round_.gradient)
    assert still.total == round_.total


def test_a_shift_of_a_seamless_picture_changes_nothing_inside(params):
    chosen = aim("relu1_2")
    still, moved = (gradient(params, PICTURE, chosen, shift=s) for s in ((0, 0), (3, -5)))
    inside = np.s_[:, 12:-12, 12:-12]
    size = np.abs(still.gradient).max()
    np.testing.assert_allclose(moved.gradient[inside], still.gradient[inside], atol=1e-5 * size)


def test_weights_scale_the_gradient(params):
    one, three = (gradient(params, PICTURE, aim("relu2_1", weight=w)) for w in (1.0, 3.0))
    size = np.abs(one.gradient).max()
    np.testing.assert_allclose(three.gradient, 3 * one.gradient, rtol=1e-3, atol=1e-6 * size)
    assert three.total == pytest.approx(3 * one.total)


@pytest.mark.parametrize("length", [1, 7, 64, 100, 129])
@pytest.mark.parametrize("tile", [None, 7, 64])
@pytest.mark.parametrize("shift", [-9, 0, 50])
def test_spans_meet_every_pixel_once_and_have_one_size(length, tile, shift):
    found = spans(length, tile, shift)
    met = np.concatenate([span.first + np.arange(span.kept) for span in found]) % length
    assert sorted(met) == list(range(length))
    assert len({span.seen for span in found}) == 1
    for span in found:
        assert span.before + span.kept <= span.seen <= length
        assert tile is None or span.kept <= tile


def test_tiles_of_a_layer_that_sees_little_give_the_gradient_of_the_whole(params, monkeypatch):
    monkeypatch.setattr(module, "HALO", 12)
    chosen = aim("relu1_2", "relu2_1")
    whole = gradient(params, PICTURE, chosen)
    tiles = gradient(params, PICTURE, chosen, tile=24)
    inside = np.s_[:, 12:-12, 12:-12]  # at its edge tiles see the other edge
    size = np.abs(whole.gradient).max()
    np.testing.assert_allclose(tiles.gradient[inside], whole.gradient[inside], atol=1e-4 * size)
    assert tiles.total == pytest.approx(whole.total, rel=0.2)


def test_the_halo_is_thrown_away():
    assert HALO == 64
    assert spans(1000, 500, 3)[1] == (503, 500, 64, 628)
