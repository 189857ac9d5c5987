"""Distances of colours and of structure, against what paper, SciPy and formulas say."""

import itertools

import numpy as np
import pytest
import scipy.stats

from jnst.errors import InputError
from jnst.experiments.compare import DIRECTIONS, colour_distance, compare, similarity
from jnst.pictures import files, resizing, samples
from jnst.pictures.colour import LUMA
from jnst.transfer.settings import Settings

RNG = np.random.default_rng(0)


def picture(*colours):
    """One pixel for each colour, in a row."""
    return np.array(colours, np.float32).reshape(1, 1, -1, 3)


def noise(height, width):
    return RNG.uniform(size=(1, height, width, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def content():
    return resizing.fit(files.read(samples.content()), 48)


# Directions by hand: 3 faces, 6 edges of which 3 are at right angles to grey, 4 corners.
def test_colours_one_grey_apart_worked_out_on_paper():
    grey, lighter = picture((0.2, 0.2, 0.2)), picture((0.3, 0.3, 0.3))
    expected = 0.1 * (3 * 1 + 3 * np.sqrt(2) + np.sqrt(3) + 3 / np.sqrt(3)) / 13
    assert colour_distance(grey, lighter) == pytest.approx(expected, rel=1e-6)
    assert colour_distance(lighter, grey) == pytest.approx(expected, rel=1e-6)


def test_directions_are_of_length_one_and_no_two_are_the_same_line():
    assert len(DIRECTIONS) == 13
    for a, b in itertools.combinations_with_replacement(DIRECTIONS, 2):
        assert abs(a @ b) == pytest.approx(1) if a is b else abs(a @ b) < 0.9


def test_colours_that_only_channel_by_channel_are_the_same():
    one, two = picture((1, 0, 0), (0, 1, 1)), picture((0, 0, 0), (1, 1, 1))
    channels = [
        scipy.stats.wasserstein_distance(one[..., i].ravel(), two[..., i].ravel()) for i in range(3)
    ]
    assert max(channels) == 0
    assert colour_distance(one, two) > 0.2


def test_colours_forget_where_they_are_and_how_many():
    one = noise(8, 9)
    shuffled = RNG.permutation(one.reshape(-1, 3)).reshape(1, 24, 3, 3)
    assert colour_distance(one, shuffled) == pytest.approx(0, abs=1e-7)
    assert colour_distance(one, np.repeat(one, 3, axis=1)) == pytest.approx(0, abs=1e-7)
    two = noise(8, 9) ** 2
    assert colour_distance(one, two) == pytest.approx(colour_distance(two, one), rel=1e-12)
    assert colour_distance(one, two) > 0.05


# Of as many values on both sides the distance is the mean step from one sorted list to the other.
def test_parity_of_colours_with_sorted_values(content):
    other = (noise(32, 48) ** 2)[:, : content.shape[1]]
    steps = []
    for d in itertools.product((-1, 0, 1), repeat=3):
        if any(d):  # each line twice, which leaves the mean as it is
            a, b = (np.sort(one.reshape(-1, 3) @ np.array(d)) for one in (content, other))
            steps.append(np.mean(np.abs(a - b)) / np.sqrt(np.dot(d, d)))
    assert colour_distance(content, other) == pytest.approx(np.mean(steps), rel=1e-5)


def test_similarity_of_two_constants_worked_out_on_paper():
    a, b = np.full((1, 12, 13, 3), 0.2, np.float32), np.full((1, 12, 13, 3), 0.6, np.float32)
    expected = (2 * 0.2 * 0.6 + 1e-4) / (0.2**2 + 0.6**2 + 1e-4)  # C1 = (0.01 · 1)²
    assert similarity(a, b) == pytest.approx(expected, rel=1e-5)
    assert similarity(b, a) == pytest.approx(expected, rel=1e-5)
    assert similarity(a, a) == pytest.approx(1, abs=1e-12)


# The paper's formula, with a window written out.
def test_parity_of_similarity_with_its_formula():
    one, two = noise(16, 20), noise(16, 20)
    x = np.arange(-5, 6)
    row = np.exp(-(x**2) / (2 * 1.5**2))
    window = np.outer(row, row) / row.sum() ** 2
    a, b = (picture[0].astype(float) @ LUMA for picture in (one, two))

    def mean(values):
        patches = np.lib.stride_tricks.sliding_window_view(values, (11, 11))
        return np.sum(patches * window, axis=(2, 3))

    m, n = mean(a), mean(b)
    u, v, w = mean(a * a) - m * m, mean(b * b) - n * n, mean(a * b) - m * n
    c, d = 0.01**2, 0.03**2
    expected = ((2 * m * n + c) * (2 * w + d)) / ((m * m + n * n + c) * (u + v + d))
    assert similarity(one, two) == pytest.approx(expected.mean(), rel=1e-9)
    assert similarity(one, two) == pytest.approx(similarity(two, one), rel=1e-12)


def test_similarity_of_pictures_as_large_as_the_window_is_its_only_value():
    one = noise(11, 11)
    assert similarity(one, one) == pytest.approx(1, abs=1e-12)
    assert -1 < similarity(one, noise(11, 11)) < 0.9


def test_similarity_sees_no_colour():
    one = noise(16, 16) / 2 + 0.25
    I_or_Q = np.array([LUMA[1], -LUMA[0], 0], np.float32)  # no luminance in it
    assert similarity(one, one + 0.2 * I_or_Q) == pytest.approx(1, abs=1e-5)
    assert similarity(one, 1 - one) < 0


def test_a_result_that_the_deepest_layer_cannot_see_is_refused(content):
    with pytest.raises(InputError, match="relu5_1 needs at least 16 x 16"):
        compare(noise(12, 15), content, content, Settings())
