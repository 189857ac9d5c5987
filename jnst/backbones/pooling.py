"""Pooling: what becomes of the values in each window. Channels last (NHWC).

`max_pool`, `avg_pool` and `l2_pool` have windows of 2x2 side by side, as VGG does; `slide_max` and
so on any. Each has a twin in `jnst.byhand.backbones.pooling` with its derivative written out.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap
from jnst.backbones.bits import pack, unpack
from jnst.backbones.layers import Frame
from jnst.backbones.nn import margins, positions


@jax.custom_vjp
def max_pool(x: FeatureMap) -> Float[Array, "1 h2 w2 c"]:
    """Take the maximum of each 2x2 window, stride 2; an odd last row or column is dropped.

    The gradient goes to the first maximum of a window in reading order; the backward pass keeps
    which one of the four that was.
    """
    a, b, c, d = _corners(x)
    return jnp.maximum(jnp.maximum(a, b), jnp.maximum(c, d))


def _corners(x: FeatureMap) -> list[Float[Array, "1 h2 w2 c"]]:
    """Return upper left, upper right, lower left and lower right of all whole windows."""
    h2, w2, channels = x.shape[1] // 2, x.shape[2] // 2, x.shape[3]
    windows = x[:, : 2 * h2, : 2 * w2].reshape(1, h2, 2, w2, 2, channels)
    return [windows[:, :, i, :, j] for i in range(2) for j in range(2)]


def _max_pool_forward(x: FeatureMap):
    def exceeds(q: Array, p: Array) -> Array:
        """NaN is greater than any number, so that it comes through."""
        return ~(p >= q) & (p == p)

    a, b, c, d = _corners(x)
    # Right if the first maximum of its row is there, low if only the lower row has the maximum.
    low = exceeds(jnp.maximum(c, d), jnp.maximum(a, b))
    right = jnp.where(low, exceeds(d, c), exceeds(b, a))
    packed = pack(low), pack(right)
    low, right = (unpack(bits, a.shape[1]) for bits in packed)  # as in `_relu_forward`
    y = jnp.where(low, jnp.where(right, d, c), jnp.where(right, b, a))
    return y, (*packed, jnp.empty((*x.shape[1:3], 0)))  # the empty array says how large x was


def _max_pool_backward(kept, dy: FeatureMap):
    *packed, like = kept
    height, width = like.shape[:2]
    low, right = (unpack(bits, dy.shape[1])[:, :, None, :, None] for bits in packed)
    row, column = np.arange(2)[:, None, None, None], np.arange(2)[:, None]
    here = (low == (row == 1)) & (right == (column == 1))
    dx = jnp.where(here, dy[:, :, None, :, None], 0)
    dx = dx.reshape(1, height // 2 * 2, width // 2 * 2, dy.shape[3])
    return (jnp.pad(dx, ((0, 0), (0, height % 2), (0, width % 2), (0, 0))),)


max_pool.defvjp(_max_pool_forward, _max_pool_backward)


def avg_pool(x: FeatureMap) -> Float[Array, "1 h2 w2 c"]:
    """Take the mean of each 2x2 window, stride 2; an odd last row or column is dropped."""
    return slide_avg(x, size=2, stride=2, frame="valid")


def l2_pool(x: FeatureMap) -> Float[Array, "1 h2 w2 c"]:
    """Take the root of the sum of squares of each 2x2 window, stride 2.

    An odd last row or column is dropped. A window of zeros has the derivative 0.
    """
    return slide_l2(x, size=2, stride=2, frame="valid")


def _reduce(x: FeatureMap, start: float, by, size: int, stride: int, frame: Frame) -> Array:
    """Reduce each window of `size` x `size` by an operation, beginning with `start`."""
    around = [margins(length, size, stride, frame) for length in x.shape[1:3]]
    window, steps = (1, size, size, 1), (1, stride, stride, 1)
    x = jnp.asarray(x)
    begin = np.array(start, x.dtype)[()]
    return jax.lax.reduce_window(x, begin, by, window, steps, [(0, 0), *around, (0, 0)])


def slide_max(x: FeatureMap, *, size: int, stride: int, frame: Frame) -> Float[Array, "1 h2 w2 c"]:
    """Take the maximum of each window of any size; the frame never is the maximum.

    The gradient goes to the first maximum of a window in reading order.
    """
    return _reduce(x, -np.inf, jax.lax.max, size, stride, frame)


def slide_avg(
    x: FeatureMap, *, size: int, stride: int, frame: Frame, framed: bool = False
) -> Float[Array, "1 h2 w2 c"]:
    """Take the mean of each window of any size: of its pixels, or with the frame's zeros.

    `framed` says that these count: in torch they do, in TensorFlow they do not.
    """
    sums = _reduce(x, 0.0, jax.lax.add, size, stride, frame)
    if framed:
        return sums / size**2
    rows, columns = (pixels(length, size, stride, frame) for length in x.shape[1:3])
    return sums / jnp.asarray(rows[:, None, None] * columns[:, None], sums.dtype)


def pixels(length: int, size: int, stride: int, frame: Frame) -> Float[np.ndarray, " p"]:
    """Count how many pixels of a side each window sees: fewer where it reaches into the frame."""
    start = stride * np.arange(positions(length, size, stride, frame), dtype=float)
    start -= margins(length, size, stride, frame)[0]
    return np.minimum(start + size, length) - np.maximum(start, 0)


def slide_l2(x: FeatureMap, *, size: int, stride: int, frame: Frame) -> Float[Array, "1 h2 w2 c"]:
    """Take the root of the sum of squares of each window of any size.

    A window of zeros has the derivative 0.
    """
    sums = _reduce(x**2, 0.0, jax.lax.add, size, stride, frame)
    empty = sums == 0
    return jnp.where(empty, 0, jnp.sqrt(jnp.where(empty, 1, sums)))


POOLING = {"max": max_pool, "avg": avg_pool, "l2": l2_pool}
"""The pooling of windows of 2x2, by name."""
SLIDING = {"max": slide_max, "avg": slide_avg, "l2": slide_l2}
"""The same by windows of any size."""
GAIN = {"max": 1.0, "avg": 2.0, "l2": 0.78}
"""Factors that bring the poolings' activations to about the size of `max`, after style-transfer-
pytorch, which has measured them in VGG."""


def pool(
    x: FeatureMap, kind: str, *, size: int, stride: int, frame: Frame
) -> Float[Array, "1 h2 w2 c"]:
    """Pool by windows of any size; those of 2x2 side by side by what is made for them."""
    if (size, stride, frame) == (2, 2, "valid"):
        return POOLING[kind](x)
    return SLIDING[kind](x, size=size, stride=stride, frame=frame)
