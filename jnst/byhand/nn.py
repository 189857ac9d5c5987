"""Convolution, rectifier and pooling with their derivatives. Channels last (1, h, w, c).

Notation: E is the loss, y = f(x) one step of the network; given dy = ∂E/∂y, `f_backward` returns
dx = ∂E/∂x by the chain rule, ∂E/∂x_i = Σ_j ∂E/∂y_j · ∂y_j/∂x_i.
"""

from typing import Any

import numpy as np


def conv2d(
    x: np.ndarray, kernel: np.ndarray, bias: np.ndarray, *, padding: str = "zeros"
) -> np.ndarray:
    """y[p, q, o] = b[o] + Σ_uvi x̂[p + u, q + v, i] k[u, v, i, o], x̂ being x with a frame.

    The frame is zero, or ("edge") the nearest pixel. For each of the kernel's taps (u, v), all
    positions are one matrix product (h·w, c) @ (c, d).
    """
    height, width = x.shape[1:3]
    framed = pad(x, *_margins(kernel), padding=padding)  # (1, h + kh - 1, w + kw - 1, c)
    y = np.tile(bias, (height * width, 1))  # (h·w, d)
    for u, v in np.ndindex(kernel.shape[:2]):
        tap = framed[:, u : u + height, v : v + width].reshape(height * width, -1)
        y += tap @ kernel[u, v]
    return y.reshape(1, height, width, -1)


def conv2d_backward(dy: np.ndarray, kernel: np.ndarray, *, padding: str = "zeros") -> np.ndarray:
    """∂E/∂x̂[p + u, q + v, i] gathers Σ_o dy[p, q, o] k[u, v, i, o] from every tap that read it.

    The map is linear, so its derivative is its transpose, and x itself is not needed.
    """
    height, width = dy.shape[1:3]
    kh, kw, channels, _ = kernel.shape
    dx = np.zeros((1, height + kh - 1, width + kw - 1, channels), dy.dtype)
    flat = dy.reshape(height * width, -1)
    for u, v in np.ndindex(kh, kw):
        tap = (flat @ kernel[u, v].T).reshape(1, height, width, channels)
        dx[:, u : u + height, v : v + width] += tap
    return pad_backward(dx, *_margins(kernel), padding=padding)


def _margins(kernel: np.ndarray) -> tuple[int, int]:
    kh, kw = kernel.shape[:2]  # odd
    return kh // 2, kw // 2


PADDING = {"zeros": "constant", "edge": "edge"}


def pad(x: np.ndarray, rows: int, columns: int, *, padding: str) -> np.ndarray:
    """Put a frame around x, of zeros or of copies of its edge."""
    mode: Any = PADDING[padding]
    return np.pad(x, [(0, 0), (rows, rows), (columns, columns), (0, 0)], mode)


def pad_backward(dx: np.ndarray, rows: int, columns: int, *, padding: str) -> np.ndarray:
    """Take the frame off: zeros belong to no pixel, copies of the edge belong to the edge."""
    if padding == "edge":
        dx = dx.copy()
        for axis, margin in ((1, rows), (2, columns)):
            x = np.moveaxis(dx, axis, 0)
            x[margin] += x[:margin].sum(axis=0)
            x[len(x) - 1 - margin] += x[len(x) - margin :].sum(axis=0)
    return dx[:, rows : dx.shape[1] - rows, columns : dx.shape[2] - columns]


def relu(x: np.ndarray) -> np.ndarray:
    """Rectify: y = max(x, 0)."""
    return np.maximum(x, 0)


def relu_backward(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """∂E/∂x = dy where x > 0, else 0. One bit a value is enough, and y > 0 is the same bit."""
    return dy * (y > 0)


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


POOLING = {
    "max": (max_pool, max_pool_backward),
    "avg": (avg_pool, avg_pool_backward),
    "l2": (l2_pool, l2_pool_backward),
}
POOLING_GAIN = {"max": 1.0, "avg": 2.0, "l2": 0.78}
