from functools import partial

import jax
import numpy as np
import pytest
from losscheck import compiled
from scipy.ndimage import correlate1d
from scipy.signal import correlate

from jnst.byhand.losses import tv as byhand
from jnst.errors import InputError
from jnst.losses import tv

RNG = np.random.default_rng(0)
ours = compiled(tv)
IMAGE = RNG.random((1, 7, 6, 3))
FLAT = IMAGE.copy()
FLAT[:, 2:6, 1:5] = 0.25  # differences that are exactly 0, where s^(β-1) has no value for β < 1
BETAS = [0.5, 1.0, 1.25, 2.0]
SCALES = sorted(tv.SCALE)


pytestmark = pytest.mark.usefixtures("in_float64")


# One channel ((0, 3), (4, 8)), the others 0. Right and down: 3 and 4, none and 5, 4 and none; the
# squares add up to 25, 25, 16, 0.
@pytest.mark.parametrize(
    ("beta", "expected"), [(0.5, 5 + 5 + 4), (1.0, 66), (1.5, 125 + 125 + 64), (2.0, 1506)]
)
@pytest.mark.parametrize("module", [ours, byhand])
def test_value_worked_out_on_paper(module, beta, expected):
    image = np.zeros((1, 2, 2, 3))
    image[0, :, :, 1] = [[0, 3], [4, 8]]
    for scale, factor in {"sum": 1, "half": 1 / 2, "mean": 1 / 12}.items():
        got = module.total_variation(image, beta=beta, scale=scale)
        np.testing.assert_allclose(got, factor * expected, rtol=1e-14)


# The same picture: |3| + |4| + |5| + |4| = 16. Squares of straight pairs: 9 + 16 + 25 + 16 = 66; of
# diagonals, the edge repeated: each side's pairs once for either direction, 2 · 66, and inside
# 8² + 1²; of those there are 9, where there are 4 pixels.
@pytest.mark.parametrize(
    ("kind", "expected"),
    [("absolute", 16), ("nine-point", 2 / 3 * 66 + 4 / 9 / 6 * (2 * 66 + 64 + 1))],
)
@pytest.mark.parametrize("module", [ours, byhand])
def test_the_other_kinds_worked_out_on_paper(module, kind, expected):
    image = np.zeros((1, 2, 2, 3))
    image[0, :, :, 1] = [[0, 3], [4, 8]]
    for scale, factor in {"sum": 1, "half": 1 / 2, "mean": 1 / 12}.items():
        got = module.total_variation(image, kind=kind, scale=scale)
        np.testing.assert_allclose(got, factor * expected, rtol=1e-14)


@pytest.mark.parametrize("beta", BETAS)
def test_grad_is_zero_inside_a_flat_region(beta):
    # Not at the region's edge, where one of the differences looks outwards.
    gradient = jax.jit(jax.grad(lambda x: tv.total_variation(x, beta=beta)))(FLAT)
    assert not gradient[:, 3:5, 2:4].any()
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("shape", [(5, 4), (1, 4), (5, 1), (1, 1)])
def test_grad_and_value_of_a_constant_picture_are_zero(shape, beta):
    image = np.full((1, *shape, 3), 0.7)
    value, gradient = jax.jit(jax.value_and_grad(partial(tv.total_variation, beta=beta)))(image)
    assert value == 0
    assert not gradient.any()


@pytest.mark.parametrize("beta", BETAS)
def test_invariants(beta):
    def value(image):
        return ours.total_variation(image, beta=beta)

    np.testing.assert_allclose(value(IMAGE + 3), value(IMAGE), rtol=1e-12)
    np.testing.assert_allclose(value(-IMAGE), value(IMAGE), rtol=1e-12)
    np.testing.assert_allclose(value(IMAGE.transpose(0, 2, 1, 3)), value(IMAGE), rtol=1e-12)
    np.testing.assert_allclose(value(IMAGE[..., ::-1]), value(IMAGE), rtol=1e-12)
    np.testing.assert_allclose(value(255 * IMAGE), 255 ** (2 * beta) * value(IMAGE), rtol=1e-12)


@pytest.mark.parametrize("beta", BETAS)
def test_parity_with_scipy(beta):
    dx, dy = (correlate1d(IMAGE, [0, -1, 1], axis=axis, mode="nearest") for axis in (2, 1))
    expected = np.sum(np.hypot(dx, dy) ** (2 * beta))
    got = ours.total_variation(IMAGE, beta=beta, scale="sum")
    np.testing.assert_allclose(got, expected, rtol=1e-12)


@pytest.mark.parametrize("kind", ["absolute", "nine-point"])
def test_invariants_of_the_other_kinds(kind):
    def value(image):
        return ours.total_variation(image, kind=kind)

    power = {"absolute": 1, "nine-point": 2}[kind]
    assert value(np.full((1, 4, 5, 3), 0.7)) == 0
    for same in (IMAGE + 3, -IMAGE, IMAGE.transpose(0, 2, 1, 3), IMAGE[:, ::-1], IMAGE[:, :, ::-1]):
        np.testing.assert_allclose(value(same), value(IMAGE), rtol=1e-12)
    np.testing.assert_allclose(value(255 * IMAGE), 255**power * value(IMAGE), rtol=1e-12)


def test_parity_of_the_other_kinds_with_scipy():
    dx, dy = (correlate1d(IMAGE, [0, -1, 1], axis=axis, mode="nearest") for axis in (2, 1))
    got = ours.total_variation(IMAGE, kind="absolute", scale="sum")
    np.testing.assert_allclose(got, np.abs(dx).sum() + np.abs(dy).sum(), rtol=1e-12)
    framed = np.pad(IMAGE[0], ((1, 1), (1, 1), (0, 0)), "edge")
    down, up = (
        np.stack([correlate(framed[..., c], k, mode="valid") for c in range(3)])
        for k in (np.diag([-1.0, 1.0]), np.diag([1.0, -1.0])[::-1])
    )
    expected = 2 * ((dx**2 + dy**2).mean() / 3 + ((down**2).mean() + (up**2).mean()) / 12)
    got = ours.total_variation(IMAGE, kind="nine-point", scale="mean")
    np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_unknown_kind_lists_the_choices():
    with pytest.raises(InputError, match="'l1'; choose from squares, absolute, nine-point"):
        tv.total_variation(IMAGE, kind="l1")


def test_unknown_scale_lists_the_choices():
    with pytest.raises(InputError, match="'max'; choose from sum, half, mean"):
        tv.total_variation(IMAGE, scale="max")
