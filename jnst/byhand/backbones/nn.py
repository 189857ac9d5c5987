"""Convolution, rectifier and pooling with their derivatives. Channels last (1, h, w, c).

Notation: E is the loss, y = f(x) one step of the network; given dy = ∂E/∂y, `f_backward` returns
dx = ∂E/∂x by the chain rule, ∂E/∂x_i = Σ_j ∂E/∂y_j · ∂y_j/∂x_i.
"""

from typing import Any

import numpy as np

from jnst.byhand.backbones import groups

Frame = int | str
"""Padding before windows slide over a picture; see `margins`."""


def margins(length: int, size: int, stride: int, frame: Frame) -> tuple[int, int]:
    """Return how much a side grows before and after, so that windows of `size` slide over it.

    A number of pixels; "valid" none; "same" so that ⌈length / stride⌉ windows fit; "ceil" so that
    nothing at the end is left out.
    """
    if isinstance(frame, int):
        return frame, frame
    count = {
        "valid": (length - size) // stride,
        "same": -(-length // stride) - 1,
        "ceil": -((size - length) // stride),
    }[frame]
    lacking = max(max(count, 0) * stride + size - length, 0) if frame != "valid" else 0
    return (lacking // 2, lacking - lacking // 2) if frame == "same" else (0, lacking)


def taps(x: np.ndarray, size: tuple[int, int], stride: int):
    """List, for each place (u, v) in a window, what all windows have there.

    Of x (1, h, w, c), frame and all. Each is a view (1, h2, w2, c) into x: what is added to it,
    the backward pass, is added to x.
    """
    height, width = x.shape[1:3]
    h2, w2 = ((n - k) // stride + 1 for n, k in ((height, size[0]), (width, size[1])))
    for u, v in np.ndindex(size):
        down = slice(u, u + stride * (h2 - 1) + 1, stride)
        yield (u, v), x[:, down, v : v + stride * (w2 - 1) + 1 : stride]


def conv2d(
    x: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray,
    *,
    stride: int = 1,
    frame: Frame = "same",
    padding: str = "zeros",
) -> np.ndarray:
    """y[p, q, o] = b[o] + Σ_uvi x̂[s·p + u, s·q + v, i] k[u, v, i, o], x̂ being x with a frame.

    The frame is zero, or ("edge") the nearest pixel, or ("reflect") the mirror image of what is
    inside, without the pixel at the border; s is the stride. For each of the kernel's taps (u, v),
    all positions are one matrix product (h2·w2, c) @ (c, d).

    A kernel (kh, kw, c / g, d) makes g groups of the channels, which see nothing of each other, one
    product a group (see `groups`). With g = c each channel is by itself (depthwise).
    """
    framed = pad(x, *_margins(x.shape, kernel, stride, frame), padding=padding)
    y = 0
    for (u, v), tap in taps(framed, kernel.shape[:2], stride):
        y = y + groups.times(tap, kernel[u, v])
    return y + bias


def conv2d_backward(
    dy: np.ndarray,
    kernel: np.ndarray,
    *,
    shape: tuple[int, ...] | None = None,
    stride: int = 1,
    frame: Frame = "same",
    padding: str = "zeros",
) -> np.ndarray:
    """∂E/∂x̂[s·p + u, s·q + v, i] gathers Σ_o dy[p, q, o] k[u, v, i, o] from every tap that read it.

    The map is linear, so its derivative is its transpose, and of x only the shape is needed: that
    of dy and the kernel, unless there is a stride, or there are groups.
    """
    shape = shape or (*dy.shape[:3], kernel.shape[2])
    rows, columns = _margins(shape, kernel, stride, frame)
    dx = np.zeros((1, shape[1] + sum(rows), shape[2] + sum(columns), shape[3]), dy.dtype)
    for (u, v), tap in taps(dx, kernel.shape[:2], stride):
        tap += groups.times_backward(dy, kernel[u, v], dx.shape[3])
    return pad_backward(dx, rows, columns, padding=padding)


def conv2d_kernel_backward(
    dy: np.ndarray,
    x: np.ndarray,
    shape: tuple[int, int, int, int],
    *,
    stride: int = 1,
    frame: Frame = "same",
    padding: str = "zeros",
) -> np.ndarray:
    """∂E/∂k[u, v, i, o] = Σ_pq x̂[s·p + u, s·q + v, i] dy[p, q, o], for a kernel of this shape.

    y is linear in the kernel too. For each tap that is one product (c, h2·w2) @ (h2·w2, d), or one
    a group. That of the bias is dy, summed over positions.
    """
    dk = np.zeros(shape, dy.dtype)
    framed = pad(x, *_margins(x.shape, dk, stride, frame), padding=padding)
    for (u, v), tap in taps(framed, dk.shape[:2], stride):
        dk[u, v] = groups.times_matrix_backward(dy, tap, shape[2:])
    return dk


def _margins(shape: tuple[int, ...], kernel: np.ndarray, stride: int, frame: Frame):
    pairs = zip(shape[1:3], kernel.shape[:2], strict=True)
    return [margins(length, size, stride, frame) for length, size in pairs]


PADDING = {"zeros": "constant", "edge": "edge"}
"""Padding modes by name, as NumPy calls them: what users may choose for a backbone."""
MODES = {**PADDING, "reflect": "reflect"}
"""All padding modes."""
_Margin = tuple[int, int]


def pad(x: np.ndarray, rows: _Margin, columns: _Margin, *, padding: str) -> np.ndarray:
    """Put a frame around x, so wide before and after it: zeros, copies of its edge, or reflections.

    A reflection is x[-n] = x[n]: as far as there are pixels, else a `ValueError`.
    """
    mode: Any = MODES[padding]
    if padding == "reflect" and (max(rows) >= x.shape[1] or max(columns) >= x.shape[2]):
        raise ValueError(f"too small to be reflected by {rows} and {columns}: {x.shape[1:3]}")
    return np.pad(x, [(0, 0), rows, columns, (0, 0)], mode)


def pad_backward(dx: np.ndarray, rows: _Margin, columns: _Margin, *, padding: str) -> np.ndarray:
    """Take the frame off: what is outside goes to the pixel of which it is a copy; zeros to none.

    With edge that is the pixel at the border. With reflect it is the one as far inside as the copy
    is outside: with b pixels before, x̂[b - n] is a copy of x̂[b + n].
    """
    if padding != "zeros":
        dx = dx.copy()
        for axis, (before, after) in ((1, rows), (2, columns)):
            x = np.moveaxis(dx, axis, 0)
            last = len(x) - 1 - after
            if padding == "edge":
                x[before] += x[:before].sum(axis=0)
                x[last] += x[last + 1 :].sum(axis=0)
            else:
                x[before + 1 : 2 * before + 1] += x[:before][::-1]
                x[last - after : last] += x[last + 1 :][::-1]
    height, width = dx.shape[1] - rows[1], dx.shape[2] - columns[1]
    return dx[:, rows[0] : height, columns[0] : width]


def scale(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Scale each channel: y = x · k + b, with k (1, 1, 1, c)."""
    return x * kernel + bias


def scale_backward(dy: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """∂E/∂x = dy · k: a diagonal matrix is its own transpose."""
    return dy * kernel


def relu(x: np.ndarray) -> np.ndarray:
    """Rectify: y = max(x, 0)."""
    return np.maximum(x, 0)


def relu_backward(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """∂E/∂x = dy where x > 0, else 0. One bit a value is enough, and y > 0 is the same bit."""
    return dy * (y > 0)


def relu6(x: np.ndarray) -> np.ndarray:
    """Rectify and cut off: y = min(max(x, 0), 6)."""
    return np.clip(x, 0, 6)


def relu6_backward(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """∂E/∂x = dy where 0 < x < 6, else 0."""
    return dy * ((y > 0) & (y < 6))
