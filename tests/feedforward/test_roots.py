"""Roots of the covariance matrix of features, by its eigenvalues."""

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


def centred(positions, channels):
    X = RNG.normal(size=(positions, channels))
    return X - X.mean(axis=0)


# Eigenvalues 3 and 1, of (1, 1) and (1, -1).
@BOTH
def test_values_worked_out_on_paper(module):
    X, s = np.array([[1.0, 1], [1, 0], [0, 1]]) * np.sqrt(2), np.sqrt(3)  # C = (2 1; 1 2)
    expected = np.array([[s + 1, s - 1], [s - 1, s + 1]]) / 2
    np.testing.assert_allclose(module.root(X), expected, rtol=1e-13)
    s = 1 / s
    expected = np.array([[s + 1, s - 1], [s - 1, s + 1]]) / 2
    np.testing.assert_allclose(module.inverse_root(X), expected, rtol=1e-13)


@BOTH
def test_eigenvalues_up_to_the_threshold_are_dropped(module):
    X = 2 * np.diag(np.sqrt([4, 1, 1.1e-5, 0.9e-5, 0]))  # of five positions
    found = np.diag(module.root(X))
    np.testing.assert_allclose(found, [2, 1, np.sqrt(1.1e-5), 0, 0], rtol=1e-13)
    found = np.diag(module.inverse_root(X))
    np.testing.assert_allclose(found, [0.5, 1, 1 / np.sqrt(1.1e-5), 0, 0], rtol=1e-13)
    np.testing.assert_allclose(module.root(X, threshold=1.0), np.diag([2.0, 0, 0, 0, 0]))
    found = module.inverse_root(X, threshold=3.0, identity=2.0)  # of 6, 3, and less
    np.testing.assert_allclose(found, np.diag([6**-0.5, 0, 0, 0, 0]), rtol=1e-13)
    assert not np.any(module.inverse_root(np.zeros((3, 3))))


@pytest.mark.parametrize("positions", [5 * byhand.FEW + 1, 20, 6, 4, 2])
def test_roots_undo_each_other_where_there_is_anything(positions):
    X = centred(positions, 5)
    C = np.cov(X.T)
    H, K = roots.root(X), roots.inverse_root(X)
    np.testing.assert_allclose(H @ H, C, atol=1e-12)
    shadow = scipy.linalg.orth(C, rcond=1e-9)
    np.testing.assert_allclose(H @ K, shadow @ shadow.T, atol=1e-11)
    turn = np.linalg.qr(RNG.normal(size=(5, 5)))[0]
    turned = roots.inverse_root(X @ turn.T)
    np.testing.assert_allclose(turned, turn @ K @ turn.T, atol=1e-10)


def test_parity_with_scipy():
    X = centred(12, 6)
    H = scipy.linalg.sqrtm(np.cov(X.T))
    np.testing.assert_allclose(roots.root(X), H, atol=1e-12)
    np.testing.assert_allclose(roots.inverse_root(X), np.linalg.inv(H), atol=1e-11)


@BOTH
def test_in_float32_what_is_dropped_does_not_mix_with_what_is_kept(module):
    """By the eigenvectors of C it would be 4e-3 off, by rounding alone."""
    n, c = 12, 20
    turn = np.linalg.qr(RNG.normal(size=(c, c)))[0]
    X = centred(n, n) * np.geomspace(20, 0.05, n) @ turn[:n]
    single = X.astype(np.float32)
    K = np.asarray(module.inverse_root(single))
    exact = X @ byhand.inverse_root(X)
    assert K.dtype == np.float32
    assert np.linalg.norm(single @ K - exact) < 1e-4 * np.linalg.norm(exact)


# Where all eigenvalues are equal, autodiff through eigenvectors has 0 / 0: here the slopes are
# those of √λ at 1. From a kept one to a dropped one it is (2 - 0) / (4 - 0). X is √3 times a root
# of C, so that ∂E/∂X = 2 X ∂E/∂C / 3.
def test_grad_where_eigenvalues_are_equal_worked_out_on_paper():
    dK = RNG.normal(size=(4, 4))
    dK = dK + dK.T

    @quick
    def slopes(X):
        return [jax.vjp(f, X)[1](dK)[0] for f in (roots.root, roots.inverse_root)]

    def expected(X, slopes):
        return 2 / 3 * X @ (dK * np.kron(slopes, np.ones((2, 2))))

    X, ones = np.sqrt(3) * np.eye(4), np.ones((2, 2))
    for found, slope in zip(slopes(X), (0.5, -0.5), strict=True):
        np.testing.assert_allclose(found, expected(X, slope * ones), rtol=1e-12)
    X = np.sqrt(3) * np.diag([2.0, 2, 0, 0])
    half, inverse = slopes(X)
    np.testing.assert_allclose(half, expected(X, [[1 / 4, 1 / 2], [1 / 2, 0]]), rtol=1e-12)
    np.testing.assert_allclose(inverse, expected(X, [[-1 / 16, 1 / 8], [1 / 8, 0]]), rtol=1e-12)
