import jax
import numpy as np
import pytest
from gradcheck import check, close
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from jnst.byhand.losses import remd as byhand
from jnst.errors import InputError
from jnst.losses import remd

RNG = np.random.default_rng(0)
N = 6
F, P = (np.maximum(RNG.normal(size=(1, *size, N)) + 0.3, 0) for size in ((4, 5), (5, 3)))
# Two kinds of vectors only: in the style, or in the picture, it decides the side of the maximum.
PLAIN = np.broadcast_to(P[:, 1:2, :1], P.shape).copy()
PLAIN[:, 0] = P[:, 0, :1]
SCALES = sorted(remd.SCALE)
BOTH = pytest.mark.parametrize("module", [remd, byhand])
SIDES = pytest.mark.parametrize(
    ("features", "style"), [(F, PLAIN), (PLAIN, F), (F, P)], ids=["found", "filled", "either"]
)


pytestmark = pytest.mark.usefixtures("in_float64")


def vectors(*rows):
    return np.array(rows, float).reshape(1, len(rows), 1, -1)


def between(module, x, y, *, scale="mean"):
    T = module.target(module.statistic(y))
    return float(module.distance(module.statistic(x), T, scale=scale))


# Cosine distances of (1, 0) and (0, 2) to (3, 0) and (3, 4): 0 and 1 - 3/5, 1 and 1 - 4/5. Row
# minima 0 and 1/5, column minima 0 and 1/5.
# With (1, 0) alone: one row minimum, 0; column minima 0 and 2/5, and these have the larger mean.
@pytest.mark.parametrize(
    ("new", "style", "expected"),
    [
        (vectors([1, 0], [0, 2]), vectors([3, 0], [3, 4]), 1 / 10),
        (vectors([1, 0]), vectors([3, 0], [3, 4]), 1 / 5),
        (vectors([3, 0], [3, 4]), vectors([1, 0]), 1 / 5),
        (vectors([1, 0]), vectors([-1, 0]), 2),
        (vectors([1, 0], [0, 0]), vectors([1, 0]), 1 / 2),
        (vectors([0, 0]), vectors([0, 0]), 1),
    ],
)
@pytest.mark.parametrize("scale", SCALES)
@BOTH
def test_value_worked_out_on_paper(module, new, style, expected, scale):
    assert between(module, new, style, scale=scale) == pytest.approx(expected, abs=1e-15)


def test_the_tables_of_both_kinds_are_the_same():
    assert list(remd.SCALE) == list(byhand.SCALE)
    for scale in SCALES:
        assert remd.SCALE[scale](P) == byhand.SCALE[scale](P) == 1


def sides(x, y):
    C = cdist(x.reshape(-1, N), y.reshape(-1, N), "cosine")
    return C.min(axis=1).mean(), C.min(axis=0).mean()


def test_the_examples_are_decided_by_either_side():
    found, filled = sides(F, PLAIN)
    assert found > 2 * filled
    found, filled = sides(PLAIN, F)
    assert filled > 2 * found


@pytest.mark.parametrize("scale", SCALES)
@SIDES
def test_grad_by_hand_is_autodiff_and_finite_difference(features, style, scale):
    T = byhand.target(byhand.statistic(style))

    def loss(features):
        return remd.distance(remd.statistic(features), T, scale=scale)

    S = byhand.statistic(features)
    gradient = byhand.statistic_backward(byhand.distance_backward(S, T, scale=scale), features)
    np.testing.assert_allclose(remd.target(remd.statistic(style)), T, rtol=1e-14)
    np.testing.assert_allclose(byhand.distance(S, T, scale=scale), loss(features), rtol=1e-12)
    close(gradient, jax.grad(loss)(features))
    if features is not PLAIN:  # equal vectors in the new picture: ties, where there is a kink
        check(loss, features, gradient)


# Both factors are 1; that they are used shows with others.
@SIDES
def test_the_factor_goes_into_value_and_gradient(monkeypatch, features, style):
    for module in (remd, byhand):
        monkeypatch.setitem(module.SCALE, "thrice", lambda target: 3)
    T = byhand.target(byhand.statistic(style))
    S = byhand.statistic(features)
    for part in (remd.distance, byhand.distance, byhand.distance_backward):
        np.testing.assert_allclose(part(S, T, scale="thrice"), 3 * part(S, T), rtol=1e-14)


def test_grad_where_the_columns_decide():
    few = F[:, :1]
    found, filled = sides(few, P)
    assert filled > found
    T = byhand.target(byhand.statistic(P))

    def loss(features):
        return remd.distance(remd.statistic(features), T)

    gradient = byhand.statistic_backward(byhand.distance_backward(byhand.statistic(few), T), few)
    close(gradient, jax.grad(loss)(few))
    check(loss, few, gradient)


# At a tie the first takes it all: (1, 0) is as near to both, and both means are 1 - √½.
def test_grad_at_a_tie_is_that_of_the_first():
    x, style = vectors([1, 0]), vectors([1, 1], [1, -1])
    T = byhand.target(byhand.statistic(style))
    # Of the rows' side: -v_1 across u = (1, 0).
    expected = np.array([0, -np.sqrt(0.5)]).reshape(x.shape)
    gradient = jax.grad(lambda x: remd.distance(remd.statistic(x), T))(x)
    np.testing.assert_allclose(gradient, expected, atol=1e-15)
    S = byhand.statistic(x)
    np.testing.assert_allclose(
        byhand.statistic_backward(byhand.distance_backward(S, T), x), expected, atol=1e-15
    )
    # Of the columns' side, once it is the larger: the first of two equal vectors moves.
    twins, style = vectors([1, 0], [1, 0]), vectors([1, 0], [1, 1])
    T = byhand.target(byhand.statistic(style))
    for gradient in (
        jax.grad(lambda x: remd.distance(remd.statistic(x), T))(twins),
        byhand.statistic_backward(byhand.distance_backward(byhand.statistic(twins), T), twins),
    ):
        np.testing.assert_allclose(gradient[0, 0, 0], [0, -np.sqrt(0.5) / 2], atol=1e-15)
        assert not gradient[0, 1].any()


@BOTH
def test_invariants(module):
    shuffled = RNG.permutation(F.reshape(-1, N)).reshape(F.shape)
    lengths = RNG.uniform(0.1, 9, size=(*F.shape[:3], 1))
    turn = np.linalg.qr(RNG.normal(size=(N, N)))[0]
    value = between(module, F, P)
    assert 0.01 < value < 1
    for same in (
        between(module, P, F),
        between(module, shuffled, P),
        between(module, F * lengths, P),
        between(module, F @ turn, P @ turn),
    ):
        assert same == pytest.approx(value, rel=1e-12)
    # A style met more than once is the same style, as long as the grid sees all of it.
    assert between(module, F, np.concatenate([P, P], axis=1)) == pytest.approx(value, rel=1e-12)
    for scale in SCALES:
        assert between(module, 0 * F, P, scale=scale) == 1
        assert between(module, F, F, scale=scale) == pytest.approx(0, abs=1e-14)


def test_grad_is_zero_at_the_target():
    T = byhand.target(byhand.statistic(F))
    gradient = jax.grad(lambda x: remd.distance(remd.statistic(x), T))(F)
    np.testing.assert_allclose(gradient, 0, atol=1e-15)
    dS = byhand.distance_backward(byhand.statistic(F), T)
    np.testing.assert_allclose(byhand.statistic_backward(dS, F), 0, atol=1e-15)


@pytest.mark.parametrize("new", [0 * F, np.ones_like(F)], ids=["zeros", "constant"])
@pytest.mark.parametrize("style", [0 * P, np.ones_like(P), P], ids=["zeros", "constant", "any"])
def test_grad_and_value_stay_finite_without_contrast(new, style):
    T = byhand.target(byhand.statistic(style))
    S = byhand.statistic(new)
    value, gradient = jax.value_and_grad(lambda x: remd.distance(remd.statistic(x), T))(new)
    np.testing.assert_allclose(value, byhand.distance(S, T), atol=1e-15)
    by_hand = byhand.statistic_backward(byhand.distance_backward(S, T), new)
    np.testing.assert_allclose(gradient, by_hand, atol=1e-15)
    if not new.any():
        assert not by_hand.any()


def test_parity_with_scipy():
    for x, y in ((F, P), (PLAIN, F), (F, PLAIN)):
        np.testing.assert_allclose(between(remd, x, y), max(sides(x, y)), rtol=1e-12)


# What it is a bound of: the cost of moving each vector to another one, none to the same place.
def test_it_is_at_most_the_earth_movers_distance():
    x, y = np.maximum(RNG.normal(size=(2, 1, 4, 4, N)), 0)
    C = cdist(x.reshape(-1, N), y.reshape(-1, N), "cosine")
    assert 0 < between(remd, x, y) <= C[linear_sum_assignment(C)].mean()


def test_large_maps_are_compared_on_the_grid():
    large = RNG.normal(size=(1, 64, 64, 2))
    S = remd.statistic(large)
    np.testing.assert_array_equal(S, large[0, 1::2, 1::2].reshape(-1, 2))
    np.testing.assert_array_equal(byhand.statistic(large), S)


def test_unknown_scale_lists_the_choices():
    T = remd.target(remd.statistic(P))
    with pytest.raises(InputError, match="'half'; choose from mean, relative"):
        remd.distance(remd.statistic(F), T, scale="half")
