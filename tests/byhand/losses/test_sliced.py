import jax
import numpy as np
import pytest
from losscheck import check_same

from jnst.byhand.losses import sliced as byhand
from jnst.losses import sliced

RNG = np.random.default_rng(0)
N = 3
F, EQUAL, SMALL, LARGE = (
    RNG.normal(size=(1, *size, N)) + 0.5 for size in ((4, 5), (5, 4), (3, 4), (6, 5))
)
STYLES = pytest.mark.parametrize("style", [EQUAL, SMALL, LARGE], ids=["equal", "small", "large"])
SCALES = ["half", "mean", "relative", "contraharmonic"]

pytestmark = pytest.mark.usefixtures("in_float64")


def derived(features, style):
    S, T = byhand.statistic(features), byhand.target(byhand.statistic(style))
    return byhand.statistic_backward(byhand.distance_backward(S, T), features)


def test_the_directions_of_both_kinds_are_the_same():
    for channels in (1, 8):
        np.testing.assert_array_equal(sliced.directions(channels), byhand.directions(channels))


@STYLES
def test_grad_by_hand_is_autodiff_and_finite_difference(style):
    T = byhand.target(byhand.statistic(style), seed=2)
    values = jax.jit(sliced.target, static_argnames="seed")(sliced.statistic(style), seed=2).values
    np.testing.assert_allclose(T.values, values, atol=1e-14)
    check_same(sliced, byhand, F, T, scales=SCALES)


# Positions where all channels are 0 are equal along every direction.
def test_grad_where_positions_are_equal():
    holes = F * (RNG.random((1, 4, 5, 1)) < 0.5)
    T = byhand.target(byhand.statistic(LARGE))
    check_same(sliced, byhand, holes, T, scales=["mean"], smooth=False)


@pytest.mark.parametrize("level", [0, 0.7])
@STYLES
def test_grad_of_a_constant_map_stays_finite(style, level):
    assert np.isfinite(derived(np.full_like(F, level), style)).all()
    still = derived(np.full_like(F, level), np.full_like(style, level))
    np.testing.assert_allclose(still, 0, atol=1e-15)
