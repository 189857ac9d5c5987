import jax
import numpy as np
import pytest
from gradcheck import check, close, float64
from scipy.ndimage import correlate1d

from jnst.arrays import InputError
from jnst.byhand.losses import tv as byhand
from jnst.losses import tv

RNG = np.random.default_rng(0)
IMAGE = RNG.random((1, 7, 6, 3))
FLAT = IMAGE.copy()
FLAT[:, 2:6, 1:5] = 0.25  # differences that are exactly 0, where s^(β-1) has no value for β < 1
BETAS = [0.5, 1.0, 1.25, 2.0]
SCALES = sorted(tv.SCALE)


@pytest.fixture(autouse=True)
def _float64():
    with float64():
        yield


# One channel ((0, 3), (4, 8)), the others 0. Right and down: 3 and 4, none and 5, 4 and none; the
# squares add up to 25, 25, 16, 0.
@pytest.mark.parametrize(
    ("beta", "expected"), [(0.5, 5 + 5 + 4), (1.0, 66), (1.5, 125 + 125 + 64), (2.0, 1506)]
)
@pytest.mark.parametrize("module", [tv, byhand])
def test_value_worked_out_on_paper(module, beta, expected):
    image = np.zeros((1, 2, 2, 3))
    image[0, :, :, 1] = [[0, 3], [4, 8]]
    for scale, factor in {"sum": 1, "half": 1 / 2, "mean": 1 / 12}.items():
        got = module.total_variation(image, beta=beta, scale=scale)
        np.testing.assert_allclose(got, factor * expected, rtol=1e-14)


def test_the_tables_of_both_kinds_are_the_same():
    assert list(tv.SCALE) == list(byhand.SCALE)
    for scale in SCALES:
        assert tv.SCALE[scale](12) == byhand.SCALE[scale](12)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("image", [IMAGE, FLAT], ids=["rough", "flat"])
def test_grad_by_hand_is_autodiff_and_finite_difference(image, beta, scale):
    def loss(x):
        return tv.total_variation(x, beta=beta, scale=scale)

    gradient = byhand.total_variation_backward(image, beta=beta, scale=scale)
    value = byhand.total_variation(image, beta=beta, scale=scale)
    np.testing.assert_allclose(value, loss(image), rtol=1e-12)
    close(gradient, jax.grad(loss)(image))
    check(loss, image, gradient)


@pytest.mark.parametrize("beta", BETAS)
def test_grad_is_zero_inside_a_flat_region(beta):
    # Not at the region's edge, where one of the differences looks outwards.
    for gradient in (
        byhand.total_variation_backward(FLAT, beta=beta),
        jax.grad(lambda x: tv.total_variation(x, beta=beta))(FLAT),
    ):
        assert not gradient[:, 3:5, 2:4].any()
        assert np.isfinite(gradient).all()


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("shape", [(5, 4), (1, 4), (5, 1), (1, 1)])
def test_grad_and_value_of_a_constant_picture_are_zero(shape, beta):
    image = np.full((1, *shape, 3), 0.7)
    value, gradient = jax.value_and_grad(lambda x: tv.total_variation(x, beta=beta))(image)
    assert value == byhand.total_variation(image, beta=beta) == 0
    assert not gradient.any()
    assert not byhand.total_variation_backward(image, beta=beta).any()


@pytest.mark.parametrize("beta", BETAS)
def test_invariants(beta):
    def value(image):
        return tv.total_variation(image, beta=beta)

    np.testing.assert_allclose(value(IMAGE + 3), value(IMAGE), rtol=1e-12)
    np.testing.assert_allclose(value(-IMAGE), value(IMAGE), rtol=1e-12)
    np.testing.assert_allclose(value(IMAGE.transpose(0, 2, 1, 3)), value(IMAGE), rtol=1e-12)
    np.testing.assert_allclose(value(IMAGE[..., ::-1]), value(IMAGE), rtol=1e-12)
    np.testing.assert_allclose(value(255 * IMAGE), 255 ** (2 * beta) * value(IMAGE), rtol=1e-12)


@pytest.mark.parametrize("beta", BETAS)
def test_parity_with_scipy(beta):
    dx, dy = (correlate1d(IMAGE, [0, -1, 1], axis=axis, mode="nearest") for axis in (2, 1))
    expected = np.sum(np.hypot(dx, dy) ** (2 * beta))
    got = tv.total_variation(IMAGE, beta=beta, scale="sum")
    np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_unknown_scale_lists_the_choices():
    with pytest.raises(InputError, match="'max'; choose from sum, half, mean"):
        tv.total_variation(IMAGE, scale="max")
