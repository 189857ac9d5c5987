import numpy as np
import pytest
from gradcheck import close
from losscheck import check_same, check_statistic, compiled

from jnst.byhand.losses import wasserstein as byhand
from jnst.losses import wasserstein

RNG = np.random.default_rng(0)
N = 6
F, P = (np.maximum(RNG.normal(size=(1, *size, N)) + 0.5, 0) for size in ((5, 7), (6, 4)))
FEW = np.maximum(RNG.normal(size=(1, 2, 2, N)), 0)  # four positions: a covariance of rank 3
WHOLE = RNG.multinomial(35, np.full(35, 1 / 35)).reshape(1, 5, 7, 1).astype(float)
SMOOTH = RNG.random((1, 5, 7, 1))
SMOOTH /= SMOOTH.mean()
SCALES = sorted(wasserstein.SCALE)

pytestmark = pytest.mark.usefixtures("in_float64")


def test_the_tables_of_both_kinds_are_the_same():
    assert list(wasserstein.SCALE) == list(byhand.SCALE)


def test_the_targets_of_both_kinds_are_the_same():
    ours = compiled(wasserstein)
    found, T = ours.target(ours.statistic(P)), byhand.target(byhand.statistic(P))
    close(T.mean, found.mean, rtol=1e-12)
    close(T.trace, found.trace, rtol=1e-12)
    close(np.abs(T.root), np.abs(found.root), rtol=1e-9)  # an eigenvector's sign is nobody's choice


@pytest.mark.parametrize("region", [(), (WHOLE,), (SMOOTH,)], ids=["full rank", "whole", "smooth"])
def test_grad_by_hand_is_autodiff_and_finite_difference(region):
    T = byhand.target(byhand.statistic(P))
    check_same(wasserstein, byhand, F, T, *region, scales=SCALES, exact=1e-11)


# Where the rank is low, empty directions enlarge the rounding.
def test_grad_with_few_positions_by_hand_is_autodiff():
    T = byhand.target(byhand.statistic(P))
    options = {"scales": SCALES, "rtol": 1e-7, "exact": 1e-11, "smooth": False}
    check_same(wasserstein, byhand, FEW, T, **options)


# A covariance of rank 3 of 6 that cannot grow: along its own directions the loss is smooth.
def test_grad_with_few_positions_along_directions_that_keep_the_rank():
    T = byhand.target(byhand.statistic(P))
    mixing = RNG.normal(size=(N, N)) / 10 + np.eye(N)

    def loss(t):
        features = FEW @ (np.eye(N) + t * (mixing - np.eye(N)))
        return byhand.distance(byhand.statistic(features), T)

    dS = byhand.distance_backward(byhand.statistic(FEW), T)
    slope = np.sum(byhand.statistic_backward(dS, FEW) * (FEW @ (mixing - np.eye(N))))
    numeric = (loss(1e-6) - loss(-1e-6)) / 2e-6
    np.testing.assert_allclose(slope, numeric, rtol=1e-6)


@pytest.mark.parametrize("region", [(), (WHOLE,), (SMOOTH,)], ids=["everywhere", "whole", "smooth"])
def test_grad_of_the_statistic_alone_for_a_gradient_that_is_not_symmetric(region):
    dS = byhand.Moments(RNG.normal(size=N), RNG.normal(size=(N, N)))
    check_statistic(wasserstein, byhand, F, dS, *region)


def test_grad_of_nothing_but_zeros_stays_finite():
    T = byhand.target(byhand.statistic(P))
    gradient = byhand.distance_backward(byhand.statistic(0 * F), T)
    assert np.isfinite(gradient.mean).all()
    assert np.isfinite(gradient.second).all()
