import jax
import numpy as np
import pytest
from gradcheck import check, close

from jnst.byhand.losses import squares as byhand
from jnst.losses import squares

RNG = np.random.default_rng(0)
S, T = RNG.normal(size=(2, 4, 3))

pytestmark = pytest.mark.usefixtures("in_float64")


def test_the_tables_of_both_kinds_are_the_same():
    for table, twin in (
        (squares.SCALE, byhand.SCALE),
        (squares.CONTRAHARMONIC, byhand.CONTRAHARMONIC),
    ):
        assert list(table) == list(twin)
        for scale in table:
            assert float(table[scale](T)) == pytest.approx(float(twin[scale](T)), rel=1e-14)


# Differences 2, 0 and -1: Σd² = 5, Σ|d| = 3, and ½Σd² has the derivative d.
def test_grad_worked_out_on_paper():
    here, there = np.array([3.0, 1, 0]), np.array([1.0, 1, 1])
    assert byhand.squared_error(here, there, scale="half") == 2.5
    np.testing.assert_array_equal(
        byhand.squared_error_backward(here, there, scale="half"), [2, 0, -1]
    )
    # Of Σd² / Σ|d|: (2 d - 5/3 sign d) / 3.
    np.testing.assert_allclose(
        byhand.squared_error_backward(here, there, scale="contraharmonic"),
        [(4 - 5 / 3) / 3, 0, (-2 + 5 / 3) / 3],
        rtol=1e-7,
    )


def test_grad_of_each_scale_is_autodiff_and_finite_difference():
    @jax.jit
    def evaluate(S):
        return {
            scale: jax.value_and_grad(squares.squared_error)(S, T, scale=scale)
            for scale in squares.SCALES
        }

    for scale, (value, automatic) in evaluate(S).items():
        found = byhand.squared_error(S, T, scale=scale)
        np.testing.assert_allclose(found, value, rtol=1e-12, err_msg=scale)
        gradient = byhand.squared_error_backward(S, T, scale=scale)
        close(gradient, automatic, rtol=1e-12, name=scale)
        check(
            lambda S, scale=scale: byhand.squared_error(S, T, scale=scale), S, gradient, name=scale
        )
