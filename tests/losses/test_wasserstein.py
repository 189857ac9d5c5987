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


# In float32, on features of a network, whose covariances have eigenvalues over many decades. The
# gradient with respect to the features; 24 x 16 positions of 512 channels, and 96 x 64 of 128.
@pytest.mark.parametrize("layer", ["relu4_1", "relu2_1"])
def test_float32_is_good_to_a_fifth_of_a_hundredth(real_features, layer):
    one, other = (found[layer] for found in real_features)
    S, T = byhand.statistic(one), byhand.target(byhand.statistic(other))
    expected = byhand.statistic_backward(byhand.distance_backward(S, T), one)

    @jax.jit
    @jax.value_and_grad
    def evaluate(x, y):
        return wasserstein.distance(
            wasserstein.statistic(x), wasserstein.target(wasserstein.statistic(y))
        )

    with jax.enable_x64(False):
        value, gradient = evaluate(one.astype(np.float32), other.astype(np.float32))
    np.testing.assert_allclose(value, byhand.distance(S, T), rtol=2e-4)
    assert np.linalg.norm(gradient - expected) < 2e-3 * np.linalg.norm(expected)
    for x, y in ((one, one), (one.astype(np.float32), other.astype(np.float32))):  # by hand, too
        dS = byhand.distance_backward(byhand.statistic(x), byhand.target(byhand.statistic(y)))
        assert np.isfinite(byhand.statistic_backward(dS, x)).all()


# As many as that, and one less: the same numbers, by covariance and by deviations.
def test_few_positions_and_many_are_one_loss():
    assert isinstance(wasserstein.statistic(F), wasserstein.Moments)
    few = np.maximum(RNG.normal(size=(1, 3, 3, N)), 0)
    assert isinstance(wasserstein.statistic(few), wasserstein.Deviations)
    region = RNG.random((1, 3, 3, 1))
    for where in (None, region / region.mean()):
        by_moments = wasserstein.statistic(few, where, whole=9)
        assert isinstance(by_moments, wasserstein.Moments)
        T = ours.target(ours.statistic(P))
        close(ours.distance(by_moments, T), ours.distance(ours.statistic(few, where), T), rtol=1e-9)
        for one, other in zip(
            ours.target(by_moments), ours.target(ours.statistic(few, where)), strict=True
        ):
            close(np.abs(one), np.abs(other), rtol=1e-6)


# A blank picture, one with less variety than the painting, one that is nearly blank.
@pytest.mark.parametrize("kind", ["blank", "poor", "nearly blank"])
def test_pictures_with_less_than_the_painting_get_a_gradient_that_leads_on(kind):
    shape = (1, 12, 12, N)
    rng = np.random.default_rng(1)
    given = np.ones(shape) * np.arange(1, N + 1)
    if kind == "poor":
        given = np.maximum(rng.normal(size=(1, 12, 12, 2)), 0) @ rng.random((2, N))
    elif kind == "nearly blank":
        given += 1e-4 * rng.normal(size=shape)

    @jax.jit
    @jax.value_and_grad
    def evaluate(x, T):
        return wasserstein.distance(wasserstein.statistic(x), T)

    with jax.enable_x64(False):
        T = wasserstein.target(wasserstein.statistic(P.astype(np.float32)))
        value, gradient = evaluate(given.astype(np.float32), T)
        assert np.isfinite(gradient).all()
        slope = np.sum(np.square(gradient))
        moved = given.astype(np.float32) - 0.01 * value / slope * gradient
        fall = value - evaluate(moved, T)[0]
        assert fall > 0.1 * 0.01 * value  # a tenth of what the slope says
    exact = byhand.distance(byhand.statistic(given), byhand.target(byhand.statistic(P)))
    np.testing.assert_allclose(value, exact, rtol=1e-3)


@pytest.fixture(scope="module")
def real_features():
    params = store.load()
    pictures = chelsea()[None, ::2, ::2] / 255, np.asarray(Image.open(samples.STYLE))[None] / 255
    found = (
        vgg.features(params, resizing.fit(x.astype(np.float32), 128), ["relu2_1", "relu4_1"])
        for x in pictures
    )
    return [{layer: np.asarray(F, np.float64) for layer, F in one.items()} for one in found]
