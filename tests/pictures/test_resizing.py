"""Sizes, crops and initial pictures."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jnst.errors import InputError
from jnst.pictures.resizing import cover, crop, fit, resize, size_within

SIDES = st.integers(1, 20000)
RNG = np.random.default_rng(0)


def noise(height, width):
    return RNG.random((1, height, width, 3), np.float32)


def lanczos(source, target):
    """The (target, source) matrix of antialiased Lanczos-3, from its definition."""
    scale = source / target
    stretch = max(scale, 1)
    centre = (np.arange(target) + 0.5) * scale
    t = (np.arange(source) + 0.5 - centre[:, None]) / stretch
    weight = np.where(np.abs(t) < 3, np.sinc(t) * np.sinc(t / 3), 0)
    return weight / weight.sum(axis=1, keepdims=True)


@given(SIDES, SIDES, SIDES, st.booleans())
def test_size_within_keeps_the_aspect_and_never_grows(height, width, long_side, upscale):
    got = size_within(height, width, long_side, upscale=upscale)
    wanted = long_side if upscale else min(long_side, max(height, width))
    assert max(got) == wanted
    for side, old in zip(got, (height, width), strict=True):
        assert isinstance(side, int)
        assert side >= 1
        assert upscale or side <= old
        assert side == 1 or abs(side - old * wanted / max(height, width)) <= 0.5


def test_size_within_by_example():
    assert size_within(600, 800, 400) == (300, 400)
    assert size_within(800, 600, 400) == (400, 300)
    assert size_within(600, 800, 1600) == (600, 800)
    assert size_within(600, 800, 1600, upscale=True) == (1200, 1600)
    assert size_within(1, 5000, 100) == (1, 100)


@pytest.mark.parametrize("bad", [(0, 5, 5), (5, 0, 5), (5, 5, 0), (5, 5, -1)])
def test_size_within_refuses_sides_below_one(bad):
    with pytest.raises(InputError, match="at least 1"):
        size_within(*bad)


@pytest.mark.parametrize("upscale", [False, True])
def test_fit_resizes_to_the_size_within(upscale):
    image = noise(20, 30)
    height, width = size_within(20, 30, 60, upscale=upscale)
    np.testing.assert_array_equal(fit(image, 60, upscale=upscale), resize(image, height, width))
    np.testing.assert_array_equal(fit(image, 9), resize(image, 6, 9))


@pytest.mark.parametrize("size", [(7, 5), (31, 40), (13, 55), (1, 1), (20, 31)])
def test_resize_is_antialiased_lanczos(size):
    image = 0.4 + 0.2 * noise(20, 30)  # far from 0 and 1: nothing is clipped
    got = resize(image, *size)
    rows, columns = lanczos(20, size[0]), lanczos(30, size[1])
    expected = np.einsum("yh,xw,bhwc->byxc", rows, columns, image)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, expected, atol=1e-6)


def test_resize_accepts_jax_arrays_and_doubles():
    image = noise(8, 6)
    expected = resize(image, 5, 9)
    np.testing.assert_array_equal(resize(jnp.asarray(image), 5, 9), expected)
    np.testing.assert_array_equal(resize(image.astype(np.float64), 5, 9), expected)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 255))
def test_constant_pictures_stay_constant(height, width, level):
    image = np.full((1, 17, 23, 3), level / 255, np.float32)
    np.testing.assert_allclose(resize(image, height, width), level / 255, atol=1e-6)


def test_resize_clips_the_overshoot():
    step = np.zeros((1, 4, 16, 3), np.float32)
    step[:, :, 8:] = 1
    got = resize(step, 4, 64)
    assert got.min() == 0
    assert got.max() == 1


def test_resize_to_its_own_size_is_the_identity():
    image = 3 * noise(4, 5) - 1
    np.testing.assert_array_equal(resize(image, 4, 5), image)


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (-1, 5)])
def test_resize_refuses_sides_below_one(size):
    with pytest.raises(InputError, match="at least 1"):
        resize(noise(4, 5), *size)


def test_crop_takes_the_middle():
    image = noise(6, 9)
    np.testing.assert_array_equal(crop(image, 2, 5), image[:, 2:4, 2:7])
    np.testing.assert_array_equal(crop(image, 6, 8), image[:, :, :8])
    np.testing.assert_array_equal(crop(image, 6, 9), image)


@pytest.mark.parametrize("size", [(7, 9), (6, 10), (0, 5), (5, 0)])
def test_crop_refuses_what_is_not_there(size):
    with pytest.raises(InputError, match="cannot crop 6 x 9"):
        crop(noise(6, 9), *size)


@pytest.mark.parametrize(
    ("source", "size"), [((20, 30), (10, 10)), ((9, 40), (18, 20)), ((5, 5), (1, 8))]
)
def test_cover_cuts_to_the_aspect_and_resizes(source, size):
    image = noise(*source)
    got = cover(image, *size)
    assert got.shape == (1, *size, 3)
    scale = min(source[0] / size[0], source[1] / size[1])
    middle = crop(image, *(max(1, round(side * scale)) for side in size))
    np.testing.assert_array_equal(got, resize(middle, *size))


def test_cover_refuses_sides_below_one():
    with pytest.raises(InputError, match="at least 1"):
        cover(noise(4, 5), 0, 3)
