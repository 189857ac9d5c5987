import jax
import numpy as np
import pytest
from gradcheck import check, close
from scipy.spatial.distance import cdist

from jnst.byhand.losses import selfsimilarity as byhand
from jnst.errors import InputError
from jnst.losses import selfsimilarity

RNG = np.random.default_rng(0)
N = 6
F, P = np.maximum(RNG.normal(size=(2, 1, 5, 4, N)) + 1, 0)
SCALES = sorted(selfsimilarity.SCALE)
BOTH = pytest.mark.parametrize("module", [selfsimilarity, byhand])


pytestmark = pytest.mark.usefixtures("in_float64")


def vectors(*rows):
    return np.array(rows, float).reshape(1, len(rows), 1, -1)


def between(module, x, y, *, scale="mean"):
    return float(module.distance(module.statistic(x), module.statistic(y), scale=scale))


# (1, 0), (0, 2), (3, 4): distances 1, 2/5 and 1/5, so that columns sum to 7/5, 6/5, 3/5.
# (1, 0), (0, 1), (0, 1): distances 1, 1 and 0, columns 2, 1, 1.
S_NEW = np.array([[0, 5 / 6, 2 / 3], [5 / 7, 0, 1 / 3], [2 / 7, 1 / 6, 0]])
S_OLD = np.array([[0, 1, 1], [0.5, 0, 0], [0.5, 0, 0]])
TOTAL = 1 / 6 + 1 / 3 + 3 / 14 + 1 / 3 + 3 / 14 + 1 / 6


@pytest.mark.parametrize(
    ("scale", "expected"),
    # S_OLD is away from 1/3 by 1/3 five times, by 2/3 twice, by 1/6 twice.
    [
        ("mean", TOTAL / 9),
        ("columns", TOTAL / 3),
        ("relative", TOTAL / (10 / 3)),
    ],
)
@BOTH
def test_value_worked_out_on_paper(module, scale, expected):
    new, old = vectors([1, 0], [0, 2], [3, 4]), vectors([1, 0], [0, 1], [0, 1])
    np.testing.assert_allclose(module.statistic(new), S_NEW, atol=1e-15)
    np.testing.assert_allclose(module.statistic(old), S_OLD, atol=1e-15)
    assert between(module, new, old, scale=scale) == pytest.approx(expected, rel=1e-14)


def test_the_tables_of_both_kinds_are_the_same():
    assert list(selfsimilarity.SCALE) == list(byhand.SCALE)
    assert selfsimilarity.LEAST == byhand.LEAST
    T = byhand.statistic(P)
    for scale in SCALES:
        one, other = (module.SCALE[scale](T) for module in (selfsimilarity, byhand))
        assert float(one) == pytest.approx(float(other), rel=1e-14)


@pytest.mark.parametrize("scale", SCALES)
def test_grad_by_hand_is_autodiff_and_finite_difference(scale):
    T = byhand.statistic(P)

    def loss(features):
        return selfsimilarity.distance(selfsimilarity.statistic(features), T, scale=scale)

    S = byhand.statistic(F)
    gradient = byhand.statistic_backward(byhand.distance_backward(S, T, scale=scale), F)
    np.testing.assert_allclose(byhand.distance(S, T, scale=scale), loss(F), rtol=1e-12)
    close(gradient, jax.grad(loss)(F))
    check(loss, F, gradient)


# A weight on every entry, the diagonal too, and no symmetry.
def test_grad_of_the_statistic_alone():
    dS = RNG.normal(size=(20, 20))
    gradient = byhand.statistic_backward(dS, F)
    np.testing.assert_allclose(selfsimilarity.statistic(F), byhand.statistic(F), atol=1e-15)
    _, vjp = jax.vjp(selfsimilarity.statistic, F)
    close(gradient, vjp(dS)[0])
    check(lambda x: (dS * byhand.statistic(x)).sum(), F, gradient)


# Vectors so alike that their distances stay below the least: the divisor is fixed.
def test_grad_where_the_sum_is_held_constant():
    alike = 1 + 2e-3 * RNG.normal(size=(1, 3, 3, N))
    dS = RNG.normal(size=(9, 9))
    S = byhand.statistic(alike)
    D = cdist(alike.reshape(-1, N), alike.reshape(-1, N), "cosine")
    assert D.sum(axis=0).max() < 9 * byhand.LEAST
    np.testing.assert_allclose(S, D / (9 * byhand.LEAST), atol=1e-10)
    gradient = byhand.statistic_backward(dS, alike)
    _, vjp = jax.vjp(selfsimilarity.statistic, alike)
    close(gradient, vjp(dS)[0], rtol=1e-8)  # 1 - cosine leaves few digits
    check(lambda x: (dS * byhand.statistic(x)).sum(), alike, gradient)


def test_grad_with_zero_vectors_is_zero_there():
    holes = F.copy()
    holes[0, 1, 2] = holes[0, 3] = 0
    T = byhand.statistic(P)
    S = byhand.statistic(holes)
    gradient = byhand.statistic_backward(byhand.distance_backward(S, T), holes)
    close(
        gradient,
        jax.grad(lambda x: selfsimilarity.distance(selfsimilarity.statistic(x), T))(holes),
    )
    assert not gradient[~holes.any(axis=3)].any()
    assert gradient[holes.any(axis=3)].any(axis=1).all()


@pytest.mark.parametrize("scale", SCALES)
@BOTH
def test_invariants(module, scale):
    order = RNG.permutation(20)
    lengths = RNG.uniform(0.1, 9, size=(*F.shape[:3], 1))
    turn = np.linalg.qr(RNG.normal(size=(N, N)))[0]

    def moved(x):
        return x.reshape(-1, N)[order].reshape(x.shape)

    value = between(module, F, P, scale=scale)
    for same in (
        between(module, moved(F), moved(P), scale=scale),
        between(module, F * lengths, P, scale=scale),
        between(module, F @ turn, P, scale=scale),
    ):
        assert same == pytest.approx(value, rel=1e-11)
    assert value > 1e-3
    assert between(module, moved(F), P, scale=scale) != pytest.approx(value, rel=1e-3)
    assert between(module, F, F, scale=scale) == 0
    assert between(module, 9 * (F @ turn), F, scale=scale) == pytest.approx(0, abs=1e-13)


@BOTH
def test_columns_sum_to_one_and_relative_is_one_for_a_blank_map(module):
    np.testing.assert_allclose(np.sum(module.statistic(F), axis=0), 1, rtol=1e-14)
    np.testing.assert_allclose(module.statistic(0 * F), 1 / 20, rtol=1e-14)
    assert between(module, 0 * F, P, scale="relative") == pytest.approx(1, rel=1e-13)
    assert between(module, F, P, scale="columns") <= 2


def test_grad_is_zero_at_the_target():
    T = byhand.statistic(F)
    assert not byhand.distance_backward(T, T).any()
    assert not jax.grad(selfsimilarity.distance)(T, T).any()


@pytest.mark.parametrize("new", [0 * F, np.ones_like(F)], ids=["zeros", "constant"])
@pytest.mark.parametrize("old", [0 * P, 1 + 0 * P, P], ids=["zeros", "constant", "any"])
def test_grad_and_value_stay_finite_without_contrast(new, old):
    T, S = byhand.statistic(old), byhand.statistic(new)
    value, gradient = jax.value_and_grad(
        lambda x: selfsimilarity.distance(selfsimilarity.statistic(x), T)
    )(new)
    np.testing.assert_allclose(value, byhand.distance(S, T), atol=1e-9)
    # A constant map is a stationary point, as a blank one is by decree.
    for flat in (gradient, byhand.statistic_backward(byhand.distance_backward(S, T), new)):
        np.testing.assert_allclose(flat, 0, atol=1e-9)


def test_parity_with_scipy():
    distances = (cdist(x.reshape(-1, N), x.reshape(-1, N), "cosine") for x in (F, P))
    S, T = (D / D.sum(axis=0) for D in distances)
    np.testing.assert_allclose(between(selfsimilarity, F, P), np.abs(S - T).mean(), rtol=1e-12)


def test_large_maps_are_compared_on_the_grid():
    large = RNG.normal(size=(1, 64, 64, 2))
    seen = large[:, 1::2, 1::2]
    for module in (selfsimilarity, byhand):
        np.testing.assert_array_equal(module.statistic(large), module.statistic(seen))


def test_unknown_scale_lists_the_choices():
    with pytest.raises(InputError, match="'half'; choose from mean, columns, relative"):
        between(selfsimilarity, F, P, scale="half")
