import jax
import numpy as np
import pytest
import scipy.stats
from helpers import one_channel
from losscheck import compiled
from scipy.spatial.distance import sqeuclidean

from jnst.byhand.losses import moments as byhand
from jnst.errors import InputError
from jnst.losses import moments, wasserstein

RNG = np.random.default_rng(0)
ours = compiled(moments)
N = 3
F, P = (np.maximum(RNG.normal(size=(1, *size, N)) + 0.5, 0) for size in ((4, 5), (6, 4)))
REGION = RNG.integers(0, 4, size=(1, 4, 5, 1)).astype(float)  # zeros among them
REGION /= REGION.mean()
SCALES = sorted(moments.SCALE)
BOTH = pytest.mark.parametrize("module", [ours, byhand])


pytestmark = pytest.mark.usefixtures("in_float64")


@jax.jit
@jax.value_and_grad
def evaluate(x, style, region=None):
    return moments.distance(moments.statistic(x, region), moments.statistic(style))


def two_channels(first, second):
    return np.stack([first, second], axis=-1).astype(float).reshape(1, len(first), 1, 2)


# Means 1 and 3, standard deviations 1 and 2; in the style 3, 3 and 3, 0. Squared: 4 + 0 + 4 + 4.
@pytest.mark.parametrize(
    ("scale", "expected"), [("sum", 12), ("mean", 12 / 2), ("relative", 12 / 27)]
)
@BOTH
def test_two_channels_worked_out_on_paper(module, scale, expected):
    S = module.statistic(two_channels([0, 2], [1, 5]))
    T = module.statistic(two_channels([0, 6, 0, 6], [3, 3, 3, 3]))
    np.testing.assert_allclose(module.distance(S, T, scale=scale), expected, rtol=1e-14)


# The values 1, 5, 7 with weights 2, 1, 0: mean 7/3, variance (2 · 16/9 + 64/9) / 3 = 32/9.
@BOTH
def test_a_region_worked_out_on_paper(module):
    S = module.statistic(one_channel(1, 5, 7), region=one_channel(2, 1, 0))
    np.testing.assert_allclose(S.mean, [7 / 3], rtol=1e-14)
    np.testing.assert_allclose(S.std, [np.sqrt(32) / 3], rtol=1e-14)


slope_of_std = jax.jit(jax.grad(lambda x: moments.statistic(x).std[0]))


# The derivative of σ is a vector of length 1/√M: nothing is gained by adding to the variance.
@pytest.mark.parametrize("size", [1, 1e-3, 1e-12])
def test_grad_of_the_standard_deviation_has_the_same_length_however_small_it_is(size):
    gradient = slope_of_std(1 + size * F[..., :1])
    np.testing.assert_allclose(np.linalg.norm(gradient), 1 / np.sqrt(20), rtol=1e-3)


@pytest.mark.parametrize("region", [None, REGION], ids=["everywhere", "region"])
@pytest.mark.parametrize("level", [0, 0.7, -1e3])
def test_grad_where_a_channel_is_constant_is_that_of_the_mean_alone(level, region):
    flat = F.copy()
    flat[..., 1] = level
    _, automatic = evaluate(flat, P, region)
    weights = np.ones((1, 4, 5)) if region is None else region[..., 0]
    expected = 2 / N * (level - P[..., 1].mean()) * weights / 20
    assert ours.statistic(flat, region).std[1] == 0
    np.testing.assert_allclose(automatic[..., 1], expected, rtol=1e-12)


@pytest.mark.parametrize("scale", SCALES)
@BOTH
def test_a_distance_is_zero_at_the_target_and_else_positive_and_forgets_positions(module, scale):
    def between(x, y):
        return float(module.distance(module.statistic(x), module.statistic(y), scale=scale))

    shuffled = RNG.permuted(F, axis=1)  # each channel on its own: correlations do not count
    assert between(F, F) == 0
    assert between(F, np.repeat(F, 3, axis=1)) == pytest.approx(0, abs=1e-28)
    assert between(F, P) > 0.01
    assert between(shuffled, P) == pytest.approx(between(F, P), rel=1e-12)
    if scale == "relative":
        assert between(0 * F, P) == pytest.approx(1, rel=1e-12)
        assert between(3 * F, 3 * P) == pytest.approx(between(F, P), rel=1e-12)
    else:
        assert between(P, F) == pytest.approx(between(F, P), rel=1e-12)
        assert between(3 * F, 3 * P) == pytest.approx(9 * between(F, P), rel=1e-12)
        shift = np.array([1.0, -2.0, 3.0])
        assert between(F + shift, P + shift) == pytest.approx(between(F, P), rel=1e-11)


# Position k counts r_k times: whole numbers are copies, and a constant region is none.
@BOTH
def test_a_region_of_whole_numbers_is_the_map_with_positions_repeated(module):
    times = RNG.integers(0, 4, size=20)
    region = (times / times.mean()).reshape(1, 4, 5, 1)
    repeated = np.repeat(F.reshape(20, N), times, axis=0)[None, :, None]
    for got, expected in zip(module.statistic(F, region), module.statistic(repeated), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12)
    for got, expected in zip(
        module.statistic(F, np.ones((1, 4, 5, 1))), module.statistic(F), strict=True
    ):
        np.testing.assert_allclose(got, expected, rtol=1e-14)


# With one channel it is the Wasserstein distance of Gaussians, with more at most that.
def test_it_is_the_wasserstein_distance_without_correlations():
    whole = compiled(wasserstein)

    def gaussian(x, y):
        T = whole.target(whole.statistic(y))
        return whole.distance(whole.statistic(x), T)

    def parts(x, y):
        return ours.distance(ours.statistic(x), ours.statistic(y))

    one, other = F[..., :1], P[..., :1]
    np.testing.assert_allclose(parts(one, other), gaussian(one, other), rtol=1e-9)
    assert parts(F, P) < gaussian(F, P)


def test_parity_with_scipy():
    both = []
    for x in (F, P):
        found = scipy.stats.describe(x.reshape(-1, N), ddof=0)
        both.append((found.mean, np.sqrt(found.variance)))
    (m, s), (m_s, s_s) = both
    expected = (sqeuclidean(m, m_s) + sqeuclidean(s, s_s)) / N
    got = ours.distance(ours.statistic(F), ours.statistic(P))
    np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_parity_of_a_region_with_numpy():
    C = np.cov(F.reshape(-1, N), rowvar=False, ddof=0, aweights=REGION.ravel())
    mean = np.average(F.reshape(-1, N), axis=0, weights=REGION.ravel())
    S = ours.statistic(F, REGION)
    np.testing.assert_allclose(S.mean, mean, rtol=1e-12)
    np.testing.assert_allclose(S.std, np.sqrt(np.diagonal(C)), rtol=1e-12)


def test_nothing_but_zeros_stays_finite():
    value, gradient = evaluate(0 * F, P)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
    value, gradient = evaluate(0 * F, 0 * P)
    assert value == 0
    assert not gradient.any()


# A mean a thousand times the deviation: squares of the values themselves would lose it.
def test_float32_keeps_a_small_deviation_on_a_large_mean():
    features = 1000 + F
    S = ours.statistic(features.astype(np.float32))
    assert S.mean.dtype == S.std.dtype == np.float32
    np.testing.assert_allclose(S.std, byhand.statistic(features).std, rtol=1e-3)


def test_unknown_scale_lists_the_choices():
    S = moments.statistic(F)
    with pytest.raises(InputError, match="'half'; choose from sum, mean, relative"):
        moments.distance(S, S, scale="half")
