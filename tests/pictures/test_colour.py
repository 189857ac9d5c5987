"""Keeping the content's colours."""

import jax.numpy as jnp
import numpy as np
import pytest
import scipy.linalg
import skimage.color
import skimage.exposure
from hypothesis import given
from hypothesis import strategies as st

from jnst.errors import InputError
from jnst.pictures import colour, resizing

RNG = np.random.default_rng(0)
LINEAR = {
    "cholesky": colour.cholesky,
    "pca": colour.pca,
    "monge-kantorovich": colour.monge_kantorovich,
}
KINDS = list(colour.METHODS)
RECOLOURING = [kind for kind in KINDS if kind != "luminance"]


def coloured(height, width, mean, spread):
    """A picture with channels that vary together, far enough from 0 and 1 not to be clipped."""
    mixing = RNG.uniform(-1, 1, (3, 3)) + 2 * np.eye(3)
    values = RNG.uniform(-spread, spread, (1, height, width, 3)) @ mixing.T / 4 + mean
    return values.astype(np.float32)


CONTENT = coloured(9, 12, [0.6, 0.5, 0.4], 0.25)
STYLE = coloured(11, 7, [0.4, 0.45, 0.6], 0.3)
GREY = np.repeat(CONTENT[..., 1:2], 3, axis=-1)
BLANK = np.full((1, 5, 6, 3), [0.2, 0.7, 0.3], np.float32)
PLAIN = [CONTENT, STYLE, GREY, BLANK, np.zeros_like(CONTENT), np.ones_like(STYLE)]


def moments(picture):
    x = np.float64(picture).reshape(-1, 3)
    return x.mean(axis=0), np.cov(x, rowvar=False, bias=True)


def yiq(picture):
    return skimage.color.rgb2yiq(np.float64(picture))


def saturated():
    """Bright, dark and saturated colours, painted over with every luminance."""
    content = RNG.integers(0, 2, (1, 20, 30, 3)).astype(np.float32)
    content[:, :10] = RNG.random((1, 10, 30, 3))
    return content, RNG.random((1, 20, 30, 3), np.float32)


# Before: the style gets the content's colours.


@pytest.mark.parametrize("kind", LINEAR)
def test_a_linear_map_gives_the_style_the_mean_and_the_covariance(kind):
    content, style = colour.before(kind, CONTENT, STYLE)
    np.testing.assert_array_equal(content, CONTENT)
    assert style.shape == STYLE.shape
    assert 0 < style.min() < style.max() < 1
    for got, wanted, old in zip(*map(moments, (style, CONTENT, STYLE)), strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-5)
        assert np.abs(old - wanted).max() > 1e-3


@pytest.mark.parametrize("kind", LINEAR)
def test_a_linear_map_is_one_map_for_all_colours(kind):
    _, style = colour.before(kind, CONTENT, STYLE)
    A, *_ = np.linalg.lstsq(*((x - x.mean((0, 1, 2))).reshape(-1, 3) for x in (STYLE, style)))
    C_s, C_c = (moments(x)[1] + np.eye(3) / (12 * 255**2) for x in (STYLE, CONTENT))
    np.testing.assert_allclose(A.T, LINEAR[kind](C_s, C_c), atol=1e-4)


# Where the covariance is the rounding's own, a direction grows by a known factor. Variances: red
# r, green and blue 3 r of which r is added; so red, blank, is scaled by √(4 r / r).
@pytest.mark.parametrize("kind", LINEAR)
def test_what_is_added_to_the_covariances(kind):
    r = 1 / (12 * 255**2)
    side = np.sqrt(3 * r)
    signs = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])  # uncorrelated
    content = (0.5 + side * signs)[None, :, None].astype(np.float32)
    style = (0.5 + side * signs * [0, 1, 1])[None, :, None].astype(np.float32)
    _, got = colour.before(kind, content, style)
    np.testing.assert_allclose(got[0, :, 0] - 0.5, side * signs * [0, 1, 1], atol=1e-6)
    style[..., 0] += 1e-5 * signs[:, 0, None]
    _, got = colour.before(kind, content, style)
    np.testing.assert_allclose(got[0, :, 0, 0] - 0.5, 2e-5 * signs[:, 0], rtol=0.02)


@pytest.mark.parametrize("kind", RECOLOURING)
@pytest.mark.parametrize("picture", PLAIN[:4], ids=["content", "style", "grey", "blank"])
def test_a_style_with_the_same_colours_stays(kind, picture):
    _, style = colour.before(kind, picture, picture)
    np.testing.assert_allclose(style, picture, atol=2e-6)


def spd(seed):
    mixing = np.random.default_rng(seed).normal(size=(3, 3))
    return mixing @ mixing.T / 20 + np.eye(3) / 100


@given(st.integers(0, 10**6))
def test_linear_maps_against_scipy(seed):
    C_s, C_c = spd(seed), spd(seed + 1)
    for linear in LINEAR.values():
        A = linear(C_s, C_c)
        np.testing.assert_allclose(A @ C_s @ A.T, C_c, atol=1e-9)
        np.testing.assert_allclose(linear(C_s, C_s), np.eye(3), atol=1e-9)
    root = scipy.linalg.sqrtm(C_s)
    A = colour.monge_kantorovich(C_s, C_c)
    np.testing.assert_allclose(A, A.T, atol=1e-9)
    assert np.linalg.eigvalsh(A).min() > 0
    middle = scipy.linalg.sqrtm(root @ C_c @ root)
    expected = np.linalg.solve(root, np.linalg.solve(root, middle).T)
    np.testing.assert_allclose(A, expected, atol=1e-8)
    expected = np.linalg.solve(root, scipy.linalg.sqrtm(C_c)).T
    np.testing.assert_allclose(colour.pca(C_s, C_c), expected, atol=1e-8)
    lower = colour.cholesky(C_s, C_c)
    np.testing.assert_allclose(lower, np.tril(lower), atol=1e-12)
    assert lower.diagonal().min() > 0


# Of maps with the same effect Monge-Kantorovich moves the colours least: by the Wasserstein-2
# distance of the two Gaussians.
@given(st.integers(0, 10**6))
def test_monge_kantorovich_moves_the_colours_least(seed):
    C_s, C_c = spd(seed), spd(seed + 1)
    cost = {
        kind: np.trace((linear(C_s, C_c) - np.eye(3)) @ C_s @ (linear(C_s, C_c) - np.eye(3)).T)
        for kind, linear in LINEAR.items()
    }
    cross = np.sqrt(np.linalg.eigvals(C_s @ C_c).real).sum()
    wasserstein = np.trace(C_s + C_c) - 2 * cross
    np.testing.assert_allclose(cost["monge-kantorovich"], wasserstein, atol=1e-9)
    assert min(cost["pca"], cost["cholesky"]) >= wasserstein - 1e-9


def test_histograms_are_those_of_scikit_image_and_of_sorting():
    content, style = colour.before("histogram", CONTENT, STYLE)
    np.testing.assert_array_equal(content, CONTENT)
    expected = skimage.exposure.match_histograms(STYLE[0], CONTENT[0], channel_axis=-1)
    np.testing.assert_array_equal(style[0], expected)
    same_size = coloured(9, 12, 0.5, 0.3)
    _, style = colour.before("histogram", CONTENT, same_size)
    flat, old, wanted = (x.reshape(-1, 3) for x in (style, same_size, CONTENT))
    np.testing.assert_allclose(np.sort(flat, axis=0), np.sort(wanted, axis=0), atol=1e-6)
    np.testing.assert_array_equal(flat.argsort(axis=0), old.argsort(axis=0))


def test_luminance_before_is_grey_with_the_contents_mean_and_deviation():
    content, style = colour.before("luminance", CONTENT, STYLE)
    for got, old in ((content, CONTENT), (style, STYLE)):
        assert got.shape == old.shape
        np.testing.assert_array_equal(got, np.repeat(got[..., :1], 3, axis=-1))
    L_c, L_s = yiq(CONTENT)[..., 0], yiq(STYLE)[..., 0]
    np.testing.assert_allclose(content[..., 0], L_c, atol=1e-6)
    expected = L_c.std() / L_s.std() * (L_s - L_s.mean()) + L_c.mean()  # the paper's equation
    np.testing.assert_allclose(style[..., 0], expected, atol=2e-4)
    assert style.mean() == pytest.approx(L_c.mean(), abs=1e-6)
    assert style.var() == pytest.approx(L_c.var(), abs=1e-6)
    assert L_s.mean() != pytest.approx(L_c.mean(), abs=0.01)


# After.


@pytest.mark.parametrize("kind", RECOLOURING)
def test_after_a_change_of_the_style_nothing_is_left_to_do(kind):
    np.testing.assert_array_equal(colour.after(kind, STYLE, CONTENT), STYLE)


def test_luminance_after_is_the_pictures_and_colour_the_contents():
    content, painted = saturated()
    got = yiq(colour.after("luminance", painted, content))
    Y, wanted = yiq(painted)[..., 0], yiq(content)
    np.testing.assert_allclose(got[..., 0], Y, atol=1e-6)
    raw = skimage.color.yiq2rgb(np.concatenate([Y[..., None], wanted[..., 1:]], axis=-1))
    inside = ((raw >= 0) & (raw <= 1)).all(axis=-1)
    assert 50 < inside.sum() < inside.size - 50
    np.testing.assert_allclose(got[inside][:, 1:], wanted[inside][:, 1:], atol=1e-6)


def test_a_colour_that_rgb_cannot_show_keeps_its_hue_and_as_much_saturation_as_it_can():
    content, painted = saturated()
    result = colour.after("luminance", painted, content)
    got, wanted = yiq(result), yiq(content)
    share = (got * wanted)[..., 1:].sum(-1) / np.maximum((wanted[..., 1:] ** 2).sum(-1), 1e-12)
    np.testing.assert_allclose(got[..., 1:], share[..., None] * wanted[..., 1:], atol=1e-5)
    assert share.max() < 1 + 1e-5
    assert share.min() > -1e-5
    less = (share < 1 - 1e-4) & (np.abs(wanted[..., 1:]).max(-1) > 1e-3)
    assert less.sum() > 50
    assert result.min() >= 0
    assert result.max() <= 1
    edge = np.minimum(result.min(axis=-1), 1 - result.max(axis=-1))
    np.testing.assert_allclose(edge[less], 0, atol=1e-6)


def test_a_faint_colour_is_kept_near_black():
    content, painted = (np.full((1, 3, 4, 3), v, np.float32) for v in (0.5, 0.004))
    content[..., 2] += 0.003
    expected = painted + 0.003 * np.array([-0.114, -0.114, 0.886])
    np.testing.assert_allclose(colour.after("luminance", painted, content), expected, atol=1e-6)


def test_what_luminance_takes_away_it_gives_back():
    content, _ = colour.before("luminance", CONTENT, STYLE)
    np.testing.assert_allclose(colour.after("luminance", content, CONTENT), CONTENT, atol=1e-6)


def test_a_painted_picture_beyond_its_range_is_clipped():
    painted = np.stack([np.full((4, 5), v, np.float32) for v in (-0.5, 1.5)])[None, ..., None]
    painted = np.repeat(painted.reshape(1, 8, 5, 1), 3, axis=-1)
    got = colour.after("luminance", painted, np.repeat(BLANK[:, :4], 2, axis=1)[:, :, :5])
    np.testing.assert_allclose(got, painted.clip(0, 1), atol=1e-6)
    painted = np.full((1, 2, 2, 3), [1.4, 0.2, 0.1], np.float32)
    got = colour.after("luminance", painted, painted * 0 + 0.5)
    np.testing.assert_allclose(got, 0.299 * 1.4 + 0.587 * 0.2 + 0.114 * 0.1, atol=1e-6)


def test_the_content_is_resized_to_the_picture():
    painted = coloured(6, 5, 0.5, 0.1)
    small = resizing.resize(CONTENT, 6, 5)
    expected = colour.after("luminance", painted, small)
    np.testing.assert_array_equal(colour.after("luminance", painted, CONTENT), expected)


# Any pictures.


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("content", PLAIN, ids=range(6))
@pytest.mark.parametrize("style", PLAIN, ids=range(6))
def test_grey_and_blank_pictures(kind, content, style):
    ready = colour.before(kind, content, style)
    for got, old in zip(ready, (content, style), strict=True):
        assert got.shape == old.shape
    result = colour.after(kind, ready[1], content)
    assert result.shape == style.shape
    for picture in (*ready, result):
        assert picture.dtype == np.float32
        assert np.isfinite(picture).all()
        assert picture.min() >= 0
        assert picture.max() <= 1
    grey = content if kind != "luminance" else ready[0]
    if style is BLANK:  # no more than the mean is there to be given
        median = kind == "histogram"  # one value has the rank of the content's largest
        wanted = grey.max(axis=(0, 1, 2)) if median else grey.mean(axis=(0, 1, 2), dtype=np.float64)
        np.testing.assert_allclose(ready[1] - wanted, 0, atol=1e-6)
    if content is GREY and kind in (*LINEAR, "luminance"):
        assert np.ptp(ready[1], axis=-1).max() < 2 / 255  # rounding to 8 bit, in colour
    if content is BLANK and kind in LINEAR:
        assert np.abs(ready[1] - content[0, 0, 0]).max() < 2 / 255


@pytest.mark.parametrize("kind", KINDS)
def test_strong_contrast_is_clipped(kind):
    content = RNG.integers(0, 2, (1, 9, 8, 3)).astype(np.float32)
    _, style = colour.before(kind, content, STYLE)
    assert style.min() >= 0
    assert style.max() <= 1
    assert ((style == 0) | (style == 1)).any()


@pytest.mark.parametrize("kind", KINDS)
def test_other_arrays_make_float32_and_are_left_as_they_are(kind):
    copies = CONTENT.copy(), STYLE.copy()
    expected = colour.before(kind, *copies)
    doubles = [x.astype(np.float64) for x in copies]
    for pictures in ([jnp.asarray(x) for x in copies], doubles):
        for got, wanted in zip(colour.before(kind, *pictures), expected, strict=True):
            assert isinstance(got, np.ndarray)
            assert got.dtype == np.float32
            np.testing.assert_allclose(got, wanted, atol=1e-6)
        assert colour.after(kind, pictures[1], pictures[0]).dtype == np.float32
    np.testing.assert_array_equal(copies[0], CONTENT)
    np.testing.assert_array_equal(copies[1], STYLE)


def test_unknown_ways_list_the_choices():
    expected = "unknown way to keep colours 'lab'; choose from luminance, cholesky, pca, monge-"
    for call in (colour.before, colour.after):
        with pytest.raises(InputError, match=expected):
            call("lab", CONTENT, STYLE)
