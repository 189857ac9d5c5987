import jax
import numpy as np
import pytest
from gradcheck import check
from losscheck import check_same, check_statistic

from jnst.byhand.losses import moments as byhand
from jnst.losses import moments

RNG = np.random.default_rng(0)
N = 3
F, P = (np.maximum(RNG.normal(size=(1, *size, N)) + 0.5, 0) for size in ((4, 5), (6, 4)))
REGION = RNG.integers(0, 4, size=(1, 4, 5, 1)).astype(float)  # zeros among them
REGION /= REGION.mean()
SCALES = sorted(moments.SCALE)
GUIDED = pytest.mark.parametrize("region", [(), (REGION,)], ids=["everywhere", "region"])

pytestmark = pytest.mark.usefixtures("in_float64")


def test_the_tables_of_both_kinds_are_the_same():
    assert list(moments.SCALE) == list(byhand.SCALE)


@GUIDED
def test_grad_by_hand_is_autodiff_and_finite_difference(region):
    check_same(moments, byhand, F, byhand.statistic(P), *region, scales=SCALES)


# Each half alone, so that neither can hide behind the other.
@GUIDED
@pytest.mark.parametrize("half", ["mean", "std"])
def test_grad_of_one_half_of_the_statistic(half, region):
    weights = RNG.normal(size=N)
    dS = byhand.Moments(np.zeros(N), np.zeros(N))._replace(**{half: weights})
    gradient = check_statistic(moments, byhand, F, dS, *region)

    def component(features):
        return np.sum(weights * getattr(byhand.statistic(features, *region), half))

    check(component, F, gradient)


@GUIDED
@pytest.mark.parametrize("level", [0, 0.7, -1e3])
def test_grad_where_a_channel_is_constant_is_that_of_the_mean_alone(level, region):
    flat = F.copy()
    flat[..., 1] = level
    S, T = byhand.statistic(flat, *region), byhand.statistic(P)
    gradient = byhand.statistic_backward(byhand.distance_backward(S, T), flat, *region)
    weights = region[0][..., 0] if region else np.ones((1, 4, 5))
    expected = 2 / N * (level - P[..., 1].mean()) * weights / 20
    assert S.std[1] == jax.jit(moments.statistic)(flat, *region).std[1] == 0
    np.testing.assert_allclose(gradient[..., 1], expected, rtol=1e-12)
    check_same(moments, byhand, flat, T, *region, scales=["mean"], smooth=False)
