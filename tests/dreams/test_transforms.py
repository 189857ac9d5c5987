"""Movements of a picture before the network sees it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gradcheck import check as check_gradient
from gradcheck import float64
from programs import quick

from jnst.dreams import fourier, transforms


def test_grad_reaches_waves_through_transforms():
    with float64():
        rng = np.random.default_rng(0)
        spectrum, weight = 0.05 * rng.normal(size=(2, 9, 5, 3)), rng.normal(size=(1, 33, 33, 3))
        move = np.array([0.3, -1.2]), np.array(1.05), np.array(0.07)

        def f(z):
            seen = transforms.resampled(fourier.to_image(z, 9), *move)
            return jnp.sum(weight * seen)

        value_and_gradient = quick(jax.value_and_grad(f))
        _, gradient = value_and_gradient(spectrum)
        check_gradient(lambda z: value_and_gradient(z)[0], spectrum, gradient, name="f", eps=1e-7)


resampled = quick(transforms.resampled)
moved = quick(transforms.moved)


def test_no_movement_only_pads_and_movements_go_where_they_say():
    image = np.random.default_rng(0).random((1, 10, 13, 3)).astype(np.float32)
    still = np.zeros(2, np.float32), np.array(1, np.float32), np.array(0, np.float32)
    padded = np.pad(image, [(0, 0), (12, 12), (12, 12), (0, 0)], constant_values=0.5)
    np.testing.assert_allclose(resampled(image, *still), padded, atol=1e-6)
    down = np.array([2, -3], np.float32), *still[1:]
    found = np.asarray(resampled(image, *down))
    np.testing.assert_allclose(found[:, 14:24, 9:22], image, atol=1e-6)
    square = image[:, :10, :10]
    quarter = np.array(np.pi / 2, np.float32)
    turned = np.asarray(resampled(square, still[0], still[1], quarter))
    clockwise = np.rot90(square, -1, axes=(1, 2))
    np.testing.assert_allclose(turned[:, 12:-12, 12:-12], clockwise, atol=1e-5)
    spot = np.full((1, 9, 9, 3), 0.5, np.float32)
    spot[:, 3:6, 3:6] = 1
    twice = np.array(2, np.float32)
    large = np.asarray(resampled(spot, still[0], twice, still[2]))
    assert (large - 0.5).sum() == pytest.approx(4 * (spot - 0.5).sum(), rel=0.1)


def test_random_movements_differ_by_key_alone():
    image = np.random.default_rng(0).random((1, 10, 13, 3)).astype(np.float32)
    one, same, other = (np.asarray(moved(jax.random.key(k), image)) for k in (1, 1, 2))
    assert one.shape == (1, 34, 37, 3)
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
