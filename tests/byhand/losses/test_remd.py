import jax
import numpy as np
import pytest
from losscheck import check_same
from scipy.spatial.distance import cdist

from jnst.byhand.losses import remd as byhand
from jnst.losses import remd

RNG = np.random.default_rng(0)
N = 6
F, P = (np.maximum(RNG.normal(size=(1, *size, N)) + 0.3, 0) for size in ((4, 5), (5, 3)))
# Two kinds of vectors only: in the style, or in the picture, it decides the side of the maximum.
PLAIN = np.broadcast_to(P[:, 1:2, :1], P.shape).copy()
PLAIN[:, 0] = P[:, 0, :1]
FEW = F[:, :1]
SCALES = sorted(remd.SCALE)
SIDES = pytest.mark.parametrize(
    ("features", "style"),
    [(F, PLAIN), (PLAIN, F), (F, P), (FEW, P)],
    ids=["found", "filled", "either", "few"],
)

pytestmark = pytest.mark.usefixtures("in_float64")


def vectors(*rows):
    return np.array(rows, float).reshape(1, len(rows), 1, -1)


def derived(features, style):
    S, T = byhand.statistic(features), byhand.target(byhand.statistic(style))
    return byhand.statistic_backward(byhand.distance_backward(S, T), features)


def sides(x, y):
    C = cdist(x.reshape(-1, N), y.reshape(-1, N), "cosine")
    return C.min(axis=1).mean(), C.min(axis=0).mean()


def test_the_tables_of_both_kinds_are_the_same():
    assert list(remd.SCALE) == list(byhand.SCALE)
    for scale in SCALES:
        assert remd.SCALE[scale](P) == byhand.SCALE[scale](P) == 1


def test_the_examples_are_decided_by_either_side():
    found, filled = sides(F, PLAIN)
    assert found > 2 * filled
    found, filled = sides(PLAIN, F)
    assert filled > 2 * found
    found, filled = sides(FEW, P)
    assert filled > found


@SIDES
def test_grad_by_hand_is_autodiff_and_finite_difference(features, style):
    T = byhand.target(byhand.statistic(style))
    np.testing.assert_allclose(jax.jit(remd.target)(remd.statistic(style)), T, rtol=1e-14)
    # Equal vectors in the new picture are ties, where there is a kink.
    check_same(remd, byhand, features, T, scales=SCALES, smooth=features is not PLAIN)


# Both factors are 1; that they are used shows with others.
@SIDES
def test_the_factor_goes_into_value_and_slope(monkeypatch, features, style):
    for module in (remd, byhand):
        monkeypatch.setitem(module.SCALE, "thrice", lambda target: 3)
    S, T = byhand.statistic(features), byhand.target(byhand.statistic(style))
    ours = jax.jit(remd.distance, static_argnames="scale")
    for part in (ours, byhand.distance, byhand.distance_backward):
        np.testing.assert_allclose(part(S, T, scale="thrice"), 3 * part(S, T), rtol=1e-14)


# At a tie the first takes it all: (1, 0) is as near to both, and both means are 1 - √½.
def test_grad_at_a_tie_is_that_of_the_first():
    x, style = vectors([1, 0]), vectors([1, 1], [1, -1])
    # Of the rows' side: -v_1 across u = (1, 0).
    expected = np.array([0, -np.sqrt(0.5)]).reshape(x.shape)
    np.testing.assert_allclose(derived(x, style), expected, atol=1e-15)
    # Of the columns' side, once it is the larger: the first of two equal vectors moves.
    gradient = derived(vectors([1, 0], [1, 0]), vectors([1, 0], [1, 1]))
    np.testing.assert_allclose(gradient[0, 0, 0], [0, -np.sqrt(0.5) / 2], atol=1e-15)
    assert not gradient[0, 1].any()


def test_grad_is_zero_at_the_target():
    np.testing.assert_allclose(derived(F, F), 0, atol=1e-15)


def test_grad_and_value_stay_finite_without_contrast():
    evaluate = jax.jit(jax.value_and_grad(lambda x, T: remd.distance(remd.statistic(x), T)))
    for new in (0 * F, np.ones_like(F)):
        for style in (0 * P, np.ones_like(P), P):
            T = byhand.target(byhand.statistic(style))
            value, gradient = evaluate(new, T)
            np.testing.assert_allclose(value, byhand.distance(byhand.statistic(new), T), atol=1e-15)
            by_hand = derived(new, style)
            np.testing.assert_allclose(gradient, by_hand, atol=1e-15)
            if not new.any():
                assert not by_hand.any()
