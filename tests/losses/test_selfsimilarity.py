import jax
import numpy as np
import pytest
from losscheck import compiled
from scipy.spatial.distance import cdist

from jnst.byhand.losses import selfsimilarity as byhand
from jnst.errors import InputError
from jnst.losses import selfsimilarity

RNG = np.random.default_rng(0)
ours = compiled(selfsimilarity)
N = 6
F, P = np.maximum(RNG.normal(size=(2, 1, 5, 4, N)) + 1, 0)
SCALES = sorted(selfsimilarity.SCALE)
BOTH = pytest.mark.parametrize("module", [ours, byhand])


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
    assert not jax.jit(jax.grad(selfsimilarity.distance))(T, T).any()


def test_parity_with_scipy():
    distances = (cdist(x.reshape(-1, N), x.reshape(-1, N), "cosine") for x in (F, P))
    S, T = (D / D.sum(axis=0) for D in distances)
    np.testing.assert_allclose(between(ours, F, P), np.abs(S - T).mean(), rtol=1e-12)


def test_large_maps_are_compared_on_the_grid():
    large = RNG.normal(size=(1, 64, 64, 2))
    seen = large[:, 1::2, 1::2]
    for module in (ours, byhand):
        np.testing.assert_array_equal(module.statistic(large), module.statistic(seen))


def test_unknown_scale_lists_the_choices():
    with pytest.raises(InputError, match="'half'; choose from mean, columns, relative"):
        between(selfsimilarity, F, P, scale="half")
