"""Roots by products: by hand, from a Sylvester equation, = autodiff = central differences."""

import numpy as np
import pytest
import scipy.linalg
from gradcheck import close
from helpers import agree

from jnst.byhand.feedforward import products as byhand
from jnst.feedforward import products

RNG = np.random.default_rng(0)
TURN = np.linalg.qr(RNG.normal(size=(5, 5)))[0]
MATRICES = {
    "distinct": [3, 2, 1.5, 0.7, 0.3],
    "equal": [2, 2, 2, 0.5, 0.5],
    "zeros": [3, 2, 0.5, 0, 0],
}

pytestmark = pytest.mark.usefixtures("in_float64")


@pytest.mark.parametrize("values", MATRICES.values(), ids=MATRICES)
@pytest.mark.parametrize("name", ["root", "inverse_root"])
def test_grad_of_roots(name, values):
    C = TURN @ np.diag(values) @ TURN.T
    agree(
        RNG,
        C,
        lambda C: getattr(products, name)(C, ridge=0.02),
        lambda C: getattr(byhand, name)(C, ridge=0.02),
        lambda dK, K: getattr(byhand, f"{name}_backward")(dK, C, ridge=0.02),
        rtol=1e-11,
        name=name,
    )


def test_grad_solves_the_sylvester_equation_that_scipy_solves():
    C, dK = TURN @ np.diag(MATRICES["distinct"]) @ TURN.T, RNG.normal(size=(5, 5))
    H = scipy.linalg.sqrtm(C)
    K = np.linalg.inv(H)
    for name, Q in (("root", dK), ("inverse_root", -K @ dK @ K)):
        expected = scipy.linalg.solve_sylvester(H, H, (Q + Q.T) / 2)
        close(getattr(byhand, f"{name}_backward")(dK, C, ridge=0.0), expected, rtol=1e-11)


def test_float32_stays_float32():
    C = np.eye(3, dtype=np.float32)
    assert byhand.root(C).dtype == byhand.root_backward(C, C).dtype == np.float32
    assert byhand.inverse_root(C).dtype == np.float32
    assert byhand.inverse_root_backward(C, C).dtype == np.float32
