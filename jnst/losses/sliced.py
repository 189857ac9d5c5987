"""Style loss: the sliced Wasserstein distance between two distributions of features.

Heitz, Vanhoey, Chambon and Belcour, "A Sliced Wasserstein Loss for Neural Texture Synthesis" (CVPR
2021). The features at the M positions are points in N dimensions. To move one cloud of points to
another at the least cost is hard; along one direction it is a matter of sorting:

    L = 1/(N M) Σ_d Σ_i (sort(F d)_i - sort(F_s d)_i)²,   over N directions d of length 1.

Over all directions, L is zero only if the distributions are the same, not just their moments.

A departure from the paper, which draws N new directions at each step: here they are an orthonormal
basis, drawn once. The objective is then one function of the picture, as L-BFGS and every line
search want it, and a shift of all features by t costs exactly |t|²/N. The price: a difference that
shows along none of the N directions is not seen.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap, Scalar
from jnst.losses import squares
from jnst.losses.quantiles import ordered, quantiles

SCALE = squares.SCALE
"""As for any squared error, of N x M values: `mean` is that of the authors' code."""


class Target(NamedTuple):
    """Of the style picture: its points projected on each direction, sorted; and the directions."""

    values: Float[Array, "c k"]
    directions: Float[Array, "c c"]


def directions(channels: int, *, seed: int = 0) -> Float[np.ndarray, "c c"]:
    """Draw an orthonormal basis of the channel space, all bases as likely, one in each row.

    A = QR of a matrix of normal numbers leaves the sign of each column of Q open. Taken so that R
    has a positive diagonal, Q is the same on every machine, and its distribution is even.
    """
    Q, R = np.linalg.qr(np.random.default_rng(seed).normal(size=(channels, channels)))
    return (Q * np.sign(np.diagonal(R))).T


def statistic(features: FeatureMap) -> Float[Array, "m c"]:
    """See features [1, h, w, c] as F with M = h·w rows and N = c columns; sorting comes later."""
    return features.reshape(-1, features.shape[-1])


def target(points: Float[Array, "k c"], *, seed: int = 0) -> Target:
    """Compute once what does not change while the picture does.

    The directions are kept with it, as data: a program that had them inside would carry N² numbers
    for each layer.
    """
    basis = jnp.asarray(directions(points.shape[1], seed=seed), points.dtype)
    return Target(_projected(points, basis), basis)


def distance(points: Float[Array, "m c"], target: Target, *, scale: str = "mean") -> Scalar:
    """Compute scale · Σ over directions and positions, as in the module's equation.

    The derivative is that of `jnst.losses.histogram`, turned back by the directions.

    Args:
        points: the new picture's `statistic`.
        target: the style picture's, by `target`, of any number of positions.
        scale: a name in `squares.SCALE`.

    Raises:
        InputError: for an unknown scale.

    """
    values = _projected(points, target.directions)
    matched = quantiles(target.values, values.shape[1])
    return squares.squared_error(values, matched, scale=scale)


def _projected(points: Array, basis: Array) -> Array:
    return ordered(jnp.matmul(basis, points.T, precision=jax.lax.Precision.HIGH))  # (N, M)
