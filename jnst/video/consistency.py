"""How far a flow is to be trusted, pixel by pixel, from 0 to 1.

Sundaram, Brox and Keutzer (ECCV 2010), as Ruder, Dosovitskiy and Brox take it over (GCPR 2016,
arXiv:1604.08610, section 3.3). With ŵ the backward flow, w the forward one, and w̃(p) = w(p + ŵ(p))
what the forward flow says where the backward one leads, a pixel is

    not seen before   if |w̃ + ŵ|² ≥ 0.01 (|w̃|² + |ŵ|²) + 0.5
    at an edge of motion   if |∇û|² + |∇v̂|² > 0.01 |ŵ|² + 0.002
"""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from jnst.arrays import Array, Picture
from jnst.losses.temporal import Earlier
from jnst.video.warp import Flow, warp
from jnst.xla import jit

Weights = Float[np.ndarray, "h w"]
"""From 0, nothing is known, to 1."""
SMOOTH = 0.8
"""Pixels; the deviation of the Gaussian that smooths the weights, in artistic-videos@40e7447. Its
code writes -255 for what is not to be trusted, so that this would spread; the masks that come with
it agree with 0, of their pixels 0.03 % lie on the other side of one half."""
SHARPNESS = 50.0
"""α of Lai et al., "Learning Blind Video Temporal Consistency" (ECCV 2018, arXiv:1808.00449)."""


def reliable(backward: Flow, forward: Flow) -> Weights:
    """Compute the weights of a backward flow, from one frame to an earlier one.

    Args:
        backward: from the frame to the earlier one.
        forward: from the earlier one to the frame.

    """
    return np.asarray(_reliable(backward, forward))


@jit
def _reliable(backward: Array, forward: Array) -> Array:
    """Compute them in one program: NumPy took longer for it than an optical flow does."""
    height, width = backward.shape[:2]
    back = warp(forward[None], backward)[0]  # w̃
    error = jnp.sum((back + backward) ** 2, axis=-1)
    sizes = jnp.sum(back**2, axis=-1) + jnp.sum(backward**2, axis=-1)
    unseen = error >= 0.01 * sizes + 0.5
    slopes = jnp.stack(jnp.gradient(backward, axis=(0, 1)))
    steepness = jnp.sum(slopes**2, axis=(0, -1))
    edges = steepness > 0.01 * jnp.sum(backward**2, axis=-1) + 0.002
    y, x = jnp.mgrid[:height, :width]
    x, y = x + backward[..., 0], y + backward[..., 1]
    outside = (x < 0) | (x > width - 1) | (y < 0) | (y > height - 1)
    trusted = jnp.where(unseen | edges, 0.0, 1.0)
    return jnp.where(outside, 0.0, _smoothed(_smoothed(trusted).T).T)


def _smoothed(weights: Array) -> Array:
    """Smooth along columns by a Gaussian of deviation `SMOOTH`, cut off at four deviations."""
    reach = round(4 * SMOOTH)
    places = np.arange(-reach, reach + 1)
    shares = np.exp(-(places**2) / (2 * SMOOTH**2))
    padded = jnp.pad(weights, ((reach, reach), (0, 0)), mode="edge")
    rows = weights.shape[0]
    shares = (shares / shares.sum()).tolist()
    return jnp.stack([shares[i] * padded[i : i + rows] for i in range(len(shares))]).sum(axis=0)


def alike(frame: Picture, moved: Picture) -> Weights:
    """Compute exp(-α |I - W|²) of a frame and an earlier one warped onto it; see `SHARPNESS`.

    Where the light has changed, or the flow is wrong without knowing it, the weight is small.
    """
    return np.exp(-SHARPNESS * np.sum((frame - moved) ** 2, axis=-1))[0]


def closest_first(found: Sequence[tuple[Picture, Weights]]) -> Earlier:
    """Join several warped earlier results, the nearest in time first, into one target.

    Each pixel goes by the nearest frame in which it is to be trusted (Ruder et al., equation 8):

        c'_j = max(c_j - Σ_{i<j} c_i, 0)

    The sum of their losses, Σ_j c'_j (x - w_j)², is Σ c (x - w)² and a constant, where c = Σ c'_j
    and w is the mean of the w_j by c'_j: its gradient is that of the sum.
    """
    before, own = np.zeros_like(found[0][1]), []
    for _, weights in found:
        own.append(np.maximum(weights - before, 0))
        before = before + weights
    whole = sum(own)
    shares = [np.divide(one, whole, out=np.zeros_like(one), where=whole > 0) for one in own]
    shares[0] = shares[0] + (whole == 0)  # trusted nowhere: the nearest, for what it is worth
    joined = sum(
        share[None, ..., None] * picture for share, (picture, _) in zip(shares, found, strict=True)
    )
    return Earlier(np.asarray(joined, np.float32), np.asarray(whole, np.float32)[None, ..., None])
