"""Style loss: how far each channel's histogram is from that of the style picture.

Risser, Wilmot and Barnes, "Stable and Controllable Neural Texture Synthesis and Style Transfer
Using Histogram Losses" (arXiv:1701.08893). Their loss is Σ (F - R(F))², where R(F) is the feature
map after each channel's histogram has been matched to the style's.

A Gram matrix cannot tell few strong activations from many weak ones; a histogram can. But it knows
nothing of other channels: the paper adds it to the Gram loss.
"""

from jaxtyping import Float

from jnst.arrays import Array, FeatureMap, Scalar
from jnst.losses import squares
from jnst.losses.quantiles import ordered, quantiles

SCALE = squares.SCALE
"""As for any squared error, of N x M values: the paper's plain sum, with a weight for each layer,
is twice `half`; `mean` is the same for any size."""


def statistic(features: FeatureMap) -> Float[Array, "c m"]:
    """Compute the sorted values of each channel of features [1, h, w, c], as (N, M)."""
    return ordered(features.reshape(-1, features.shape[-1]).T)


def distance(
    values: Float[Array, "c m"], target: Float[Array, "c k"], *, scale: str = "mean"
) -> Scalar:
    """Compute scale · Σ (F - R(F))², over positions in sorted order.

    Its derivative is 2 scale · (F - R(F)). The paper holds R(F) constant to say so; here it is no
    approximation. R sends the i-th smallest value to the i-th quantile of the style, whatever
    the value is, so R(F) does not move until two values change places; then neither does the loss,
    as both cost the same. Of all ways to deal out those quantiles this is the cheapest: the loss is
    the least of many smooth ones, and where values are equal the derivative is one of theirs.

    A departure from the paper, which matches histograms of 256 bins: this match is exact.

    Args:
        values: the new picture's `statistic`.
        target: the style picture's, of any number of positions.
        scale: a name in `squares.SCALE`.

    Raises:
        InputError: for an unknown scale.

    """
    return squares.squared_error(values, quantiles(target, values.shape[1]), scale=scale)
