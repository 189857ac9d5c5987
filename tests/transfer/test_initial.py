import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jnst.errors import InputError
from jnst.pictures.resizing import resize
from jnst.transfer.initial import IMAGENET_MEAN, INITIAL, initial
from jnst.weights import store


def noise(height, width):
    return np.random.default_rng(height * width).random((1, height, width, 3), np.float32)


def test_initial_content_is_a_copy():
    content = noise(6, 9)
    got = initial("content", content, noise(5, 5), seed=0)
    np.testing.assert_array_equal(got, content)
    assert not np.shares_memory(got, content)


def test_initial_noise_is_faint_and_follows_the_seed():
    content, style = noise(64, 64), noise(9, 9)
    got = initial("noise", content, style, seed=7)
    np.testing.assert_array_equal(got, initial("noise", 1 - content, style, seed=7))
    assert (got != initial("noise", content, style, seed=8)).mean() > 0.99
    assert got.mean() == pytest.approx(0.5, abs=2e-4)
    assert got.std() * 255 == pytest.approx(1, rel=0.03)
    neighbours = np.corrcoef(got[:, :, 1:].ravel(), got[:, :, :-1].ravel())[0, 1]
    assert abs(neighbours) < 0.04


@pytest.mark.parametrize(
    ("size", "middle"),
    [
        ((20, 20), np.s_[:, :, 20:60]),  # a square from 40 x 80
        ((20, 80), np.s_[:, 10:30, :]),  # a wide one
        ((30, 60), np.s_[:]),  # the same aspect
        ((50, 25), np.s_[:, :, 30:50]),  # tall, and enlarged
    ],
)
def test_initial_style_is_cropped_not_stretched(size, middle):
    style = noise(40, 80)
    got = initial("style", noise(*size), style, seed=0)
    np.testing.assert_array_equal(got, resize(style[middle], *size))


def test_initial_style_is_a_copy():
    style = noise(6, 9)
    got = initial("style", noise(6, 9), style, seed=0)
    np.testing.assert_array_equal(got, style)
    assert not np.shares_memory(got, style)


@given(st.sampled_from(sorted(INITIAL)), *[st.integers(1, 30)] * 4)
def test_initial_has_the_size_of_the_content(kind, a, b, c, d):
    content, style = np.zeros((1, a, b, 3), np.float32), np.ones((1, c, d, 3), np.float32)
    got = initial(kind, content, style, seed=0)
    assert got.shape == content.shape
    assert got.dtype == np.float32
    assert got.min() >= 0
    assert got.max() <= 1


def test_unknown_initial_picture_lists_the_choices():
    with pytest.raises(InputError, match="'random'; choose from content, style, grey, noise, "):
        initial("random", noise(2, 2), noise(2, 2), seed=0)


def test_grey_is_what_the_network_sees_as_nothing():
    got = initial("grey", noise(4, 6), noise(3, 3), seed=0)

    mean = store.load("vgg19")["input"]["mean"]
    np.testing.assert_allclose(got[0, 2, 1, ::-1] * 255, mean.ravel(), rtol=1e-6)
    np.testing.assert_allclose(got[0, 0, 0] * 255, IMAGENET_MEAN, rtol=1e-6)
    assert np.ptp(got, axis=(1, 2)).max() == 0


def test_style_statistics_are_those_of_the_style_picture():
    style = (0.3 + 0.3 * noise(40, 40) * np.float32([0.2, 0.6, 1.0])).astype(np.float32)
    got = initial("style-statistics", noise(120, 120), style, seed=3)
    np.testing.assert_allclose(got.mean((0, 1, 2)), style.mean((0, 1, 2)), atol=2e-3)
    np.testing.assert_allclose(got.std((0, 1, 2)), style.std((0, 1, 2)), rtol=0.03)
    assert abs(np.corrcoef(got[0, :, 1:, 0].ravel(), got[0, :, :-1, 0].ravel())[0, 1]) < 0.05


@pytest.mark.parametrize("kind", ["content", "style", "grey"])
def test_noise_is_added_as_much_as_asked(kind):
    content, style = (0.4 + 0.2 * noise(60, 60) for _ in range(2))
    plain, noisy = (initial(kind, content, style, noise=n, seed=5) for n in (0.0, 0.02))
    added = noisy - plain
    assert added.std() == pytest.approx(0.02, rel=0.03)
    assert abs(added.mean()) < 1e-3
    assert (initial(kind, content, style, noise=0.02, seed=6) != noisy).mean() > 0.99
    with pytest.raises(InputError, match="initial noise must be a number of at least 0"):
        initial(kind, content, style, noise=-0.1, seed=0)
