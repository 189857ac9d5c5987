"""Pooling with its derivatives. Notation as in `jnst.byhand.backbones.nn`.

`max_pool`, `avg_pool` and `l2_pool` have windows of 2x2 side by side; `slide_max` and so on any.
"""

import numpy as np

from jnst.byhand.backbones.nn import Frame, margins, pad, pad_backward, taps


def _windows(x: np.ndarray) -> np.ndarray:
    """View x as 2x2 windows: (1, h/2, w/2, c, 4), the four in reading order."""
    x = x[:, : x.shape[1] // 2 * 2, : x.shape[2] // 2 * 2]
    n, height, width, channels = x.shape
    x = x.reshape(n, height // 2, 2, width // 2, 2, channels)
    return x.transpose(0, 1, 3, 5, 2, 4).reshape(n, height // 2, width // 2, channels, 4)


def _unwindows(windows: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Put windows back in place: the inverse of `_windows`, zero in an odd last row or column."""
    n, height, width, channels, _ = windows.shape
    x = windows.reshape(n, height, width, channels, 2, 2).transpose(0, 1, 4, 2, 5, 3)
    whole = np.zeros(shape, windows.dtype)
    whole[:, : 2 * height, : 2 * width] = x.reshape(n, 2 * height, 2 * width, channels)
    return whole


def max_pool(x: np.ndarray) -> np.ndarray:
    """Pool: y = the largest of each 2x2 window; an odd last row or column is dropped."""
    return _windows(x).max(axis=-1)


def max_pool_backward(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    """∂E/∂x = dy at the largest of each window (the first, where several are equal), else 0."""
    windows = _windows(x)
    first = windows.argmax(axis=-1)[..., None] == np.arange(4)
    return _unwindows(dy[..., None] * first, x.shape)


def avg_pool(x: np.ndarray) -> np.ndarray:
    """Pool: y = the mean of each 2x2 window; an odd last row or column is dropped."""
    return _windows(x).mean(axis=-1)


def avg_pool_backward(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    """∂E/∂x = dy / 4 at all four of each window. Of x only the shape is needed."""
    return _unwindows(np.repeat(dy[..., None] / 4, 4, axis=-1), x.shape)


def l2_pool(x: np.ndarray) -> np.ndarray:
    """Pool: y = √Σx² over each 2x2 window; an odd last row or column is dropped."""
    return np.sqrt((_windows(x) ** 2).sum(axis=-1))


def l2_pool_backward(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    """∂E/∂x = dy · x / y; a window of zeros, where y has a corner, gives 0."""
    y = l2_pool(x)
    return _unwindows(_windows(x) * (dy / np.where(y > 0, y, 1))[..., None], x.shape)


def _framed(x: np.ndarray, size: int, stride: int, frame: Frame, value: float) -> tuple:
    """Return x with a frame of this value, and how wide that is, in rows and in columns."""
    rows, columns = (margins(length, size, stride, frame) for length in x.shape[1:3])
    inside = np.zeros_like(x)
    outside = pad(inside + 1, rows, columns, padding="zeros") == 0
    return np.where(outside, value, pad(x, rows, columns, padding="zeros")), rows, columns


def slide_max(x: np.ndarray, *, size: int, stride: int, frame: Frame) -> np.ndarray:
    """Pool: y = the largest of each window, never the frame."""
    framed, _, _ = _framed(x, size, stride, frame, -np.inf)
    return np.max([tap for _, tap in taps(framed, (size, size), stride)], axis=0)


def slide_max_backward(
    dy: np.ndarray, x: np.ndarray, *, size: int, stride: int, frame: Frame
) -> np.ndarray:
    """∂E/∂x gathers dy from every window whose largest, the first of several, it is."""
    framed, rows, columns = _framed(x, size, stride, frame, -np.inf)
    first = np.argmax([tap for _, tap in taps(framed, (size, size), stride)], axis=0)
    dx = np.zeros_like(framed)
    for i, (_, tap) in enumerate(taps(dx, (size, size), stride)):
        tap += dy * (first == i)
    return pad_backward(dx, rows, columns, padding="zeros")


def _share(x: np.ndarray, size: int, stride: int, frame: Frame, framed: bool) -> np.ndarray:
    """Return 1 / the number of pixels of each window, or of its places if `framed`."""
    ones, _, _ = _framed(np.ones_like(x), size, stride, frame, float(framed))
    return 1 / np.sum([tap for _, tap in taps(ones, (size, size), stride)], axis=0)


def slide_avg(
    x: np.ndarray, *, size: int, stride: int, frame: Frame, framed: bool = False
) -> np.ndarray:
    """Pool: y = the mean of each window, of its pixels, or with the frame's zeros."""
    padded, _, _ = _framed(x, size, stride, frame, 0.0)
    sums = sum(tap for _, tap in taps(padded, (size, size), stride))
    return sums * _share(x, size, stride, frame, framed)


def slide_avg_backward(
    dy: np.ndarray, x: np.ndarray, *, size: int, stride: int, frame: Frame, framed: bool = False
) -> np.ndarray:
    """∂E/∂x gathers dy / n from every window that sees it. Of x only the shape is needed."""
    padded, rows, columns = _framed(x, size, stride, frame, 0.0)
    dx = np.zeros_like(padded)
    dy = dy * _share(x, size, stride, frame, framed)
    for _, tap in taps(dx, (size, size), stride):
        tap += dy
    return pad_backward(dx, rows, columns, padding="zeros")


def slide_l2(x: np.ndarray, *, size: int, stride: int, frame: Frame) -> np.ndarray:
    """Pool: y = √Σx² over each window."""
    framed, _, _ = _framed(x, size, stride, frame, 0.0)
    return np.sqrt(sum(tap**2 for _, tap in taps(framed, (size, size), stride)))


def slide_l2_backward(
    dy: np.ndarray, x: np.ndarray, *, size: int, stride: int, frame: Frame
) -> np.ndarray:
    """∂E/∂x = Σ dy · x / y over the windows that see it; one of zeros gives 0."""
    y = slide_l2(x, size=size, stride=stride, frame=frame)
    _, rows, columns = framed = _framed(x, size, stride, frame, 0.0)
    dx = np.zeros_like(framed[0])
    for _, tap in taps(dx, (size, size), stride):
        tap += dy / np.where(y > 0, y, 1)
    return x * pad_backward(dx, rows, columns, padding="zeros")


POOLING = {
    "max": (max_pool, max_pool_backward),
    "avg": (avg_pool, avg_pool_backward),
    "l2": (l2_pool, l2_pool_backward),
}
"""The pooling of windows of 2x2 and its derivative, by name."""
GAIN = {"max": 1.0, "avg": 2.0, "l2": 0.78}
"""Factors that bring activations to about the size of `max`; see `jnst.backbones.pooling.GAIN`."""
SLIDING = {
    "max": (slide_max, slide_max_backward),
    "avg": (slide_avg, slide_avg_backward),
    "l2": (slide_l2, slide_l2_backward),
}
"""The same by windows of any size."""
