"""The nuclear norm and its derivative, against the singular value decomposition."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gradcheck import check, close

from jnst.losses import polar

RNG = np.random.default_rng(0)
SHAPES = {"tall": (9, 5), "wide": (4, 7), "square": (6, 6)}
SHAPED = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
norm = jax.jit(jax.value_and_grad(polar.nuclear_norm))
root = jax.jit(jax.value_and_grad(polar.trace_root))

pytestmark = pytest.mark.usefixtures("in_float64")


def factor(X, least=1e-12):
    """Return the polar factor of X by its singular vectors, without those of σ = 0."""
    U, sigma, V = np.linalg.svd(np.asarray(X, np.float64), full_matrices=False)
    return (U * (sigma > least * sigma[0])) @ V


def exact(C, B):
    return np.zeros(len(C)), np.asarray(C), np.asarray(B)


# The published list for singular values from 0.001, without what it adds for bfloat16
# (Amsel et al., arXiv:2505.16932).
@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ((1e-3, 1.0), (8.4703, -25.1081, 18.6293)),
        ((1 - 0.99153, 1.99153), (4.1828, -3.1087, 0.5806)),
        ((1 - 1e-3, 1 + 1e-3), polar.LIMIT),
    ],
)
def test_coefficients_are_the_published_ones(interval, expected):
    np.testing.assert_allclose(polar.quintic(*interval)[0], expected, rtol=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_steps_bring_all_singular_values_to_one(dtype):
    rounding = np.finfo(dtype).eps
    x = np.geomspace(rounding**0.5, 1, 1001)
    for a, b, c in polar.coefficients(dtype).astype(np.float64):
        x = a * x + b * x**3 + c * x**5
    assert np.abs(x - 1).max() < 10 * rounding
    assert len(polar.coefficients("float32")) == 11


# Of diag(3, -2): the norm is 5, and the derivative the signs.
def test_a_diagonal_matrix_worked_out_on_paper():
    value, gradient = norm(np.diag([3.0, -2.0]))
    np.testing.assert_allclose(value, 5, rtol=1e-14)
    np.testing.assert_allclose(gradient, np.diag([1, -1]), atol=1e-13)


@SHAPED
def test_grad_is_the_polar_factor_and_finite_difference(shape):
    X = RNG.normal(size=shape)
    value, gradient = norm(X)
    np.testing.assert_allclose(value, np.linalg.norm(X, "nuc"), rtol=1e-13)
    close(gradient, factor(X), rtol=1e-11)
    check(lambda X: norm(X)[0], X, np.asarray(gradient))


@SHAPED
def test_turning_changes_nothing_and_scaling_the_value_alone(shape):
    X = RNG.normal(size=shape)
    turn, _ = np.linalg.qr(RNG.normal(size=(shape[0], shape[0])))
    value, gradient = norm(X)
    turned, of_turned = norm(turn @ X)
    np.testing.assert_allclose(turned, value, rtol=1e-12)
    close(of_turned, turn @ gradient, rtol=1e-11)
    for scale in (1e-30, 1e30):
        np.testing.assert_allclose(norm(scale * X)[0], scale * value, rtol=1e-12)


def test_what_is_missing_stays_missing_and_nothing_is_zero():
    X = RNG.normal(size=(9, 2)) @ RNG.normal(size=(2, 5))
    value, gradient = norm(X)
    np.testing.assert_allclose(value, np.linalg.norm(X, "nuc"), rtol=1e-12)
    close(gradient @ (X.T @ gradient), X, rtol=1e-10)  # Q H with H = QᵀX
    value, gradient = norm(np.zeros((3, 4)))
    assert value == 0
    assert not np.asarray(gradient).any()


# tr A^½ of A = diag(4, 4, 1) is 5, and its derivative ½ A^-½, however alike the eigenvalues.
def test_a_covariance_worked_out_on_paper():
    zeros, A, eye = exact(np.diag([4.0, 4.0, 1.0]), np.eye(3))
    value, gradient = root(A, eye, zeros)
    np.testing.assert_allclose(value, 5, rtol=1e-14)
    np.testing.assert_allclose(gradient, np.diag([0.25, 0.25, 0.5]), atol=1e-13)


@pytest.mark.parametrize("rows", [3, 5, 8])
def test_grad_of_a_covariance_is_that_of_the_matrix_and_finite_difference(rows):
    G, B = RNG.normal(size=(20, 5)), RNG.normal(size=(rows, 5))
    zeros, C, B = exact(G.T @ G, B)
    if rows > 5:  # no covariance of G Bᵀ has full rank then
        B = np.linalg.qr(B)[0] @ np.diag([3.0, 2, 1, 1, 0.1])
    value, D = root(C, B, zeros)
    close(value, np.linalg.norm(G @ B.T, "nuc"), rtol=1e-12)
    close(G @ (D + D.T), factor(G @ B.T) @ B, rtol=1e-9)
    check(lambda C: root(C, B, zeros)[0], C, np.asarray(D))


# Singular values over four decades, in float32: the large ones must not drown the small ones.
def test_float32_keeps_small_singular_values():
    turn, _ = np.linalg.qr(RNG.normal(size=(64, 64)))
    scales = np.geomspace(1, 1e-2, 64)
    G = (RNG.normal(size=(400, 64)) * scales / 20) @ turn.T
    B = scales[:, None] * turn.T  # graded, as the roots of a painting's covariance
    expected = factor(G @ B.T) @ B
    with jax.enable_x64(False):
        C, root_ = (np.asarray(x, np.float32) for x in (G.T @ G, B))
        _, D = root(C, root_, np.zeros(64, np.float32))
        by_covariance = G @ np.asarray(D + D.T, np.float64)
        _, Q = norm(np.asarray(G @ B.T, np.float32))
    for found in (by_covariance, np.asarray(Q, np.float64) @ B):
        assert np.linalg.norm(found - expected) < 3e-4 * np.linalg.norm(expected)


# Rounding alone: some directions have a negative variance, and steps would let them grow for ever.
def test_an_indefinite_covariance_gives_a_bounded_derivative():
    F = np.repeat(RNG.random((1, 32)) + 5, 500, axis=0).astype(np.float32)
    F += RNG.normal(size=F.shape).astype(np.float32) * 1e-4
    with jax.enable_x64(False):
        m, R = F.mean(axis=0), F.T @ F / np.float32(500)
        C = R - np.outer(m, m)
        assert np.linalg.eigvalsh(C.astype(np.float64))[0] < 0
        B = np.asarray(np.diag(RNG.random(32) + 1), np.float32)
        noise = 8 * np.finfo(np.float32).eps * np.diag(R)
        unbounded = np.asarray(root(C, B, 0 * noise)[1])
        value, D = root(C, B, noise)
    assert np.isfinite(value)
    # ½ Bᵀ (B C Bᵀ)^-½ B for variances of at least what was added: 1e-3 of the raw ones, 25.
    assert np.abs(np.linalg.eigvalsh(np.asarray(D, np.float64))).max() < 1 / np.sqrt(1e-3 * 25) * 2
    assert not np.abs(unbounded).max() < 10


def test_bfloat16_and_half_are_no_part_of_it():
    """Precision is asked for: on a TPU, products round to bfloat16 where it is not."""
    text = str(jax.make_jaxpr(polar.nuclear_norm)(jnp.zeros((3, 3))))
    assert text.count("dot_general") == text.count("precision=(Precision.HIGHEST") > 0
