import jax
import numpy as np
import pytest
import skimage.metrics
from gradcheck import check, close

from jnst.byhand.losses import temporal as byhand
from jnst.losses import temporal
from jnst.losses.temporal import Earlier

RNG = np.random.default_rng(0)
IMAGE, BEFORE = RNG.random((2, 1, 5, 7, 3))
TARGET = Earlier(BEFORE, RNG.random((1, 5, 7, 1)))

pytestmark = pytest.mark.usefixtures("in_float64")


@pytest.mark.parametrize("module", [temporal, byhand])
def test_value_worked_out_on_paper(module):
    before = np.zeros((1, 2, 2, 3))
    image = before.copy()
    image[0, 0, 1] = (1, 2, -3)
    image[0, 1, 1] = 5  # not to be trusted there
    weights = np.array([1, 0.5, 1, 0.0]).reshape(1, 2, 2, 1)
    value = module.temporal(image, Earlier(before, weights))
    assert value == pytest.approx(0.5 * 14 / 12, rel=1e-14)


# A published system (neural-style-tf) has a temporal loss whose gradient is zero: its warped frame
# goes through a function that is not differentiated, and takes the picture along. `check` refuses
# a gradient that is zero everywhere.
def test_by_hand_is_autodiff_is_differences():
    automatic = jax.grad(temporal.temporal)(IMAGE, TARGET)
    gradient = byhand.temporal_backward(IMAGE, TARGET)
    close(gradient, automatic, rtol=1e-12)
    check(lambda image: temporal.temporal(image, TARGET), IMAGE, gradient)


def test_what_is_not_trusted_does_not_count():
    hidden = np.zeros((1, 5, 7, 1))
    hidden[:, :2] = 1
    target = Earlier(BEFORE, hidden)
    moved = IMAGE.copy()
    moved[:, 2:] += RNG.random((1, 3, 7, 3))
    assert temporal.temporal(moved, target) == temporal.temporal(IMAGE, target) > 0
    assert not np.any(byhand.temporal_backward(moved, target)[:, 2:])
    assert temporal.temporal(BEFORE, TARGET) == 0


def test_parity_with_scikit_image_where_all_is_trusted():
    expected = skimage.metrics.mean_squared_error(IMAGE, BEFORE)
    everywhere = Earlier(BEFORE, np.ones((1, 5, 7, 1)))
    np.testing.assert_allclose(temporal.temporal(IMAGE, everywhere), expected, rtol=1e-12)
    # Weights are those of a mean: twice the weight counts as the pixel seen twice.
    twice = np.concatenate([IMAGE, IMAGE], axis=1), np.concatenate([BEFORE, BEFORE], axis=1)
    expected = skimage.metrics.mean_squared_error(*twice)
    doubled = Earlier(BEFORE, np.full((1, 5, 7, 1), 2.0))
    np.testing.assert_allclose(temporal.temporal(IMAGE, doubled), 2 * expected, rtol=1e-12)
