"""The nuclear norm of a matrix, the sum of its singular values, by matrix products alone.

For X = U Σ Vᵀ the norm is ‖X‖_* = Σ σ_i = tr (XᵀX)^½, and its derivative with respect to X is the
polar factor Q = U Vᵀ, so that ‖X‖_* = ⟨Q, X⟩. An odd polynomial acts on the singular values alone:
X (a + b XᵀX + c (XᵀX)²) = U (a Σ + b Σ³ + c Σ⁵) Vᵀ. A few of them, one after the other, bring all
singular values to 1. Each has the coefficients that come nearest to 1 on the interval that the
steps before have left (Amsel, Persson, Musco, Gower 2025, "The Polar Express", arXiv:2505.16932).

There is nothing but products: eigenvalues would come from LAPACK, which an accelerator has to
imitate at a hundred times the cost.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from jnst.arrays import Array, Scalar


def quintic(least: float, most: float) -> tuple[tuple[float, float, float], float]:
    """Return a, b, c of the p(x) = a x + b x³ + c x⁵ nearest to 1 on [least, most]; and how near.

    By the exchange algorithm of Remez: the error has the same size, with alternating signs, at both
    ends and at the two extrema of p between them.
    """
    inner = np.array([(3 * least + most) / 4, (least + 3 * most) / 4])
    for _ in range(100):
        x = np.array([least, *inner, most])
        signs = np.array([1, -1, 1, -1])
        a, b, c, error = np.linalg.solve(np.stack([x, x**3, x**5, signs], axis=1), np.ones(4))
        root = np.sqrt(9 * b**2 - 20 * a * c)
        before, inner = inner, np.sqrt(np.array([-3 * b - root, -3 * b + root]) / (10 * c))
        if np.abs(inner - before).max() < 1e-12:
            break
    return (float(a), float(b), float(c)), float(abs(error))


LIMIT = (15 / 8, -10 / 8, 3 / 8)
"""What `quintic` comes to on an interval that closes about 1: the step of Newton and Schulz."""
BEYOND = 3
"""Steps more than singular values of √ε of the largest need, for those that are smaller."""


@functools.cache
def coefficients(dtype: Any) -> Float[np.ndarray, "steps 3"]:
    """List the steps that bring singular values from [√ε, 1] to 1, up to rounding, ε of `dtype`."""
    rounding = float(np.finfo(dtype).eps)
    interval, found = (rounding**0.5, 1.0), []
    while interval[1] - interval[0] > 1e-3:
        step, error = quintic(*interval)
        found.append(step)
        interval = 1 - error, 1 + error
    error = interval[1] - 1
    while error > rounding:  # x ↦ 1 + 5/2 (x - 1)³ + …
        found.append(LIMIT)
        error = 2.5 * error**3
    return np.array(found + [LIMIT] * BEYOND, dtype)


def _size(A: Array) -> Scalar:
    """Return the root of ‖A‖, at least that of A's largest eigenvalue; 1 for a matrix of zeros."""
    size = jnp.sqrt(jnp.linalg.norm(A))
    return jnp.where(size > 0, size, 1)


def _matmul(*factors: Array) -> Array:
    """Multiply in full precision: what is rounded off grows with the smallest singular values."""
    return functools.reduce(functools.partial(jnp.matmul, precision="highest"), factors)


def _polynomial(step: Array, A: Array) -> Array:
    """Return b A + c A²."""
    return step[1] * A + step[2] * _matmul(A, A)


def polar(X: Float[Array, "m n"]) -> Float[Array, "m n"]:
    """Return the polar factor U Vᵀ of X = U Σ Vᵀ; what belongs to σ = 0 stays 0.

    Only the smaller side is multiplied by itself: for m < n, X (XᵀX)ᵏ = (XXᵀ)ᵏ X.
    """
    if X.shape[0] > X.shape[1]:
        return polar(X.T).T

    def step(X: Array, one: Array):
        return one[0] * X + _matmul(_polynomial(one, _matmul(X, X.T)), X), None

    steps = coefficients(X.dtype)
    return jax.lax.scan(step, X / _size(_matmul(X, X.T)), steps)[0]


@jax.custom_vjp
def nuclear_norm(X: Float[Array, "m n"]) -> Scalar:
    """Compute the sum of the singular values of X. Its derivative is the polar factor."""
    return _norm_forward(X)[0]


def _norm_forward(X: Array):
    Q = polar(X)
    return jnp.sum(Q * X), Q


def _norm_backward(Q: Array, cotangent: Array):
    return (cotangent * Q,)


nuclear_norm.defvjp(_norm_forward, _norm_backward)

WIDER = 1e-3
"""The share of each variance that is added where rounding has made a covariance indefinite."""


def _transform(
    C: Float[Array, "n n"], B: Float[Array, "r n"], noise: Float[Array, " n"]
) -> Float[Array, "r n"]:
    """Compute K = (B C Bᵀ)^-½ B: as `polar`, but of X = G Bᵀ of which only C = GᵀG is known.

    If X_k = G K_kᵀ, then X_kᵀX_k = K_k C K_kᵀ, and a step takes K_k to (a + b A + c A²) K_k. Each
    begins from C anew: small singular values are not rounded off with the large ones.
    """

    def attempt(C: Array) -> tuple[Array, Array]:
        def step(carry: tuple[Array, Array], one: Array):
            K, _ = carry
            A = _matmul(K, C, K.T)
            return (one[0] * K + _matmul(_polynomial(one, A), K), jnp.linalg.norm(A)), None

        start = B / _size(_matmul(B, C, B.T)), jnp.zeros((), B.dtype)
        return jax.lax.scan(step, start, coefficients(B.dtype))[0]

    K, norm = attempt(C + jnp.diag(noise))
    # Singular values up to 1 make ‖A‖² at most r. Where rounding has left C a direction of negative
    # variance, that grows without bound instead: then so much is added that it cannot.
    sound = norm**2 < 1.02 * len(B)
    wider = noise * (WIDER / jnp.finfo(B.dtype).eps)
    return jax.lax.cond(sound, lambda: K, lambda: attempt(C + jnp.diag(wider))[0])


@jax.custom_vjp
def trace_root(C: Float[Array, "n n"], B: Float[Array, "r n"], noise: Float[Array, " n"]) -> Scalar:
    """Compute tr (B C Bᵀ)^½, the nuclear norm of G Bᵀ, from C = GᵀG alone.

    Its derivative with respect to C is ½ Bᵀ (B C Bᵀ)^-½ B; B and the noise are taken as constant.

    Args:
        C: symmetric, positive semi-definite but for rounding.
        B: any matrix.
        noise: is added to the diagonal of C, about as much as has been rounded off.

    """
    return _root_forward(C, B, noise)[0]


def _root_forward(C: Array, B: Array, noise: Array):
    K = _transform(C, B, noise)
    return jnp.sum(_matmul(K, C) * B), (K, B)


def _root_backward(kept: tuple[Array, Array], cotangent: Array):
    K, B = kept
    return cotangent / 2 * _matmul(B.T, K), None, None


trace_root.defvjp(_root_forward, _root_backward)
