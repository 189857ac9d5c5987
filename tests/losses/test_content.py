from functools import partial

import jax
import keras
import numpy as np
import pytest
from gradcheck import close
from losscheck import compiled
from scipy.spatial.distance import sqeuclidean
from skimage.metrics import mean_squared_error

from jnst.backbones import nn
from jnst.byhand.losses import content as byhand
from jnst.errors import InputError
from jnst.losses import content, squares

RNG = np.random.default_rng(0)
ours = compiled(content)
F, P = np.maximum(RNG.normal(size=(2, 1, 5, 7, 6)), 0)
SCALES = sorted(squares.SCALES)


pytestmark = pytest.mark.usefixtures("in_float64")


# Σ(F - P)² = 1 + 4 + 0 + 4 = 9, over 4 values; ΣP² = 13; Σ|F - P| = 5; the mean of |P| is 5/4.
@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        ("half", 4.5),
        ("mean", 9 / 4),
        ("quarter-mean", 9 / 16),
        ("relative", 9 / 13),
        ("contraharmonic", 9 / 5),
        ("relative-contraharmonic", 9 / 5 / (5 / 4)),
    ],
)
@pytest.mark.parametrize("module", [ours, byhand])
def test_value_worked_out_on_paper(module, scale, expected):
    features = np.array([1.0, 2, 3, 4]).reshape(1, 2, 1, 2)
    target = np.array([0.0, 0, 3, 2]).reshape(1, 2, 1, 2)
    S, T = module.statistic(features), module.statistic(target)
    np.testing.assert_allclose(module.distance(S, T, scale=scale), expected, rtol=1e-8)


# Equation 2 with its second case: 0 where F < 0. It is the rectifier's doing, one step below F.
def test_grad_before_the_rectifier_is_the_printed_formula():
    Z = RNG.normal(size=F.shape)
    printed = np.where(Z > 0, np.maximum(Z, 0) - P, 0)
    slope = jax.jit(jax.grad(lambda z: content.distance(nn.relu(z), P, scale="half")))
    close(printed, slope(Z))


@pytest.mark.parametrize("scale", SCALES)
def test_zero_and_flat_at_the_target(scale):
    value, gradient = jax.jit(jax.value_and_grad(partial(content.distance, scale=scale)))(P, P)
    assert value == 0
    assert not gradient.any()


@pytest.mark.parametrize("scale", SCALES)
def test_how_the_scales_grow_with_the_features(scale):
    factor = {"relative": 1, "relative-contraharmonic": 1, "contraharmonic": 3}.get(scale, 9)
    got = ours.distance(3 * F, 3 * P, scale=scale)
    np.testing.assert_allclose(got, factor * ours.distance(F, P, scale=scale), rtol=1e-8)


# So far from the target or so near to it, the gradient is of one size.
def test_grad_of_the_contraharmonic_mean_does_not_shrink_near_the_target():
    slope = jax.jit(jax.grad(partial(content.distance, scale="contraharmonic")))

    def size(t):
        return np.abs(slope(P + t * (F - P), P)).sum()

    np.testing.assert_allclose(size(0.01), size(1.0), rtol=1e-5)


def test_relative_is_one_for_a_blank_map():
    np.testing.assert_allclose(ours.distance(0 * P, P, scale="relative"), 1, rtol=1e-12)


def test_parity_with_scipy_scikit_image_and_keras():
    half, mean = (ours.distance(F, P, scale=scale) for scale in ("half", "mean"))
    np.testing.assert_allclose(half, sqeuclidean(F.ravel(), P.ravel()) / 2, rtol=1e-12)
    np.testing.assert_allclose(mean, mean_squared_error(F, P), rtol=1e-12)
    np.testing.assert_allclose(mean, keras.losses.MeanSquaredError()(P, F), rtol=1e-6)


def test_unknown_scale_lists_the_choices():
    with pytest.raises(
        InputError, match="'sum'; choose from half, quarter-mean, mean, relative, contra"
    ):
        content.distance(F, P, scale="sum")
