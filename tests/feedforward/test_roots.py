"""Roots of a covariance matrix by eigenvalues."""

import jax
import numpy as np
import pytest
import scipy.linalg
from programs import quick

from jnst.byhand.feedforward import roots as byhand
from jnst.feedforward import roots

RNG = np.random.default_rng(0)
BOTH = pytest.mark.parametrize("module", [roots, byhand], ids=["jax", "byhand"])

pytestmark = pytest.mark.usefixtures("in_float64")


def covariance(size, rank=None):
    factor = RNG.normal(size=(size, rank or 2 * size))
    return factor @ factor.T / factor.shape[1]


# Eigenvalues 3 and 1, of (1, 1) and (1, -1).
@BOTH
def test_values_worked_out_on_paper(module):
    C, s = np.array([[2.0, 1], [1, 2]]), np.sqrt(3)
    expected = np.array([[s + 1, s - 1], [s - 1, s + 1]]) / 2
    np.testing.assert_allclose(module.root(C), expected, rtol=1e-14)
    s = 1 / s
    expected = np.array([[s + 1, s - 1], [s - 1, s + 1]]) / 2
    np.testing.assert_allclose(module.inverse_root(C), expected, rtol=1e-13)


@BOTH
def test_eigenvalues_up_to_the_threshold_are_dropped(module):
    C = np.diag([4, 1.1e-5, 1e-5, 0.9e-5, 0, -1e-9])
    found = np.diag(module.root(C))
    np.testing.assert_allclose(found, [2, np.sqrt(1.1e-5), 0, 0, 0, 0], rtol=1e-13)
    found = np.diag(module.inverse_root(C))
    np.testing.assert_allclose(found, [0.5, 1 / np.sqrt(1.1e-5), 0, 0, 0, 0], rtol=1e-13)
    np.testing.assert_allclose(module.root(C, threshold=1.0), np.diag([2.0, 0, 0, 0, 0, 0]))
    assert not np.any(module.inverse_root(np.zeros((3, 3))))


@pytest.mark.parametrize("rank", [5, 3, 1])
def test_roots_undo_each_other_where_there_is_anything(rank):
    C = covariance(5, rank)
    H, K = roots.root(C), roots.inverse_root(C)
    np.testing.assert_allclose(H @ H, C, atol=1e-12)
    shadow = scipy.linalg.orth(C, rcond=1e-9)
    np.testing.assert_allclose(H @ K, shadow @ shadow.T, atol=1e-11)
    turn = np.linalg.qr(RNG.normal(size=(5, 5)))[0]
    turned = roots.inverse_root(turn @ C @ turn.T)
    np.testing.assert_allclose(turned, turn @ K @ turn.T, atol=1e-10)


def test_parity_with_scipy():
    C = covariance(6)
    H = scipy.linalg.sqrtm(C)
    np.testing.assert_allclose(roots.root(C), H, atol=1e-12)
    np.testing.assert_allclose(roots.inverse_root(C), np.linalg.inv(H), atol=1e-11)


# Where all eigenvalues are equal, autodiff through eigenvectors has 0 / 0: here the slopes are
# those of √λ at 1. From a kept one to a dropped one it is (2 - 0) / (4 - 0).
def test_grad_where_eigenvalues_are_equal_worked_out_on_paper():
    dK = RNG.normal(size=(4, 4))
    dK = dK + dK.T

    @quick
    def slopes(C):
        return [jax.vjp(f, C)[1](dK)[0] for f in (roots.root, roots.inverse_root)]

    for found, expected in zip(slopes(np.eye(4)), (dK / 2, -dK / 2), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    half, inverse = slopes(np.diag([4.0, 4, 0, 0]))
    np.testing.assert_allclose(half / dK, np.kron([[1 / 4, 1 / 2], [1 / 2, 0]], np.ones((2, 2))))
    expected = np.kron([[-1 / 16, 1 / 8], [1 / 8, 0]], np.ones((2, 2)))
    np.testing.assert_allclose(inverse / dK, expected)
