"""Larger maps from smaller ones, with their derivatives. See `jnst.feedforward.resample`.

Convolution y ↦ x is linear, its derivative the transposed map, which spreads each position of x
over y by the kernel. Transposed convolution is that map, taken as a step forward; so its own
derivative is the convolution again.
"""

import numpy as np

from jnst.byhand.backbones import nn


def upsample(x: np.ndarray, *, factor: int = 2) -> np.ndarray:
    """Enlarge by a whole factor: y[p, q] = x[⌊p/f⌋, ⌊q/f⌋]."""
    return x.repeat(factor, axis=1).repeat(factor, axis=2)


def upsample_backward(dy: np.ndarray, *, factor: int = 2) -> np.ndarray:
    """∂E/∂x[p, q] gathers dy from the square that the pixel has become."""
    _, h, w, c = dy.shape
    squares = dy.reshape(1, h // factor, factor, w // factor, factor, c)
    return squares.sum(axis=(2, 4))


def double(x: np.ndarray) -> np.ndarray:
    """y[2p] = ¾ x[p] + ¼ x[p-1] and y[2p+1] = ¾ x[p] + ¼ x[p+1], down and across.

    Beyond the border is the pixel at it.
    """
    for axis in (1, 2):
        x = np.moveaxis(x, axis, 0)
        y = np.repeat(x, 2, axis=0) * x.dtype.type(0.75)
        y[::2] += x[np.maximum(np.arange(len(x)) - 1, 0)] / 4
        y[1::2] += x[np.minimum(np.arange(len(x)) + 1, len(x) - 1)] / 4
        x = np.moveaxis(y, 0, axis)
    return x


def double_backward(dy: np.ndarray) -> np.ndarray:
    """∂E/∂x[p] = ¾ (dy[2p] + dy[2p+1]) + ¼ (dy[2p+2] + dy[2p-1]), across and down.

    Of the last two those that are beyond the border are replaced by the outermost, which read the
    pixel at the border twice: y[0] = ¾ x[0] + ¼ x[0].
    """
    for axis in (2, 1):
        dy = np.moveaxis(dy, axis, 0)
        even, odd = dy[::2], dy[1::2]
        dx = (even + odd) * dy.dtype.type(0.75)
        dx[:-1] += even[1:] / 4
        dx[1:] += odd[:-1] / 4
        dx[0] += even[0] / 4
        dx[-1] += odd[-1] / 4
        dy = np.moveaxis(dx, 0, axis)
    return dy


def mirror(x: np.ndarray, *, frame: int) -> np.ndarray:
    """Compute y = x with its mirror image around it, `frame` pixels wide."""
    return nn.pad(x, (frame, frame), (frame, frame), padding="reflect")


def mirror_backward(dy: np.ndarray, *, frame: int) -> np.ndarray:
    """∂E/∂x gathers what comes back to each pixel and to its images: see `nn.pad_backward`."""
    return nn.pad_backward(dy, (frame, frame), (frame, frame), padding="reflect")


def crop(x: np.ndarray, *, frame: int) -> np.ndarray:
    """Compute y = x without the outermost `frame` pixels."""
    return x[:, frame : x.shape[1] - frame, frame : x.shape[2] - frame]


def crop_backward(dy: np.ndarray, *, frame: int) -> np.ndarray:
    """∂E/∂x = ∂E/∂y, and 0 for what was cut off."""
    return nn.pad(dy, (frame, frame), (frame, frame), padding="zeros")


def conv_transpose2d(
    x: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray,
    *,
    stride: int,
    frame: nn.Frame,
    sides: tuple[int, int] | None = None,
) -> np.ndarray:
    """y[s·p + u - t, s·q + v - l, o] = b[o] + Σ x[p, q, i] k[u, v, o, i], with k (kh, kw, d, c)."""
    outer = sides or (stride * x.shape[1], stride * x.shape[2])
    shape = (1, *outer, kernel.shape[2])
    return nn.conv2d_backward(x, kernel, shape=shape, stride=stride, frame=frame) + bias


def conv_transpose2d_backward(
    dy: np.ndarray, kernel: np.ndarray, *, stride: int, frame: nn.Frame
) -> np.ndarray:
    """∂E/∂x[p, q, i] = Σ_uvo dy[s·p + u - t, s·q + v - l, o] k[u, v, o, i]."""
    bias = np.zeros(kernel.shape[3], dy.dtype)
    return nn.conv2d(dy, kernel, bias, stride=stride, frame=frame)


def conv_transpose2d_kernel_backward(
    dy: np.ndarray, x: np.ndarray, shape: tuple[int, int, int, int], *, stride: int, frame: nn.Frame
) -> np.ndarray:
    """∂E/∂k[u, v, o, i] = Σ_pq dy[s·p + u - t, s·q + v - l, o] x[p, q, i].

    Of the kernel of the convolution dy ↦ x: the two have exchanged their parts.
    """
    return nn.conv2d_kernel_backward(x, dy, shape, stride=stride, frame=frame)
