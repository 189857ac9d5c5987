import jax
import numpy as np
import pytest
import skimage.metrics
from gradcheck import check, close

from jnst.byhand.losses import pixels as byhand
from jnst.losses import pixels

RNG = np.random.default_rng(0)
IMAGE, TARGET = RNG.random((2, 1, 5, 7, 3))

pytestmark = pytest.mark.usefixtures("in_float64")


@pytest.mark.parametrize("module", [pixels, byhand])
def test_value_worked_out_on_paper(module):
    target = np.zeros((1, 2, 2, 3))
    image = target.copy()
    image[0, 0, 1] = (1, 2, -3)
    assert module.pixels(image, target) == pytest.approx(14 / 12, rel=1e-14)


def test_by_hand_is_autodiff_is_differences():
    automatic = jax.grad(pixels.pixels)(IMAGE, TARGET)
    gradient = byhand.pixels_backward(IMAGE, TARGET)
    close(gradient, automatic, rtol=1e-12)
    check(lambda image: pixels.pixels(image, TARGET), IMAGE, gradient)


def test_what_both_share_does_not_count():
    value = pixels.pixels(IMAGE, TARGET)
    np.testing.assert_allclose(pixels.pixels(TARGET, IMAGE), value, rtol=1e-14)
    moved = pixels.pixels(IMAGE - TARGET + 3, np.full_like(TARGET, 3))
    np.testing.assert_allclose(moved, value, rtol=1e-12)
    assert pixels.pixels(IMAGE, IMAGE) == 0


def test_parity_with_scikit_image():
    expected = skimage.metrics.mean_squared_error(IMAGE, TARGET)
    np.testing.assert_allclose(pixels.pixels(IMAGE, TARGET), expected, rtol=1e-12)
