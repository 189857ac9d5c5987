"""Warping: a picture moved by a flow, so that it lies over another frame of the same scene.

    W(p) = I(p + f(p))

f is the **backward** flow: it says of each pixel of the new frame where it was in the earlier one.
What lies between pixels is read bilinearly, and what lies beyond the border is the border's pixel.
`jnst.byhand.video.warp` has the derivatives; what a flow comes from is in `jnst.video.flow`.
"""

import functools

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from jnst.arrays import Array
from jnst.xla import jit

Flow = Float[np.ndarray, "h w 2"]
"""Motion in pixels: x to the right, y downwards."""


def warp(picture: Array, flow: Array) -> Array:
    """Compute W of values (1, h, w, c) by a flow (h, w, 2), differentiable in both.

    A value between pixels is as good as the four around it: each warp blurs a little.
    """
    height, width = picture.shape[1:3]
    y, x = jnp.mgrid[: flow.shape[0], : flow.shape[1]]
    column, right = _split(x + flow[..., 0], width)
    row, down = _split(y + flow[..., 1], height)
    below, beside = jnp.minimum(row + 1, height - 1), jnp.minimum(column + 1, width - 1)
    upper = _between(picture[:, row, column], picture[:, row, beside], right)
    lower = _between(picture[:, below, column], picture[:, below, beside], right)
    return _between(upper, lower, down)


def _split(place: Array, size: int) -> tuple[Array, Array]:
    """Return the whole part of a place, brought into the picture, and the fraction."""
    kept = jnp.clip(place, 0, size - 1)
    whole = jnp.floor(kept).astype(int)
    return whole, kept - whole


def _between(one: Array, other: Array, share: Array) -> Array:
    share = share[..., None]
    return (1 - share) * one + share * other


@functools.cache
def _compiled():
    return jit(warp)


def warped(picture: Array, flow: Array) -> np.ndarray:
    """Return W as a NumPy array of float32, computed by a compiled program."""
    return np.asarray(_compiled()(np.asarray(picture, np.float32), np.asarray(flow, np.float32)))
