"""Roots of a covariance matrix by its eigenvalues, of which the smallest are dropped.

Of a symmetric C = V Λ Vᵀ they are f(C) = V f(Λ) Vᵀ, with f(λ) = λ^½ or λ^-½ above a threshold, and
0 for the rest: directions in which features hardly vary are rounding, and 1/√λ would blow it up.

Autodiff would go through the eigenvectors, which have no derivative where eigenvalues are equal;
and those of channels that never fire all are 0. The roots do have one (Daleckii and Krein 1965):

    df(C) = V (Φ ∘ Vᵀ dC V) Vᵀ,   Φ_ij = (f(λ_i) - f(λ_j)) / (λ_i - λ_j),   Φ_ii = f'(λ_i),

and it is what is computed here. There is none only where an eigenvalue is just at the threshold.
`jnst.feedforward.products` has roots without eigenvalues. The twin is
`jnst.byhand.feedforward.roots`.
"""

import functools

import jax
import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array
from jnst.byhand.feedforward.roots import THRESHOLD

_Matrix = Float[Array, "c c"]


def root(C: _Matrix, *, threshold: float = THRESHOLD) -> _Matrix:
    """Compute C^½, symmetric, of the part of C with eigenvalues above the threshold, >= 0.

    C is taken as symmetric: what is not is averaged out.
    """
    return _power(C, 1, threshold)


def inverse_root(C: _Matrix, *, threshold: float = THRESHOLD) -> _Matrix:
    """Compute C^-½, symmetric, of the part of C with eigenvalues above the threshold, >= 0.

    C is taken as symmetric: what is not is averaged out.
    """
    return _power(C, -1, threshold)


@functools.partial(jax.custom_vjp, nondiff_argnums=(1, 2))
def _power(C: _Matrix, sign: int, threshold: float) -> _Matrix:
    """Compute C^½ for sign 1, C^-½ for sign -1."""
    return _forward(C, sign, threshold)[0]


def _forward(C: Array, sign: int, threshold: float):
    values, vectors = jnp.linalg.eigh(C)
    roots, kept = _roots(values, threshold)
    return (vectors * jnp.where(kept, roots**sign, 0)) @ vectors.T, (values, vectors)


def _backward(sign: int, threshold: float, found: tuple[Array, Array], dK: Array):
    values, vectors = found
    dC = vectors @ (_slopes(values, sign, threshold) * (vectors.T @ dK @ vectors)) @ vectors.T
    return ((dC + dC.T) / 2,)


_power.defvjp(_forward, _backward)


def _roots(values: Array, threshold: float) -> tuple[Array, Array]:
    """Return the roots of eigenvalues, 1 for those that are dropped, and which are kept."""
    kept = values > threshold
    return jnp.sqrt(jnp.where(kept, values, 1)), kept


def _slopes(values: Array, sign: int, threshold: float) -> Array:
    """Compute Φ, (c, c), in a form in which equal eigenvalues are nothing special.

    √a - √b = (a - b) / (√a + √b), and 1/√a - 1/√b = -(a - b) / (√a √b (√a + √b)).
    """
    roots, kept = _roots(values, threshold)
    total, product = roots[:, None] + roots, roots[:, None] * roots
    inside = 1 / total if sign > 0 else -1 / (product * total)
    # Of one that is kept and one that is dropped, the difference cannot be 0.
    across = kept[:, None] != kept
    f = jnp.where(kept, roots**sign, 0)
    gap = jnp.where(across, values[:, None] - values, 1)
    return jnp.where(across, (f[:, None] - f) / gap, jnp.where(kept, inside, 0))
