import jax
import numpy as np
import pytest
from gradcheck import check

from jnst.byhand.losses import jitter as byhand
from jnst.losses import jitter

RNG = np.random.default_rng(0)
SIZES = [(5, 9), (40, 33), (1, 17)]
SHIFTS = [(0, 0), (3, -2), (-16, 16), (8, 7), (99, -99)]

pytestmark = pytest.mark.usefixtures("in_float64")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("by", SHIFTS)
def test_grad_by_hand_is_autodiff_and_finite_difference(size, by):
    image, weights = RNG.normal(size=(2, 1, *size, 3))
    offset = np.array(by)
    seen, back = jax.vjp(lambda x: jitter.shift(x, offset), image)
    np.testing.assert_array_equal(byhand.shift(image, offset), seen)
    gradient = byhand.shift_backward(weights, offset)
    np.testing.assert_allclose(gradient, back(weights)[0], rtol=1e-12, atol=1e-12)
    check(lambda x: np.sum(byhand.shift(x, offset) * weights), image, gradient, name="shift")
