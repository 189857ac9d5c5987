import jax
import numpy as np
import pytest
import scipy.linalg
from gradcheck import close
from helpers import one_channel
from losscheck import compiled
from PIL import Image
from skimage.data import chelsea

from jnst.backbones import vgg
from jnst.byhand.losses import wasserstein as byhand
from jnst.errors import InputError
from jnst.losses import wasserstein
from jnst.pictures import resizing, samples
from jnst.weights import store

RNG = np.random.default_rng(0)
ours = compiled(wasserstein)
N = 6
F, P = (np.maximum(RNG.normal(size=(1, *size, N)) + 0.5, 0) for size in ((5, 7), (6, 4)))
FEW = np.maximum(RNG.normal(size=(1, 2, 2, N)), 0)  # four positions: a covariance of rank 3
COUNTS = RNG.multinomial(35, np.full(35, 1 / 35))  # whole numbers of mean 1, zeros among them
WHOLE = COUNTS.reshape(1, 5, 7, 1).astype(float)
SMOOTH = RNG.random((1, 5, 7, 1))
REGIONS = {"everywhere": None, "whole": WHOLE, "smooth": SMOOTH / SMOOTH.mean()}
GUIDED = pytest.mark.parametrize("region", REGIONS.values(), ids=REGIONS)
SCALES = sorted(wasserstein.SCALE)
BOTH = pytest.mark.parametrize("module", [ours, byhand])


pytestmark = pytest.mark.usefixtures("in_float64")


# Means 1 and 3, standard deviations 1 and 3: W² = (1 - 3)² + (1 - 3)² = 8. Σm² + tr C = 9 + 9.
@pytest.mark.parametrize(("scale", "expected"), [("mean", 8), ("relative", 8 / 18)])
@BOTH
def test_one_channel_worked_out_on_paper(module, scale, expected):
    S = module.statistic(one_channel(0, 2))
    T = module.target(module.statistic(one_channel(0, 6)))
    np.testing.assert_allclose(module.distance(S, T, scale=scale), expected, rtol=1e-13)


# Three quarters of 0 and a quarter of 4 have the mean 1 and the variance ¾·1 + ¼·9 = 3.
@BOTH
def test_a_region_worked_out_on_paper(module):
    S = module.statistic(one_channel(0, 4, 99), one_channel(2.25, 0.75, 0))
    T = module.target(module.statistic(one_channel(99, 6, 0), one_channel(0, 1.5, 1.5)))
    np.testing.assert_allclose(S.mean, [1], rtol=1e-15)
    np.testing.assert_allclose(module.distance(S, T), 4 + (np.sqrt(3) - 3) ** 2, rtol=1e-13)


# Matrices with common eigenvectors: tr(C + C_s - 2√(C C_s)) = (1 - 2)² + (3 - 1)² = 5, and N = 2.
@BOTH
def test_covariances_that_commute_worked_out_on_paper(module):
    c, s = np.cos(0.3), np.sin(0.3)
    turn, zero = np.array([[c, -s], [s, c]]), np.zeros(2)
    C, C_s = (turn @ np.diag(d).astype(float) @ turn.T for d in ([1, 9], [4, 1]))
    target = module.target(module.Moments(zero, C_s))
    np.testing.assert_allclose(module.distance(module.Moments(zero, C), target), 5 / 2, rtol=1e-13)


# Step by step: a region of ones is none to the last bit.
@pytest.mark.parametrize("module", [wasserstein, byhand])
def test_a_region_of_whole_numbers_repeats_positions(module):
    assert set(COUNTS) > {0, 1, 2}
    repeated = np.repeat(F.reshape(-1, N), COUNTS, axis=0).reshape(F.shape)
    for got, expected in zip(module.statistic(F, WHOLE), module.statistic(repeated), strict=True):
        close(got, expected, rtol=1e-12)
    ones = module.statistic(F, np.ones_like(WHOLE))
    for got, expected in zip(ones, module.statistic(F), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_grad_of_the_trace_of_the_root_where_eigenvalues_are_equal():
    A = np.diag([4.0, 4.0, 1.0])
    np.testing.assert_allclose(wasserstein.trace_sqrt(A), 5)
    np.testing.assert_allclose(
        jax.jit(jax.grad(wasserstein.trace_sqrt))(A), np.diag([0.25, 0.25, 0.5])
    )


@pytest.mark.parametrize("scale", SCALES)
@BOTH
def test_a_distance_is_zero_at_the_target_and_else_positive_and_forgets_positions(module, scale):
    def between(x, y):
        T = module.target(module.statistic(y))
        return float(module.distance(module.statistic(x), T, scale=scale))

    shuffled = RNG.permutation(F.reshape(-1, N)).reshape(F.shape)
    assert abs(between(F, F)) < 1e-10
    assert abs(between(FEW, FEW)) < 1e-6  # roots of eigenvalues that are rounding
    assert between(F, P) > 0.01
    assert between(F, P) == pytest.approx(between(shuffled, P), rel=1e-12)
    if scale == "mean":
        assert between(F, P) == pytest.approx(between(P, F), rel=1e-10)
        assert between(3 * F, 3 * P) == pytest.approx(9 * between(F, P), rel=1e-12)
    else:
        assert between(0 * F, P) == pytest.approx(1, rel=1e-12)
        assert between(3 * F, 3 * P) == pytest.approx(between(F, P), rel=1e-12)


def test_nothing_but_zeros_stays_finite():
    T = ours.target(ours.statistic(P))

    @jax.jit
    @jax.value_and_grad
    def evaluate(x):
        return wasserstein.distance(wasserstein.statistic(x), T)

    value, gradient = evaluate(0 * F)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


# SciPy's matrix root knows neither symmetry nor eigenvalues (it goes by a Schur decomposition).
@GUIDED
def test_parity_with_scipy(region):
    given = [
        (F.reshape(-1, N), None if region is None else region.ravel()),
        (P.reshape(-1, N), None),
    ]
    m, m_s = (np.average(x, axis=0, weights=weights) for x, weights in given)
    C, C_s = (np.cov(x, rowvar=False, bias=True, aweights=weights) for x, weights in given)
    root = scipy.linalg.sqrtm(C_s)
    cross = np.trace(scipy.linalg.sqrtm(root @ C @ root)).real
    expected = (np.sum((m - m_s) ** 2) + np.trace(C) + np.trace(C_s) - 2 * cross) / N
    got = ours.distance(ours.statistic(F, region), ours.target(ours.statistic(P)))
    np.testing.assert_allclose(got, expected, rtol=1e-10)


# What it is a bound of: for features in one dimension, the cost of moving sorted values.
def test_it_is_at_most_the_transport_cost_of_the_samples():
    x, y = RNG.gamma(2.0, size=(2, 500))
    T = byhand.target(byhand.statistic(one_channel(*y)))
    gaussian = byhand.distance(byhand.statistic(one_channel(*x)), T)
    assert 0 < gaussian <= np.mean((np.sort(x) - np.sort(y)) ** 2)


def test_unknown_scale_lists_the_choices():
    T = wasserstein.target(wasserstein.statistic(P))
    with pytest.raises(InputError, match="'half'; choose from mean, relative"):
        wasserstein.distance(wasserstein.statistic(F), T, scale="half")


# In float32, on features of a network, whose eigenvalues span many decades.
def test_float32_is_good_to_half_a_hundredth(real_features):
    one, other = real_features
    exact, rounded = (
        [
            float(module.distance(module.statistic(x), module.target(module.statistic(other))))
            for x in (one, other)
        ]
        for module, (one, other) in (
            (byhand, (one, other)),
            (ours, (one.astype(np.float32), other.astype(np.float32))),
        )
    )
    size = np.mean(other**2)
    np.testing.assert_allclose(np.array(rounded) / size, np.array(exact) / size, atol=5e-3)


@pytest.fixture
def real_features():
    params = store.load()
    pictures = chelsea()[None, ::2, ::2] / 255, np.asarray(Image.open(samples.STYLE))[None] / 255
    return [
        np.asarray(
            vgg.features(params, resizing.fit(x.astype(np.float32), 128), ["relu4_1"])["relu4_1"],
            np.float64,
        )
        for x in pictures
    ]
