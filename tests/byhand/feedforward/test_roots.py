"""Roots by eigenvalues: by hand = autodiff = central differences, where that is not easy too."""

import numpy as np
import pytest
import scipy.linalg
from gradcheck import close
from helpers import agree

from jnst.byhand.feedforward import roots as byhand
from jnst.feedforward import roots

RNG = np.random.default_rng(0)
TURN = np.linalg.qr(RNG.normal(size=(5, 5)))[0]
# By their eigenvalues. Those below 1e-3 are dropped.
MATRICES = {
    "distinct": [3, 2, 1.5, 0.7, 0.3],
    "equal": [2, 2, 2, 0.5, 0.5],
    "dropped": [3, 2, 0.5, 1e-5, -1e-6],
    "equal and dropped": [2, 2, 2, 0, 0],
    "all but one": [1, 0, 0, 0, 0],
}

pytestmark = pytest.mark.usefixtures("in_float64")


@pytest.mark.parametrize("values", MATRICES.values(), ids=MATRICES)
@pytest.mark.parametrize("name", ["root", "inverse_root"])
def test_grad_of_roots(name, values):
    for C in (np.diag(np.float64(values)), TURN @ np.diag(values) @ TURN.T):
        agree(
            RNG,
            C,
            lambda C: getattr(roots, name)(C, threshold=1e-3),
            lambda C: getattr(byhand, name)(C, threshold=1e-3),
            lambda dK, K, C=C: getattr(byhand, f"{name}_backward")(dK, C, threshold=1e-3),
            rtol=1e-11,
            name=name,
        )


def test_grad_of_root_solves_a_sylvester_equation():
    C, dK = TURN @ np.diag(MATRICES["distinct"]) @ TURN.T, RNG.normal(size=(5, 5))
    H = scipy.linalg.sqrtm(C)
    expected = scipy.linalg.solve_sylvester(H, H, (dK + dK.T) / 2)
    close(byhand.root_backward(dK, C), expected, rtol=1e-11)


def test_float32_stays_float32():
    C = np.eye(3, dtype=np.float32)
    assert byhand.root(C).dtype == byhand.root_backward(C, C).dtype == np.float32
    assert byhand.inverse_root(C).dtype == np.float32
    assert byhand.inverse_root_backward(C, C).dtype == np.float32
