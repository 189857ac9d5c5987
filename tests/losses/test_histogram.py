import jax
import numpy as np
import pytest
import scipy.stats
from gradcheck import check, close
from helpers import one_channel
from losscheck import compiled
from scipy.optimize import linear_sum_assignment
from skimage.exposure import match_histograms

from jnst.byhand.losses import histogram as byhand
from jnst.errors import InputError
from jnst.losses import histogram

RNG = np.random.default_rng(0)
ours = compiled(histogram)
N = 3
F, EQUAL, SMALL, LARGE = (
    RNG.normal(size=(1, *size, N)) + 0.5 for size in ((4, 5), (5, 4), (3, 4), (6, 5))
)
STYLES = pytest.mark.parametrize("style", [EQUAL, SMALL, LARGE], ids=["equal", "small", "large"])
BOTH = pytest.mark.parametrize("module", [ours, byhand])


pytestmark = pytest.mark.usefixtures("in_float64")


@jax.jit
@jax.value_and_grad
def evaluate(x, style):
    return histogram.distance(histogram.statistic(x), histogram.statistic(style))


def autodiff(features, style):
    """Value and gradient of the whole loss, matching and all."""
    return lambda x: evaluate(x, style)[0], evaluate(features, style)[1]


# Quantiles ¼ and ¾ of 0, 3, 3, 6 are 1.5 and 4.5: squares 1.5² + 2.5², 4.5² + 1.5² = 22.5.
@pytest.mark.parametrize(
    ("scale", "expected"), [("half", 4.25), ("mean", 8.5 / 2), ("relative", 8.5 / 22.5)]
)
@BOTH
def test_one_channel_worked_out_on_paper(module, scale, expected):
    S = module.statistic(one_channel(2, 0))
    T = module.statistic(one_channel(6, 0, 3, 3))
    np.testing.assert_allclose(module.distance(S, T, scale=scale), expected, rtol=1e-14)


# The larger value stands first: 2 is to become 4.5, and 0 to become 1.5. 2 · ½ · (F - R(F)).
def test_grad_of_one_channel_worked_out_on_paper():
    features, style = one_channel(2, 0), one_channel(6, 0, 3, 3)
    np.testing.assert_allclose(autodiff(features, style)[1], one_channel(-2.5, -1.5), rtol=1e-14)


# R(F) by scikit-image; differences of the loss with F matched anew at each point.
def test_parity_with_scikit_image_and_a_constant_match_is_the_true_derivative():
    matched = match_histograms(F[0], EQUAL[0], channel_axis=-1)[None]
    loss, automatic = autodiff(F, EQUAL)
    np.testing.assert_allclose(loss(F), np.mean((F - matched) ** 2), rtol=1e-12)
    held = 2 * (F - matched) / F.size
    close(automatic, held)
    check(loss, F, held, name="histogram loss")


# The least cost of any assignment, which knows nothing of sorting.
def test_parity_with_the_cheapest_assignment_by_scipy():
    expected = 0
    for x, y in zip(F.reshape(-1, N).T, EQUAL.reshape(-1, N).T, strict=True):
        cost = (x[:, None] - y) ** 2
        expected += cost[linear_sum_assignment(cost)].sum() / F.size
    got = ours.distance(ours.statistic(F), ours.statistic(EQUAL))
    np.testing.assert_allclose(got, expected, rtol=1e-12)


@STYLES
def test_parity_with_ranks_and_quantiles_by_scipy(style):
    expected = 0
    for x, y in zip(F.reshape(-1, N).T, style.reshape(-1, N).T, strict=True):
        at = (scipy.stats.rankdata(x) - 0.5) / len(x)
        expected += np.sum((x - scipy.stats.mstats.mquantiles(y, at, 0.5, 0.5)) ** 2) / F.size
    got = ours.distance(ours.statistic(F), ours.statistic(style))
    np.testing.assert_allclose(got, expected, rtol=1e-12)


# Half a step of M·N against the gradient lands on R(F), where nothing is left to do.
@STYLES
def test_one_step_down_the_gradient_matches(style):
    loss, gradient = autodiff(F, style)
    there = F - F.size / 2 * np.asarray(gradient)
    assert loss(there) < 1e-28
    np.testing.assert_allclose(autodiff(there, style)[1], 0, atol=1e-15)


@STYLES
@pytest.mark.parametrize("scale", ["mean", "relative"])
@BOTH
def test_a_distance_is_zero_at_the_target_and_else_positive_and_forgets_positions(
    module, scale, style
):
    def between(x, y):
        return float(module.distance(module.statistic(x), module.statistic(y), scale=scale))

    shuffled = RNG.permuted(F, axis=1)  # each channel on its own
    assert between(shuffled, F) == 0
    assert between(F, style) > 0.01
    assert between(shuffled, style) == pytest.approx(between(F, style), rel=1e-12)
    if scale == "relative":
        assert between(0 * F, style) == pytest.approx(1, rel=1e-12)
        assert between(3 * F, 3 * style) == pytest.approx(between(F, style), rel=1e-12)
    else:
        assert between(3 * F, 3 * style) == pytest.approx(9 * between(F, style), rel=1e-12)
        assert between(F + 2, F) == pytest.approx(4, rel=1e-12)


@pytest.mark.parametrize("level", [0, 0.7])
@STYLES
def test_a_constant_map_stays_finite(style, level):
    flat = np.full_like(F, level)
    loss, automatic = autodiff(flat, style)
    assert np.isfinite(loss(flat))
    assert np.isfinite(automatic).all()
    _, still = autodiff(flat, np.full_like(style, level))
    assert not still.any()


def test_float32_stays_float32():
    S, T = (ours.statistic(x.astype(np.float32)) for x in (F, LARGE))
    got = ours.distance(S, T)
    assert got.dtype == np.float32
    exact = byhand.distance(byhand.statistic(F), byhand.statistic(LARGE))
    np.testing.assert_allclose(got, exact, rtol=1e-5)


def test_unknown_scale_lists_the_choices():
    S = histogram.statistic(F)
    with pytest.raises(InputError, match="'max'; choose from half, quarter-mean, mean, relative"):
        histogram.distance(S, S, scale="max")
