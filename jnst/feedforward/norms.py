"""Normalization of each channel of one picture, and its statistics given from elsewhere.

Every channel is brought to mean 0 and deviation 1 over its own positions; then it takes on a scale
and a shift: trained ones (instance norm), those of one style of several (conditional instance
norm), or mean and deviation of a style's features (AdaIN).

Two conventions are in use. Instance norm divides the variance by the number of positions n, and so
do AdaIN as published, in Lua, and its copies in TensorFlow. AdaIN in torch (pytorch-AdaIN, and what
was derived from it) divides by n - 1, for both pictures, as torch does unasked. `unbiased` says
which: True for n - 1.

Each has a twin in `jnst.byhand.feedforward.norms`, with its derivative written out.
"""

import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap
from jnst.byhand.feedforward.norms import EPSILON
from jnst.errors import InputError

_Channels = Float[Array, " c"]
_Style = int | Float[Array, " _"]
"""The number of a style, or a weight for each."""


def instance_norm(
    x: FeatureMap,
    *,
    scale: _Channels | None = None,
    shift: _Channels | None = None,
    epsilon: float = EPSILON,
) -> FeatureMap:
    """Normalize each channel: y = γ (x - μ) / √(σ² + ε) + β, with σ² divided by n.

    Ulyanov, Vedaldi, Lempitsky 2016, "Instance Normalization: The Missing Ingredient for Fast
    Stylization", arXiv:1607.08022.

    Args:
        x: [1, h, w, c]; μ and σ² are over its positions.
        scale: γ; None for 1.
        shift: β; None for 0.
        epsilon: ε > 0. Torch has 1e-5; networks trained with fast-style-transfer want 1e-3.

    """
    y = _normalize(x, epsilon, unbiased=False)
    y = y if scale is None else y * scale
    return y if shift is None else y + shift


def conditional_instance_norm(
    x: FeatureMap,
    scales: Float[Array, "s c"],
    shifts: Float[Array, "s c"],
    style: _Style,
    *,
    epsilon: float = EPSILON,
) -> FeatureMap:
    """Normalize each channel, with scale and shift of one of s styles, or of a mixture of them.

    Dumoulin, Shlens, Kudlur 2017, "A Learned Representation For Artistic Style", arXiv:1610.07629.
    `style` is as in `blend`, and so are the errors.
    """
    scale, shift = blend(scales, style), blend(shifts, style)
    return instance_norm(x, scale=scale, shift=shift, epsilon=epsilon)


def blend(table: Float[Array, "s ..."], style: _Style) -> Float[Array, "..."]:
    """Choose a row of a table by its number, or add the rows up by weights: Σ_i w_i t_i.

    A row is a scale for each channel, or whatever else each style has of its own.

    Weights that sum to 1 lie between styles; others are allowed, as in the paper's code. In a
    compiled program that serves all styles, give weights: a number has to be known beforehand.

    Raises `InputError` for a number that no row has, and for more weights or fewer than rows.
    """
    rows = len(table)
    if not isinstance(style, int):
        if len(style) != rows:
            raise InputError(f"needs one weight for each of {rows} styles, not {len(style)}")
        return jnp.tensordot(jnp.asarray(style, table.dtype), table, 1)
    if not 0 <= style < rows:  # JAX would take the nearest row
        raise InputError(f"there are {rows} styles, with numbers from 0, but no {style}")
    return jnp.asarray(table)[style]


def mean_and_deviation(
    features: FeatureMap, *, epsilon: float = EPSILON, unbiased: bool
) -> tuple[_Channels, _Channels]:
    """Compute μ and √(σ² + ε) of each channel, over positions.

    Args:
        features: [1, h, w, c].
        epsilon: ε >= 0; with 0, a constant channel has no derivative.
        unbiased: whether σ² is the sum of squares divided by n - 1, or by n; see above.

    Raises:
        InputError: for an unbiased deviation of a single position.

    """
    mean, deviation = _moments(features, epsilon, unbiased=unbiased)
    return mean[0, 0, 0], deviation[0, 0, 0]


def adain(
    content: FeatureMap,
    style_mean: _Channels,
    style_deviation: _Channels,
    *,
    epsilon: float = EPSILON,
    unbiased: bool = False,
) -> FeatureMap:
    """Give the content's channels the style's means and deviations: σ_s (x - μ) / √(σ² + ε) + μ_s.

    Huang and Belongie 2017, "Arbitrary Style Transfer in Real-time with Adaptive Instance
    Normalization", arXiv:1703.06868.

    Args:
        content: [1, h, w, c].
        style_mean: μ_s, as `mean_and_deviation` returns it.
        style_deviation: σ_s. As published it is divided by n, without ε; in pytorch-AdaIN divided
            by n - 1, with ε.
        epsilon: ε > 0, of the content.
        unbiased: whether the content's σ² is divided by n - 1, as in pytorch-AdaIN, or by n.

    Raises:
        InputError: for an unbiased deviation of a single position.

    """
    return _normalize(content, epsilon, unbiased=unbiased) * style_deviation + style_mean


def _normalize(x: FeatureMap, epsilon: float, *, unbiased: bool) -> FeatureMap:
    mean, deviation = _moments(x, epsilon, unbiased=unbiased)
    return (x - mean) / deviation


def _moments(x: FeatureMap, epsilon: float, *, unbiased: bool) -> tuple[Array, Array]:
    """Compute mean and deviation, (1, 1, 1, c) each."""
    count = x.shape[1] * x.shape[2] - unbiased
    if not count:
        raise InputError("an unbiased deviation needs at least 2 positions, not 1")
    mean = jnp.mean(x, axis=(1, 2), keepdims=True)
    variance = jnp.sum((x - mean) ** 2, axis=(1, 2), keepdims=True) / count
    return mean, jnp.sqrt(variance + epsilon)
