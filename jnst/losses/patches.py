"""Style loss: how far each patch of the feature map is from the style patch most like it.

Li and Wand, "Combining Markov Random Fields and Convolutional Neural Networks for Image Synthesis"
(CVPR 2016), equations 2 and 3. Ψ_i is the i-th of the n patches of 3 x 3 positions and c channels
in the new picture's map, at every position where it fits; Ψˢ_j is the j-th of the style picture's:

    E = Σ_i |Ψ_i - Ψˢ_NN(i)|²,   NN(i) = the j of the largest  Ψ_i · Ψˢ_j / (|Ψ_i| |Ψˢ_j|).

Unlike Gram matrices it keeps which features lie side by side: whole pieces of the style picture are
put together anew.

Departures from the paper: the sum is divided by n, so that a weight means the same at every size;
and of a style map with more than 4096 patches as many are taken, on a regular grid. The authors'
code takes every second position across and down in both pictures, can add turned and resized copies
of the style picture, and divides the gradient at each position by the number of patches that hold
it, which is the gradient of no loss.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap, Scalar
from jnst.errors import InputError, check_choice
from jnst.losses.sampling import sample

SIDE = 3
"""A patch has this many positions across and down."""
LIMIT = 4096
"""The largest number of style patches. Time and memory go with it."""
BLOCK = 512
"""So many patches are compared with the style's at a time: all at once need n · m numbers."""


class Target(NamedTuple):
    """The style picture's m patches, k = 3 · 3 · c numbers in each row, and their lengths."""

    patches: Float[Array, "m k"]
    norms: Float[Array, " m"]


SCALE = {
    "mean": lambda target: 1 / target.patches.shape[1],
    "relative": lambda target: 1 / jnp.mean(target.norms**2),
}
"""Scales of E / n by name: `mean`, 1/k, the mean squared difference, as in pystiche;
`relative`, so that 1 is the distance of nothing but zeros to a style patch, in the mean over these.
The style picture's map must not be blank."""


def statistic(features: FeatureMap) -> FeatureMap:
    """Return the features themselves, if there is a patch in them.

    Raises:
        InputError: for a map of less than 3 x 3 positions.

    """
    height, width = features.shape[1:3]
    if min(height, width) < SIDE:
        raise InputError(
            f"patches need a feature map of at least {SIDE} x {SIDE} positions, "
            f"not {height} x {width}: take a larger picture or an earlier layer"
        )
    return features


def target(features: FeatureMap) -> Target:
    """Cut the style picture's map into patches, at most `LIMIT`."""
    views = [sample(view, limit=LIMIT) for view in _views(features)]
    patches = jnp.concatenate(views, axis=1)
    return Target(patches, jnp.sqrt(jnp.sum(patches**2, axis=1)))


def distance(features: FeatureMap, target: Target, *, scale: str = "mean") -> Scalar:
    """Compute scale · E / n.

    The derivative holds NN(i) constant. That is no approximation: NN(i) is piecewise constant, and
    the derivative of E is this wherever it exists, that is where no other style patch is exactly as
    like. Of several such the first is taken. A patch of zeros is unlike all others, with a
    correlation of 0: where the new picture has one, it is compared with the style's first.

    Args:
        features: the new picture's map, by `statistic`.
        target: the style picture's, by `target`.
        scale: a name in `SCALE`.

    Raises:
        InputError: for an unknown scale.

    """
    factor = SCALE[check_choice("patches scale", scale, SCALE)](target)
    rows = [view.reshape(-1, view.shape[-1]) for view in _views(features)]
    patches = jnp.concatenate(rows, axis=1)  # (n, k)
    found = _nearest(jax.lax.stop_gradient(patches), target)
    return factor * jnp.sum((patches - target.patches[found]) ** 2) / len(patches)


def _views(features: Array) -> list[Array]:
    """List the map as seen by each of the nine places in a patch, [1, h - 2, w - 2, c]."""
    height, width = (side - SIDE + 1 for side in features.shape[1:3])
    return [
        features[:, down : down + height, across : across + width]
        for down in range(SIDE)
        for across in range(SIDE)
    ]


def _nearest(patches: Array, target: Target) -> Array:
    """NN(i) for each row; |Ψ_i| is left out, for it is the same for all j."""
    known = target.norms > 0
    inverse = jnp.where(known, 1 / jnp.where(known, target.norms, 1), 0)

    def of_one(patch: Array) -> Array:
        products = jnp.matmul(target.patches, patch, precision=jax.lax.Precision.HIGH)
        return jnp.argmax(inverse * products)

    # Blocks go through as one matrix product each.
    return jax.lax.map(of_one, patches, batch_size=BLOCK)
