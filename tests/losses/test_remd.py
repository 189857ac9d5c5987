import jax
import numpy as np
import pytest
from losscheck import compiled
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from jnst.byhand.losses import remd as byhand
from jnst.errors import InputError
from jnst.losses import remd

RNG = np.random.default_rng(0)
ours = compiled(remd)
N = 6
F, P = (np.maximum(RNG.normal(size=(1, *size, N)) + 0.3, 0) for size in ((4, 5), (5, 3)))
# Two kinds of vectors only: in the style, or in the picture, it decides the side of the maximum.
PLAIN = np.broadcast_to(P[:, 1:2, :1], P.shape).copy()
PLAIN[:, 0] = P[:, 0, :1]
SCALES = sorted(remd.SCALE)
BOTH = pytest.mark.parametrize("module", [ours, byhand])


pytestmark = pytest.mark.usefixtures("in_float64")


@jax.jit
@jax.value_and_grad
def evaluate(x, T):
    return remd.distance(remd.statistic(x), T)


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


def sides(x, y):
    C = cdist(x.reshape(-1, N), y.reshape(-1, N), "cosine")
    return C.min(axis=1).mean(), C.min(axis=0).mean()


# At a tie the first takes it all: (1, 0) is as near to both, and both means are 1 - √½.
def test_grad_at_a_tie_is_that_of_the_first():
    x, style = vectors([1, 0]), vectors([1, 1], [1, -1])
    T = byhand.target(byhand.statistic(style))
    # Of the rows' side: -v_1 across u = (1, 0).
    expected = np.array([0, -np.sqrt(0.5)]).reshape(x.shape)
    _, gradient = evaluate(x, T)
    np.testing.assert_allclose(gradient, expected, atol=1e-15)
    # Of the columns' side, once it is the larger: the first of two equal vectors moves.
    twins, style = vectors([1, 0], [1, 0]), vectors([1, 0], [1, 1])
    T = byhand.target(byhand.statistic(style))
    _, gradient = evaluate(twins, T)
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
    np.testing.assert_allclose(evaluate(F, T)[1], 0, atol=1e-15)


def test_parity_with_scipy():
    for x, y in ((F, P), (PLAIN, F), (F, PLAIN)):
        np.testing.assert_allclose(between(ours, x, y), max(sides(x, y)), rtol=1e-12)


# What it is a bound of: the cost of moving each vector to another one, none to the same place.
def test_it_is_at_most_the_earth_movers_distance():
    x, y = np.maximum(RNG.normal(size=(2, 1, 4, 4, N)), 0)
    C = cdist(x.reshape(-1, N), y.reshape(-1, N), "cosine")
    assert 0 < between(ours, x, y) <= C[linear_sum_assignment(C)].mean()


def test_large_maps_are_compared_on_the_grid():
    large = RNG.normal(size=(1, 64, 64, 2))
    S = remd.statistic(large)
    np.testing.assert_array_equal(S, large[0, 1::2, 1::2].reshape(-1, 2))
    np.testing.assert_array_equal(byhand.statistic(large), S)


def test_unknown_scale_lists_the_choices():
    T = remd.target(remd.statistic(P))
    with pytest.raises(InputError, match="'half'; choose from mean, relative"):
        remd.distance(remd.statistic(F), T, scale="half")
