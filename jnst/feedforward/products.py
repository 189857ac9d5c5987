"""Roots of a covariance matrix by matrix products alone.

Eigenvalues come from LAPACK, which an accelerator has to imitate at a hundred times the cost, and
which of them lie below a threshold changes by jumps. Here instead a small ridge is added, a share r
of the mean variance, so that no eigenvalue is small:

    A = C + r (tr C / c) 1,   K = A^-½,   H = A^½ = A K.

K comes from the steps of `jnst.losses.polar` (Polar Express, arXiv:2505.16932), on K instead of on
features: if X = G Kᵀ and GᵀG = A, then XᵀX = K A Kᵀ, and a step, which brings X's singular values
nearer to 1, is K ↦ (a + b M + c M²) K with M = K A Kᵀ. Each begins from A anew, so that rounding
does not add up. It starts from a multiple of 1, hence all K are functions of A, and symmetric.

Autodiff through these steps would multiply rounding by their slopes, in float64 by millions.
Instead the derivative solves a Sylvester equation, derived in `jnst.byhand.feedforward.products`:

    H X + X H = -K ∂E/∂K K,   X = ∂E/∂A.

By products, X is half of a corner of the sign of a matrix twice as large (Roberts 1980):

    M = (H  Q)    sign M = (1  2X)    if   H X + X H = Q,
        (0 -H),            (0  -1)

and M ↦ (15 M - 10 M³ + 3 M⁵) / 8 brings M to its sign.
"""

import functools

import jax
import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array
from jnst.byhand.feedforward.products import RIDGE
from jnst.losses.polar import LIMIT, coefficients

_Matrix = Float[Array, "c c"]


def root(C: _Matrix, *, ridge: float = RIDGE) -> _Matrix:
    """Compute H, symmetric but for rounding; arguments as of `inverse_root`."""
    K = inverse_root(C, ridge=ridge)
    return _matmul(_ridged(C, ridge), K.T)  # H Hᵀ is A even where rounding has turned K


def inverse_root(C: _Matrix, *, ridge: float = RIDGE) -> _Matrix:
    """Compute K, symmetric but for rounding, and finite for a matrix of zeros.

    Rounding may turn the result a little, to Q K with an orthogonal Q. So whiten by K x, not Kᵀx:
    that turns what is whitened, where the other has the strong directions leak into the weak.

    Args:
        C: positive semi-definite but for rounding; what is not symmetric is averaged out.
        ridge: r > 0. In float32, rounding is to be reckoned with: of 512 channels of VGG19 at 300
            positions, so that two directions in five are the ridge alone, features are whitened to
            4e-4 with 1e-3, to 1e-2 with 1e-5. The derivative is right to 3e-2 with 1e-3, and lost
            with 1e-4 and below.

    """
    return _inverse_root(_ridged(C, ridge), ridge)


def _ridged(C: Array, ridge: float) -> Array:
    """Compute A, in which the steps see a symmetric C even where the derivative is asked for."""
    C = (C + C.T) / 2
    return C + ridge * jnp.trace(C) / len(C) * jnp.eye(len(C), dtype=C.dtype)


@functools.partial(jax.custom_vjp, nondiff_argnums=(1,))
def _inverse_root(A: Array, ridge: float) -> Array:
    """Compute K. The ridge that is in A says how many steps the derivative takes."""
    return _forward(A, ridge)[0]


def _forward(A: Array, _: float):
    def step(K: Array, one: Array):
        M = _matmul(K, A, K.T)
        return one[0] * K + _matmul(one[1] * M + one[2] * _matmul(M, M), K), None

    start = jnp.eye(len(A), dtype=A.dtype) / jnp.sqrt(_norm(A))
    K = jax.lax.scan(step, start, coefficients(A.dtype))[0]
    return K, (A, K)


def _backward(ridge: float, found: tuple[Array, Array], dK: Array):
    A, K = found
    H, dH = _matmul(A, K.T), -_matmul(K, dK, K)
    least = (ridge / (1 + ridge) / len(A)) ** 0.5  # of H's eigenvalues, where ‖H‖ is 1
    return (_sylvester((H + H.T) / 2, (dH + dH.T) / 2, least),)


_inverse_root.defvjp(_forward, _backward)


def _sylvester(H: Array, Q: Array, least: float) -> Array:
    """Solve H X + X H = Q for a symmetric H with eigenvalues of at least `least` · ‖H‖."""
    a, b, c = LIMIT

    def step(_, corners: tuple[Array, Array]):
        # M² = (P Z; 0 P) and M⁴ = (PP PZ + ZP; 0 PP) of M = (H Q; 0 -H).
        H, Q = corners
        P, Z = _matmul(H, H), _matmul(H, Q) - _matmul(Q, H)
        factor = a * jnp.eye(len(H), dtype=H.dtype) + b * P + c * _matmul(P, P)
        corner = b * Z + c * (_matmul(P, Z) + _matmul(Z, P))
        return _matmul(H, factor), _matmul(H, corner) + _matmul(Q, factor)

    norm = _norm(H)
    return jax.lax.fori_loop(0, _steps(least), step, (H / norm, Q / norm))[1] / 2


def _steps(x: float) -> int:
    """Count the steps that bring x to 1, and so all that lies between them."""
    count = 2  # more: 0.001 off is then 3e-9, and then less than float64 can tell
    while x < 0.999:
        x, count = LIMIT[0] * x + LIMIT[1] * x**3 + LIMIT[2] * x**5, count + 1
    return count


def _norm(A: Array) -> Array:
    """Return the norm of A, at least its largest eigenvalue; 1 for a matrix of zeros."""
    norm = jnp.linalg.norm(A)
    return jnp.where(norm > 0, norm, 1)


def _matmul(*factors: Array) -> Array:
    """Multiply in full precision: rounding grows with the condition of A."""
    return functools.reduce(functools.partial(jnp.matmul, precision="highest"), factors)
