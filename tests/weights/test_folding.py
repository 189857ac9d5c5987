"""A batch normalisation folded into the convolution before it computes the same."""

import numpy as np
import pytest

from jnst.weights.folding import fold

RNG = np.random.default_rng(0)
MEAN, BETA, GAMMA = (RNG.normal(size=4).astype(np.float32) for _ in range(3))
VARIANCE = RNG.uniform(0.1, 2, 4).astype(np.float32)
EPSILON = 1e-3


def normalized(x, *, gamma=GAMMA, beta=BETA):
    return gamma * (x - MEAN) / np.sqrt(VARIANCE + EPSILON) + beta


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("left_out", ["", "gamma", "beta"])
def test_one_convolution_is_the_two(biased, left_out):
    kernel, x = RNG.normal(size=(1, 1, 3, 4)).astype(np.float32), RNG.normal(size=3)
    bias = RNG.normal(size=4).astype(np.float32)
    convolution = {"kernel": kernel} | ({"bias": bias} if biased else {})
    statistics = {"mean": MEAN, "variance": VARIANCE, "gamma": GAMMA, "beta": BETA}
    neutral = {"gamma": 1.0, "beta": 0.0}
    statistics.pop(left_out, None)
    plain = {left_out: neutral[left_out]} if left_out else {}
    found = fold(convolution, statistics, epsilon=EPSILON)
    expected = normalized(x @ kernel[0, 0] + (bias if biased else 0), **plain)
    np.testing.assert_allclose(x @ found["kernel"][0, 0] + found["bias"], expected, rtol=1e-5)
    assert {array.dtype for array in found.values()} == {np.dtype(np.float32)}


def test_a_normalization_that_stands_alone_scales_each_channel():
    statistics = {"mean": MEAN, "variance": VARIANCE, "gamma": GAMMA, "beta": BETA}
    found, x = fold({}, statistics, epsilon=EPSILON), RNG.normal(size=4)
    assert found["kernel"].shape == (1, 1, 1, 4)
    scaled = x * found["kernel"][0, 0, 0] + found["bias"]
    np.testing.assert_allclose(scaled, normalized(x), rtol=1e-5)


def test_what_is_too_large_becomes_infinite_without_a_warning():
    statistics = {"mean": MEAN, "variance": 0 * VARIANCE, "gamma": np.full(4, 3e38, np.float32)}
    found = fold({"kernel": np.ones((1, 1, 1, 4), np.float32)}, statistics, epsilon=EPSILON)
    assert np.isinf(found["kernel"]).all()
