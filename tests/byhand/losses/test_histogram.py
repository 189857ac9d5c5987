import jax
import numpy as np
import pytest
from gradcheck import check
from helpers import one_channel
from losscheck import check_same, check_statistic

from jnst.byhand.losses import histogram as byhand
from jnst.losses import histogram

RNG = np.random.default_rng(0)
N = 3
F, EQUAL, SMALL, LARGE = (
    RNG.normal(size=(1, *size, N)) + 0.5 for size in ((4, 5), (5, 4), (3, 4), (6, 5))
)
STYLES = pytest.mark.parametrize("style", [EQUAL, SMALL, LARGE], ids=["equal", "small", "large"])
SCALES = ["half", "mean", "relative", "contraharmonic"]

pytestmark = pytest.mark.usefixtures("in_float64")


def derived(features, style):
    S, T = byhand.statistic(features), byhand.statistic(style)
    return byhand.statistic_backward(byhand.distance_backward(S, T), features)


# The larger value stands first: 2 is to become 4.5, and 0 to become 1.5. 2 · ½ · (F - R(F)).
def test_grad_of_one_channel_worked_out_on_paper():
    features, style = one_channel(2, 0), one_channel(6, 0, 3, 3)
    np.testing.assert_allclose(derived(features, style), one_channel(-2.5, -1.5), rtol=1e-14)


@STYLES
def test_grad_by_hand_is_autodiff_and_finite_difference(style):
    check_same(histogram, byhand, F, byhand.statistic(style), scales=SCALES)


def test_grad_of_the_statistic_alone():
    dS = RNG.normal(size=(N, 20))
    gradient = check_statistic(histogram, byhand, F, dS)
    check(lambda x: np.sum(dS * byhand.statistic(x)), F, gradient)


# A rectified map has many equal values: both ways must deal out the quantiles alike.
def test_grad_where_values_are_equal():
    rectified, T = np.maximum(F - 0.5, 0), byhand.statistic(LARGE)
    check_same(histogram, byhand, rectified, T, scales=["mean"], smooth=False)


@pytest.mark.parametrize("level", [0, 0.7])
def test_grad_of_a_constant_map_stays_finite(level):
    flat = np.full_like(F, level)
    assert np.isfinite(derived(flat, LARGE)).all()
    check_same(histogram, byhand, flat, byhand.statistic(LARGE), scales=["mean"], smooth=False)
    for style in (EQUAL, SMALL, LARGE):
        assert not derived(flat, np.full_like(style, level)).any()


def test_the_statistic_of_both_kinds_is_the_same():
    np.testing.assert_array_equal(byhand.statistic(F), jax.jit(histogram.statistic)(F))
