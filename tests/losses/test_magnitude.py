import jax
import numpy as np
import pytest

from jnst.losses.magnitude import magnitude

pytestmark = pytest.mark.usefixtures("in_float64")


# 1 + 2 + 0 + 4, and signs; where d = 0 the derivative is 0.
def test_value_and_grad_worked_out_on_paper():
    d = np.array([[1.0, -2], [0, 4]])
    value, gradient = jax.jit(jax.value_and_grad(magnitude))(d)
    assert value == 7
    np.testing.assert_array_equal(gradient, [[1, -1], [0, 1]])


def test_float32_stays_float32():
    assert jax.jit(magnitude)(np.ones(3, np.float32)).dtype == np.float32
