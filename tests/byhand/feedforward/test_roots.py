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
# Covariances by their eigenvalues. Those below 1e-3 are dropped.
MATRICES = {
    "distinct": [3, 2, 1.5, 0.7, 0.3],
    "equal": [2, 2, 2, 0.5, 0.5],
    "dropped": [3, 2, 0.5, 1e-5, 1e-6],
    "equal and dropped": [2, 2, 2, 0, 0],
    "all but one": [1, 0, 0, 0, 0],
}

pytestmark = pytest.mark.usefixtures("in_float64")


def positions(values, turn, count=8):
    """Return centred positions whose covariance has these eigenvalues, and these eigenvectors."""
    kept = min(count - 1, 5)
    left = np.linalg.qr(np.c_[np.ones(count), RNG.normal(size=(count, kept))])[0][:, 1:]
    return np.sqrt(count - 1) * left * np.sqrt(values[:kept]) @ turn.T[:kept]


@pytest.mark.parametrize("values", MATRICES.values(), ids=MATRICES)
@pytest.mark.parametrize("name", ["root", "inverse_root"])
def test_grad_of_roots(name, values):
    many, few = 5 * byhand.FEW + 1, 4
    for X in (
        positions(values, np.eye(5)),
        positions(values, TURN),
        positions(values, TURN, few),
        positions(values, TURN, many),
    ):
        agree(
            RNG,
            X,
            lambda X: getattr(roots, name)(X, threshold=1e-3),
            lambda X: getattr(byhand, name)(X, threshold=1e-3),
            lambda dK, K, X=X: getattr(byhand, f"{name}_backward")(dK, X, threshold=1e-3),
            rtol=1e-11,
            name=name,
        )


def test_grad_of_root_solves_a_sylvester_equation():
    X, dK = positions(MATRICES["distinct"], TURN), RNG.normal(size=(5, 5))
    H = scipy.linalg.sqrtm(np.cov(X.T))
    dC = scipy.linalg.solve_sylvester(H, H, (dK + dK.T) / 2)
    close(byhand.root_backward(dK, X), 2 * X @ dC / 7, rtol=1e-11)


def test_float32_stays_float32():
    C = np.eye(3, dtype=np.float32)
    assert byhand.root(C).dtype == byhand.root_backward(C, C).dtype == np.float32
    assert byhand.inverse_root(C).dtype == np.float32
    assert byhand.inverse_root_backward(C, C).dtype == np.float32
