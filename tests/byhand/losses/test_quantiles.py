import jax
import numpy as np
import pytest
from gradcheck import check, close

from jnst.byhand.losses import quantiles as byhand
from jnst.losses import quantiles

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 7))

pytestmark = pytest.mark.usefixtures("in_float64")


def autodiff(values, dS):
    return jax.jit(lambda x, dS: jax.vjp(quantiles.ordered, x)[1](dS)[0])(values, dS)


def test_grad_of_the_order_by_hand_is_autodiff_and_finite_difference():
    dS = RNG.normal(size=X.shape)
    gradient = byhand.ordered_backward(dS, X)
    close(gradient, autodiff(X, dS))
    check(lambda x: np.sum(dS * byhand.ordered(x)), X, gradient)


# The first of two equal values stands first.
def test_grad_of_the_order_of_equal_values():
    values, dS = np.array([[1.0, 0, 0, 1, 0]]), np.array([[1.0, 2, 3, 4, 5]])
    expected = np.array([[4.0, 1, 2, 5, 3]])
    np.testing.assert_array_equal(byhand.ordered_backward(dS, values), expected)
    np.testing.assert_array_equal(autodiff(values, dS), expected)


def test_order_and_quantiles_of_both_kinds_are_the_same():
    np.testing.assert_array_equal(byhand.ordered(X), jax.jit(quantiles.ordered)(X))
    for count in (3, 7, 10):
        found = jax.jit(quantiles.quantiles, static_argnums=1)(byhand.ordered(X), count)
        np.testing.assert_allclose(byhand.quantiles(byhand.ordered(X), count), found, atol=1e-14)
