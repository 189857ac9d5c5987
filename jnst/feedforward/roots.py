"""Roots of a covariance matrix by its eigenvalues, of which the smallest are dropped.

Of a symmetric C = V Λ Vᵀ they are f(C) = V f(Λ) Vᵀ, with f(λ) = λ^½ or λ^-½ above a threshold, and
0 for the rest: directions in which features hardly vary are rounding, and 1/√λ would blow it up.

The published code decomposes C. Here, of few positions for each channel, the features themselves
are decomposed: if X = U S Vᵀ has the n centred positions as rows, then C = XᵀX / (n - 1) is
V (S² / (n - 1)) Vᵀ. The numbers are the same, but for rounding, by which what is kept mixes with
what is dropped: decomposing C by about ε λ_max / λ_min, decomposing X by ε (λ_max / λ_min)^½. In
float32, at relu5_1, with 70 positions and 128 channels, the former was seen as a hundredth of the
range of the picture, and as a tenth after five levels. U is not needed, so what is decomposed is
the triangular factor of X. Of many positions, where that would be slow, it is C.

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
from jnst.byhand.feedforward.roots import FEW, THRESHOLD

_Positions = Float[Array, "n c"]
_Matrix = Float[Array, "c c"]


def root(X: _Positions, *, threshold: float = THRESHOLD) -> _Matrix:
    """Compute C^½, symmetric, of the part of C with eigenvalues above the threshold, >= 0.

    X are n >= 2 centred positions, as `whitening.centre` returns them.
    """
    return _power(X, 1, threshold, 0.0)


def inverse_root(X: _Positions, *, threshold: float = THRESHOLD, identity: float = 0.0) -> _Matrix:
    """Compute (C + identity · 1)^-½, symmetric, without eigenvalues up to the threshold, >= 0.

    X is as in `root`.
    """
    return _power(X, -1, threshold, identity)


@functools.partial(jax.custom_vjp, nondiff_argnums=(1, 2, 3))
def _power(X: _Positions, sign: int, threshold: float, identity: float) -> _Matrix:
    """Compute the root for sign 1, the inverse root for sign -1."""
    return _forward(X, sign, threshold, identity)[0]


def _forward(X: Array, sign: int, threshold: float, identity: float):
    values, vectors = _decompose(X)
    values = values + identity
    roots, kept = _roots(values, threshold)
    return (vectors * jnp.where(kept, roots**sign, 0)) @ vectors.T, (X, values, vectors)


def _backward(sign: int, threshold: float, _: float, found: tuple[Array, ...], dK: Array):
    X, values, vectors = found
    dC = vectors @ (_slopes(values, sign, threshold) * (vectors.T @ dK @ vectors)) @ vectors.T
    return (X @ (dC + dC.T) / (len(X) - 1),)


_power.defvjp(_forward, _backward)


def covariance(X: _Positions) -> _Matrix:
    """Compute C = XᵀX / (n - 1) of centred positions."""
    return jnp.matmul(X.T, X, precision="highest") / (len(X) - 1)


def _decompose(X: Array) -> tuple[Array, Array]:
    """Compute the eigenvalues of C, and its eigenvectors as columns."""
    n, c = X.shape
    if n > FEW * c:
        return jnp.linalg.eigh(covariance(X))
    _, singular, turned = jnp.linalg.svd(jnp.linalg.qr(X, mode="r"), full_matrices=True)
    return jnp.pad(singular**2 / (n - 1), (0, c - len(singular))), turned.T


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
