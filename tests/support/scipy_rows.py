"""Layers of networks that paint in one pass, once more: by SciPy, maps with channels first."""

import numpy as np
import scipy.signal


def channels_first(picture):
    return picture[0].transpose(2, 0, 1)


def channels_last(x):
    return x.transpose(1, 2, 0)[None]


def convolve(x, weights, *, stride=1, beyond="reflect"):
    """Convolve, with half a kernel `beyond` the borders as NumPy calls it; None for nothing."""
    kernel = weights["kernel"]
    frame = kernel.shape[0] // 2
    if beyond:
        x = np.pad(x, ((0, 0), (frame, frame), (frame, frame)), beyond)
    y = [
        sum(scipy.signal.correlate(a, kernel[:, :, i, o], "valid") for i, a in enumerate(x))
        for o in range(kernel.shape[3])
    ]
    return np.stack(y)[:, ::stride, ::stride] + weights.get("bias", np.zeros(len(y)))[:, None, None]


def transposed(x, weights):
    """Leave a kernel of 3 x 3 at every second pixel, as torch does with a padding of 1 and 1."""
    apart = np.zeros((len(x), 2 * x.shape[1], 2 * x.shape[2]))
    apart[:, ::2, ::2] = x
    kernel = weights["kernel"]
    return np.stack(
        [
            sum(scipy.signal.convolve(a, kernel[:, :, o, i], "same") for i, a in enumerate(apart))
            for o in range(kernel.shape[2])
        ]
    )


def normed(x, *, scale=1.0, shift=0.0):
    mean, variance = x.mean((1, 2), keepdims=True), x.var((1, 2), keepdims=True)
    z = (x - mean) / np.sqrt(variance + 1e-5)
    return np.reshape(scale, (-1, 1, 1)) * z + np.reshape(shift, (-1, 1, 1))


def by_averages(x, *, scale, shift, mean, variance):
    factor = scale / np.sqrt(variance + 1e-5)
    return x * factor[:, None, None] + (shift - mean * factor)[:, None, None]


def rectified(x):
    return np.maximum(x, 0)
