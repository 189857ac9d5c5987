"""Normalization of each channel over a whole batch of pictures, and what is left of it afterwards.

Ioffe and Szegedy 2015, "Batch Normalization: Accelerating Deep Network Training by Reducing
Internal Covariate Shift", arXiv:1502.03167. In training each channel is brought to mean 0 and
deviation 1 over the positions of all n pictures of the batch together, so that what becomes of one
depends on the others. Averages of the batches' moments are kept beside, and once the network is
trained they stand in for them: then each position is by itself.

Pictures of a batch are computed side by side by `jax.vmap`, along an axis of the name `BATCH`.
The twin is `jnst.byhand.feedforward.batchnorm`.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap
from jnst.byhand.feedforward.norms import EPSILON

BATCH = "batch"
"""Name of the axis along which the pictures of a batch lie, as `axis_name` of `jax.vmap`."""
MOMENTUM = 0.9
"""Share that an average keeps of itself at each step; torch calls what is left, 0.1, momentum."""
_Channels = Float[Array, " c"]


def moments(x: FeatureMap) -> tuple[_Channels, _Channels]:
    """Compute mean μ and variance σ² of each channel over all positions of all pictures.

    σ² is divided by their number, N = n h w. To be called under `jax.vmap` along `BATCH`, with one
    picture's map, [1, h, w, c]; all get the same.
    """
    mean = jax.lax.pmean(jnp.mean(x, axis=(0, 1, 2)), BATCH)
    return mean, jax.lax.pmean(jnp.mean((x - mean) ** 2, axis=(0, 1, 2)), BATCH)


def normalize(
    x: FeatureMap,
    mean: _Channels,
    variance: _Channels,
    *,
    scale: _Channels,
    shift: _Channels,
    epsilon: float = EPSILON,
) -> FeatureMap:
    """Normalize each channel by given moments: y = γ (x - μ) / √(σ² + ε) + β.

    Args:
        x: [1, h, w, c].
        mean: μ.
        variance: σ².
        scale: γ.
        shift: β.
        epsilon: ε > 0.

    """
    return scale * (x - mean) / jnp.sqrt(variance + epsilon) + shift


def observed(x: FeatureMap) -> dict[str, _Channels]:
    """Compute what goes into the averages: the batch's "mean", and its "variance" over N - 1.

    The averages are of what estimates the variance without bias, while the batch is normalized by
    the one over N: so the paper has it, and torch. Under `jax.vmap`, as `moments`; N is at least 2.
    """
    mean, variance = moments(x)
    count = jax.lax.psum(x.shape[1] * x.shape[2], BATCH)
    return {"mean": mean, "variance": variance * (count / (count - 1))}


def averaged(average: _Channels, new: _Channels) -> _Channels:
    """Return an average after one more batch: 0.9 of itself, and 0.1 of what is new."""
    return MOMENTUM * average + (1 - MOMENTUM) * new
