import jax
import numpy as np
import pytest
from gradcheck import check
from losscheck import check_same, check_statistic
from scipy.spatial.distance import cdist

from jnst.byhand.losses import selfsimilarity as byhand
from jnst.losses import selfsimilarity

RNG = np.random.default_rng(0)
N = 6
F, P = np.maximum(RNG.normal(size=(2, 1, 5, 4, N)) + 1, 0)
SCALES = sorted(selfsimilarity.SCALE)

pytestmark = pytest.mark.usefixtures("in_float64")


def test_the_tables_of_both_kinds_are_the_same():
    assert list(selfsimilarity.SCALE) == list(byhand.SCALE)
    assert selfsimilarity.LEAST == byhand.LEAST
    T = byhand.statistic(P)
    for scale in SCALES:
        one, other = (module.SCALE[scale](T) for module in (selfsimilarity, byhand))
        assert float(one) == pytest.approx(float(other), rel=1e-14)


def test_grad_by_hand_is_autodiff_and_finite_difference():
    check_same(selfsimilarity, byhand, F, byhand.statistic(P), scales=SCALES)


# A weight on every entry, the diagonal too, and no symmetry.
def test_grad_of_the_statistic_alone():
    dS = RNG.normal(size=(20, 20))
    found = jax.jit(selfsimilarity.statistic)(F)
    np.testing.assert_allclose(found, byhand.statistic(F), atol=1e-15)
    gradient = check_statistic(selfsimilarity, byhand, F, dS)
    check(lambda x: (dS * byhand.statistic(x)).sum(), F, gradient)


# Vectors so alike that their distances stay below the least: the divisor is fixed.
def test_grad_where_the_sum_is_held_constant():
    alike = 1 + 2e-3 * RNG.normal(size=(1, 3, 3, N))
    dS = RNG.normal(size=(9, 9))
    S = byhand.statistic(alike)
    D = cdist(alike.reshape(-1, N), alike.reshape(-1, N), "cosine")
    assert D.sum(axis=0).max() < 9 * byhand.LEAST
    np.testing.assert_allclose(S, D / (9 * byhand.LEAST), atol=1e-10)
    # 1 - cosine leaves few digits.
    gradient = check_statistic(selfsimilarity, byhand, alike, dS, rtol=1e-8)
    check(lambda x: (dS * byhand.statistic(x)).sum(), alike, gradient)


def test_grad_with_zero_vectors_is_zero_there():
    holes = F.copy()
    holes[0, 1, 2] = holes[0, 3] = 0
    T = byhand.statistic(P)
    dS = byhand.distance_backward(byhand.statistic(holes), T)
    gradient = byhand.statistic_backward(dS, holes)
    check_same(selfsimilarity, byhand, holes, T, scales=["mean"], smooth=False)
    assert not gradient[~holes.any(axis=3)].any()
    assert gradient[holes.any(axis=3)].any(axis=1).all()


def test_grad_is_zero_at_the_target():
    T = byhand.statistic(F)
    assert not byhand.distance_backward(T, T).any()


def test_grad_and_value_stay_finite_without_contrast():
    @jax.jit
    @jax.value_and_grad
    def evaluate(x, T):
        return selfsimilarity.distance(selfsimilarity.statistic(x), T)

    for new in (0 * F, np.ones_like(F)):
        for old in (0 * P, 1 + 0 * P, P):
            T, S = byhand.statistic(old), byhand.statistic(new)
            value, gradient = evaluate(new, T)
            np.testing.assert_allclose(value, byhand.distance(S, T), atol=1e-9)
            by_hand = byhand.statistic_backward(byhand.distance_backward(S, T), new)
            # A constant map is a stationary point, as a blank one is by decree.
            for flat in (gradient, by_hand):
                np.testing.assert_allclose(flat, 0, atol=1e-9)
