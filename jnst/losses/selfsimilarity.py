"""Content loss: how far the likenesses between positions are from those in the content picture.

Kolkin, Salavon and Shakhnarovich, "Style Transfer by Relaxed Optimal Transport and Self-Similarity"
(STROTSS, CVPR 2019), content loss. D is the matrix of cosine distances between the feature vectors
at n positions of one picture, and S is D with each column divided by its sum:

    D_ij = 1 - x_i · x_j / (|x_i| |x_j|),   S_ij = D_ij / Σ_k D_kj,   E = 1/n² Σ_ij |S_ij - T_ij|,

T being the content picture's S. It does not ask what a place looks like, only that places which
looked alike still do: colours and textures are free to change.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap, Scalar
from jnst.errors import check_choice
from jnst.losses.magnitude import magnitude
from jnst.losses.sampling import directions, sample

LEAST = 1e-5
"""The mean distance in a column that its sum stands for at least. Where all vectors are alike, the
distances are rounding, and their quotients would be noise; so divided, they stay near 0."""

SCALE = {
    "mean": lambda target: 1 / target.size,
    "columns": lambda target: 1 / target.shape[1],
    "relative": lambda target: 1 / jnp.sum(jnp.abs(1 / target.shape[0] - target)),
}
"""Scales of Σ|S - T| by name, as functions of T.

- `mean`: 1/n², as printed in STROTSS. The entries of S are of the size 1/n, so that it shrinks as
  1/n with the number of positions;
- `columns`: 1/n, the mean over columns, as in the authors' code; at most 2 whatever n;
- `relative`: so that 1 is the loss of a blank map, whose S is 1/n everywhere. The content picture's
  map must not be blank itself.
"""


def statistic(features: FeatureMap) -> Float[Array, "n n"]:
    """Compute S for the vectors at up to 1024 positions on a regular grid of features [1, h, w, c].

    Vectors of zeros have the distance 1 to all others and to themselves, and the derivative 0; see
    `jnst.losses.sampling`. Where the sum of a column is below n · `LEAST`, it is divided by that
    instead, a constant.

    Departures from STROTSS: it draws the positions anew at each step, and compares hypercolumns,
    many layers in one vector, where this compares one layer.
    """
    U = directions(sample(features))  # (n, c)
    D = 1 - jnp.matmul(U, U.T, precision=jax.lax.Precision.HIGH)
    return D / jnp.maximum(D.sum(axis=0), LEAST * len(D))


def distance(
    similarity: Float[Array, "n n"], target: Float[Array, "n n"], *, scale: str = "mean"
) -> Scalar:
    """Compute scale · Σ_ij |S_ij - T_ij|. Where an entry is on its target, its derivative is 0.

    Args:
        similarity: S, the new picture's `statistic`.
        target: T, the content picture's, of a map of the same size.
        scale: a name in `SCALE`.

    Raises:
        InputError: for an unknown scale.

    """
    factor = SCALE[check_choice("self-similarity scale", scale, SCALE)](target)
    return factor * magnitude(similarity - target)
