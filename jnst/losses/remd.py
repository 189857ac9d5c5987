"""Style loss: the relaxed earth mover's distance between two sets of feature vectors.

Kolkin, Salavon and Shakhnarovich, "Style Transfer by Relaxed Optimal Transport and Self-Similarity"
(STROTSS, CVPR 2019), style loss. Between n vectors x_i of the new picture and m vectors y_j of the
style picture, with the cosine distance as the cost of moving one to the other,

    C_ij = 1 - x_i · y_j / (|x_i| |y_j|),
    E = max( 1/n Σ_i min_j C_ij ,  1/m Σ_j min_i C_ij ).

The earth mover's distance asks that every vector be moved and every place be filled. Leaving out
the one condition or the other, each vector goes to its nearest: two lower bounds, of which E is the
larger. The first asks that everything in the new picture be found in the style, the second that
everything in the style be found in the new picture.

It sees directions only. STROTSS adds a loss on the mean and covariance of the features, which see
the lengths, and another on the colours.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap, Scalar
from jnst.errors import check_choice
from jnst.losses.sampling import directions, sample

SCALE = {"mean": lambda target: 1, "relative": lambda target: 1}
"""Scales of E by name: a factor of 1, as in STROTSS. That is `relative` already: a blank map has
the cosine distance 1 to every vector, so that its E is 1."""


def statistic(features: FeatureMap) -> Float[Array, "n c"]:
    """Take the vectors at up to 1024 positions on a regular grid of features [1, h, w, c].

    Departures from STROTSS: it draws the positions anew at each step; see `jnst.losses.sampling`.
    And its vectors are hypercolumns, nine layers of VGG16 and the colours in one; here each layer
    has a loss of its own.
    """
    return sample(features)


def target(vectors: Float[Array, "m c"]) -> Float[Array, "m c"]:
    """Keep the directions y_j / |y_j| of the style picture's vectors."""
    return directions(vectors)


def distance(
    vectors: Float[Array, "n c"], target: Float[Array, "m c"], *, scale: str = "mean"
) -> Scalar:
    """Compute scale · E.

    The derivative is that of the terms which the minima and the maximum choose. Where several are
    equal, the first is taken: the first vector in the order of the grid, and the mean over the
    new picture's vectors. A vector of zeros has the distance 1 to every other, by `directions`, and
    the derivative 0; the paper leaves both undefined.

    Args:
        vectors: the new picture's `statistic`.
        target: the style picture's, by `target`.
        scale: a name in `SCALE`.

    Raises:
        InputError: for an unknown scale.

    """
    factor = SCALE[check_choice("earth mover scale", scale, SCALE)](target)
    U, V = directions(vectors), target
    # The whole matrix only chooses: differentiated, it would cost two more such products.
    cosines = jnp.matmul(*jax.lax.stop_gradient((U, V.T)), precision=jax.lax.Precision.HIGH)
    found = jnp.mean(1 - jnp.sum(U * V[jnp.argmax(cosines, axis=1)], axis=1))
    filled = jnp.mean(1 - jnp.sum(U[jnp.argmax(cosines, axis=0)] * V, axis=1))
    return factor * jnp.where(found >= filled, found, filled)
