"""Roots of a covariance matrix by matrix products alone."""

import jax
import numpy as np
import pytest
import scipy.linalg
from programs import quick

from jnst.byhand.feedforward import products as byhand
from jnst.feedforward import products

RNG = np.random.default_rng(0)
BOTH = pytest.mark.parametrize("module", [products, byhand], ids=["jax", "byhand"])

pytestmark = pytest.mark.usefixtures("in_float64")


def covariance(size, rank):
    factor = RNG.normal(size=(size, rank))
    return factor @ factor.T / rank


# The mean variance is 2, of which a half is added: 4 and 2.
@BOTH
def test_values_worked_out_on_paper(module):
    C = np.diag([3.0, 1])
    expected = np.sqrt([4, 2])
    np.testing.assert_allclose(module.root(C, ridge=0.5), np.diag(expected), rtol=1e-13)
    found = module.inverse_root(C, ridge=0.5)
    np.testing.assert_allclose(found, np.diag(1 / expected), rtol=1e-13)


@BOTH
def test_by_default_the_ridge_is_a_thousandth(module):
    found = module.root(np.diag([3.0, 1]))
    np.testing.assert_allclose(np.diag(found) ** 2, [3.002, 1.002], rtol=1e-12)


@pytest.mark.parametrize("rank", [10, 3, 1])
def test_whitened_by_its_own_root_it_is_one(rank):
    C, ridge = covariance(5, rank), 1e-4
    A = C + ridge * np.trace(C) / 5 * np.eye(5)
    K = products.inverse_root(C, ridge=ridge)
    np.testing.assert_allclose(K @ A @ K.T, np.eye(5), atol=1e-11)
    H = products.root(C, ridge=ridge)
    np.testing.assert_allclose(H @ H.T, A, atol=1e-12)
    larger = products.inverse_root(100 * C, ridge=ridge)
    np.testing.assert_allclose(10 * larger, K, atol=1e-10 * np.abs(K).max())


def test_parity_with_scipy():
    C = covariance(6, 4)
    H = scipy.linalg.sqrtm(C + 1e-3 * np.trace(C) / 6 * np.eye(6))
    np.testing.assert_allclose(products.root(C), H, atol=1e-12)
    np.testing.assert_allclose(products.inverse_root(C), np.linalg.inv(H), atol=1e-10)


def test_a_matrix_of_zeros_has_finite_roots_and_slopes():
    zeros = np.zeros((3, 3))

    @quick
    def both(C):
        K, vjp = jax.vjp(products.inverse_root, C)
        return K, vjp(zeros + 1)[0]

    assert all(np.isfinite(found).all() for found in both(zeros))


def test_in_float32_features_are_whitened_to_a_thousandth():
    """Although the variances are as 1 to 100,000; by the transpose of K it would be a hundredth."""
    F = RNG.normal(size=(60, 40)) * np.geomspace(0.01, 30, 40)
    F = F @ (np.eye(40) + RNG.normal(size=(40, 40)) / 10)
    C = F.T @ F / 60
    dK = RNG.normal(size=C.shape)

    @quick
    def both(C, dK):
        K, vjp = jax.vjp(products.inverse_root, C)
        return K, vjp(dK)[0]

    K, dC = (np.asarray(a, np.float64) for a in both(C.astype(np.float32), np.float32(dK)))
    for found, exact in (
        (F @ K.T, F @ byhand.inverse_root(C)),
        (dC, byhand.inverse_root_backward(dK, C)),
    ):
        assert np.linalg.norm(found - exact) < 1e-3 * np.linalg.norm(exact)


@pytest.mark.parametrize("ridge", [1e-6, 1e-2, 1.0, 50.0])
def test_the_derivative_takes_as_many_steps_as_a_ridge_asks_for(ridge):
    C, dK = covariance(5, 2), RNG.normal(size=(5, 5))

    @quick
    def slope(C):
        return jax.vjp(lambda C: products.inverse_root(C, ridge=ridge), C)[1](dK)[0]

    expected = byhand.inverse_root_backward(dK, C, ridge=ridge)
    np.testing.assert_allclose(slope(C), expected, atol=1e-8 * np.abs(expected).max())
