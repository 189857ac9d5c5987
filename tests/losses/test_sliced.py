import jax
import numpy as np
import pytest
from losscheck import compiled
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from jnst.byhand.losses import histogram
from jnst.byhand.losses import sliced as byhand
from jnst.errors import InputError
from jnst.losses import sliced

RNG = np.random.default_rng(0)
ours = compiled(sliced)
N = 3
F, EQUAL, SMALL, LARGE = (
    RNG.normal(size=(1, *size, N)) + 0.5 for size in ((4, 5), (5, 4), (3, 4), (6, 5))
)
STYLES = pytest.mark.parametrize("style", [EQUAL, SMALL, LARGE], ids=["equal", "small", "large"])
BOTH = pytest.mark.parametrize("module", [ours, byhand])


pytestmark = pytest.mark.usefixtures("in_float64")


@jax.jit
@jax.value_and_grad
def evaluate(x, T):
    return sliced.distance(sliced.statistic(x), T)


def autodiff(features, style, *, seed=0):
    T = ours.target(sliced.statistic(style), seed=seed)
    return lambda x: evaluate(x, T)[0], evaluate(features, T)[1]


# Along (0.6, 0.8) and (-0.8, 0.6) the points (0, 0), (5, 10) lie at 0, 11 and 0, 2; the style's
# (5, 0), (0, 5) at 3, 4 and -4, 3. Squares: 9 + 49 and 16 + 1. The style's: 25 and 25.
@pytest.mark.parametrize(
    ("scale", "expected"), [("half", 75 / 2), ("mean", 75 / 4), ("relative", 75 / 50)]
)
@BOTH
def test_two_points_worked_out_on_paper(module, scale, expected):
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]])
    points = np.array([[5.0, 10], [0, 0]])
    T = module.Target(np.array([[3.0, 4], [-4, 3]]), turn)
    np.testing.assert_allclose(module.distance(points, T, scale=scale), expected, rtol=1e-14)


@BOTH
def test_the_target_holds_sorted_projections(module):
    T = module.target(module.statistic(LARGE), seed=3)
    basis = module.directions(N, seed=3)
    np.testing.assert_array_equal(T.directions, basis)
    for row, direction in zip(T.values, basis, strict=True):
        by_hand = sorted(
            sum(x * d for x, d in zip(p, direction, strict=True)) for p in LARGE[0].reshape(-1, N)
        )
        np.testing.assert_allclose(row, by_hand, rtol=0, atol=1e-14)


# Gram-Schmidt, from the textbook, on the same numbers: it has no sign to choose.
@pytest.mark.parametrize("channels", [1, 2, 5, 32])
@BOTH
def test_directions_are_an_orthonormal_basis_by_gram_and_schmidt(module, channels):
    for seed in (0, 7):
        expected = []
        for column in np.random.default_rng(seed).normal(size=(channels, channels)).T:
            rest = column - sum((d * (d @ column) for d in expected), start=np.zeros(channels))
            expected.append(rest / np.linalg.norm(rest))
        got = module.directions(channels, seed=seed)
        np.testing.assert_allclose(got @ got.T, np.eye(channels), atol=1e-14)
        np.testing.assert_allclose(got, expected, atol=1e-11)


def test_directions_are_the_same_each_time_and_others_for_another_seed():
    for channels in (1, 8):
        np.testing.assert_array_equal(sliced.directions(channels), sliced.directions(channels))
    assert np.abs(sliced.directions(8) - sliced.directions(8, seed=1)).max() > 0.1
    assert autodiff(F, LARGE)[0](F) != autodiff(F, LARGE, seed=1)[0](F)


def test_directions_reach_the_distance_as_data():
    T = sliced.target(sliced.statistic(LARGE))
    traced = jax.make_jaxpr(sliced.distance)(sliced.statistic(F), T)
    assert sum(np.size(constant) for constant in traced.consts) < N


@STYLES
@pytest.mark.parametrize("scale", ["mean", "relative"])
@BOTH
def test_a_distance_is_zero_at_the_target_and_else_positive_and_forgets_positions(
    module, scale, style
):
    def between(x, y):
        T = module.target(module.statistic(y))
        return float(module.distance(module.statistic(x), T, scale=scale))

    shuffled = RNG.permutation(F.reshape(-1, N)).reshape(F.shape)
    assert between(shuffled, F) == pytest.approx(0, abs=1e-28)
    assert between(F, style) > 0.01
    assert between(shuffled, style) == pytest.approx(between(F, style), rel=1e-12)
    if scale == "relative":
        assert between(0 * F, style) == pytest.approx(1, rel=1e-12)
        assert between(3 * F, 3 * style) == pytest.approx(between(F, style), rel=1e-12)
    else:
        assert between(3 * F, 3 * style) == pytest.approx(9 * between(F, style), rel=1e-12)


# An orthonormal basis splits |t|² into its parts along the directions and loses none.
@pytest.mark.parametrize("seed", range(3))
@BOTH
def test_a_shift_costs_its_squared_length(module, seed):
    t = np.array([1.0, -2, 3])
    T = module.target(module.statistic(F), seed=seed)
    got = module.distance(module.statistic(F + t), T, scale="mean")
    np.testing.assert_allclose(got, (t @ t) / N, rtol=1e-12)


# Each channel shuffled on its own: the histograms are the same, and only this loss can tell.
def test_it_sees_what_histograms_do_not():
    shuffled = RNG.permuted(F, axis=1)
    apart = autodiff(shuffled, F)[0](shuffled)
    S, T = (histogram.statistic(x) for x in (shuffled, F))
    assert apart > 1e-3
    assert histogram.distance(S, T) < apart / 10


# The best pairing in N dimensions is one of those that each direction may choose from.
@pytest.mark.parametrize("seed", range(3))
def test_it_lies_between_the_means_and_the_cost_of_transport_in_all_dimensions(seed):
    x, y = F.reshape(-1, N), EQUAL.reshape(-1, N)
    cost = cdist(x, y, "sqeuclidean")
    whole = cost[linear_sum_assignment(cost)].mean() / N
    means = np.sum((x.mean(axis=0) - y.mean(axis=0)) ** 2) / N
    assert means < autodiff(F, EQUAL, seed=seed)[0](F) < whole


# Direction by direction, the cheapest assignment, which knows nothing of sorting.
def test_parity_with_the_cheapest_assignment_by_scipy():
    expected = 0
    for direction in sliced.directions(N):
        x, y = (z.reshape(-1, N) @ direction for z in (F, EQUAL))
        cost = (x[:, None] - y) ** 2
        expected += cost[linear_sum_assignment(cost)].sum() / F.size
    np.testing.assert_allclose(autodiff(F, EQUAL)[0](F), expected, rtol=1e-12)


@pytest.mark.parametrize("level", [0, 0.7])
@STYLES
def test_a_constant_map_stays_finite(style, level):
    flat = np.full_like(F, level)
    loss, automatic = autodiff(flat, style)
    assert np.isfinite(loss(flat))
    assert np.isfinite(automatic).all()
    np.testing.assert_allclose(autodiff(flat, np.full_like(style, level))[1], 0, atol=1e-15)


def test_float32_stays_float32_and_jits():
    T = jax.jit(sliced.target)(sliced.statistic(LARGE.astype(np.float32)))
    got = jax.jit(sliced.distance)(sliced.statistic(F.astype(np.float32)), T)
    assert T.directions.dtype == T.values.dtype == got.dtype == np.float32
    exact = byhand.distance(byhand.statistic(F), byhand.target(byhand.statistic(LARGE)))
    np.testing.assert_allclose(got, exact, rtol=1e-5)


def test_unknown_scale_lists_the_choices():
    S = sliced.statistic(F)
    with pytest.raises(InputError, match="'max'; choose from half, quarter-mean, mean, relative"):
        sliced.distance(S, sliced.target(S), scale="max")
