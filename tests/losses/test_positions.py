import jax
import numpy as np
import pytest
from gradcheck import check, close

from jnst.losses import positions

RNG = np.random.default_rng(0)
F, D = RNG.normal(size=(6, 4)), RNG.normal(size=(4, 4))
REGION = RNG.random((1, 2, 3, 1))
GUIDED = pytest.mark.parametrize("region", [None, REGION], ids=["everywhere", "region"])

pytestmark = pytest.mark.usefixtures("in_float64")


def plain(F, region):
    """Fᵀ T F in one line, without a derivative of its own."""
    return F.T @ (F if region is None else region.reshape(-1, 1) * F)


def test_a_row_for_each_position_in_reading_order():
    features = F.reshape(1, 2, 3, 4)
    np.testing.assert_array_equal(positions.matrix(features), F)
    np.testing.assert_array_equal(positions.matrix(features)[4], features[0, 1, 1])


def test_each_row_is_weighed_by_its_position():
    weighed = positions.weigh(F, REGION)
    np.testing.assert_array_equal(weighed[4], REGION[0, 1, 1] * F[4])
    assert positions.weigh(F, None) is F


# Its derivative is written by hand: for a ∂E/∂G that is not symmetric, too.
@GUIDED
def test_grad_of_the_product_is_autodiff_and_finite_difference(region):
    def loss(product):
        return jax.jit(jax.value_and_grad(lambda F: (D * product(F, region)).sum()))

    ours, other = loss(positions.product), loss(plain)
    (value, gradient), (expected, slope) = ours(F), other(F)
    np.testing.assert_allclose(value, expected, rtol=1e-13)
    close(gradient, slope, rtol=1e-13)
    check(lambda F: ours(F)[0], F, np.asarray(gradient), name="positions.product")
    np.testing.assert_allclose(jax.jit(positions.product)(F, region), plain(F, region), rtol=1e-12)
