"""What each kind of row in a table of layers does, and its derivative.

Each is a pair of functions, of a row, see `jnst.feedforward.layers`, and its parameters:

- forward: (row, maps that it reads, parameters) -> map y;
- backward: (row, dy, y, maps that it reads, parameters) -> (dx of each map, dp by kind), where dy
  is ∂E/∂y, and so on.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from jnst.byhand.backbones import nn, pooling
from jnst.byhand.feedforward import norms, resample, roots, whitening

_Maps = list[np.ndarray]
_Weights = Mapping[str, np.ndarray]
_Back = tuple[_Maps, dict[str, np.ndarray]]


def _window(row: Any) -> dict[str, Any]:
    return {"stride": row.stride, "frame": row.frame}


def _conv(row: Any, maps: _Maps, weights: _Weights) -> np.ndarray:
    bias = weights["bias"] if row.bias else np.zeros(row.channels, maps[0].dtype)
    return nn.conv2d(maps[0], weights["kernel"], bias, **_window(row), padding=row.padding)


def _conv_backward(row: Any, dy: np.ndarray, _, maps: _Maps, weights: _Weights) -> _Back:
    x, kernel = maps[0], weights["kernel"]
    window = {**_window(row), "padding": row.padding}
    dx = nn.conv2d_backward(dy, kernel, shape=x.shape, **window)
    own = {"kernel": nn.conv2d_kernel_backward(dy, x, kernel.shape, **window)}
    return [dx], own | ({"bias": dy.sum(axis=(0, 1, 2))} if row.bias else {})


def _transposed(row: Any, maps: _Maps, weights: _Weights) -> np.ndarray:
    bias = np.zeros(row.channels, maps[0].dtype)
    return resample.conv_transpose2d(maps[0], weights["kernel"], bias, **_window(row))


def _transposed_backward(row: Any, dy: np.ndarray, _, maps: _Maps, weights: _Weights) -> _Back:
    kernel, window = weights["kernel"], _window(row)
    dx = resample.conv_transpose2d_backward(dy, kernel, **window)
    dk = resample.conv_transpose2d_kernel_backward(dy, maps[0], kernel.shape, **window)
    return [dx], {"kernel": dk}


def _affine(row: Any, maps: _Maps, weights: _Weights) -> tuple[np.ndarray, np.ndarray]:
    """Return scale and shift of a norm."""
    if row.affine == "given":
        return maps[1][0, 0, 0], maps[2][0, 0, 0]
    if row.affine == "styles":
        style = maps[1][0, 0, 0]
        return norms.blend(weights["scale"], style), norms.blend(weights["shift"], style)
    return weights["scale"], weights["shift"]


def _norm(row: Any, maps: _Maps, weights: _Weights) -> np.ndarray:
    scale, shift = _affine(row, maps, weights)
    return norms.adain(maps[0], shift, scale, epsilon=row.epsilon, unbiased=row.unbiased)


def _norm_backward(row: Any, dy: np.ndarray, _, maps: _Maps, weights: _Weights) -> _Back:
    """Go back to the map, then to scale and shift, and where these come from weights, to them."""
    options = {"epsilon": row.epsilon, "unbiased": row.unbiased}
    scale, _ = _affine(row, maps, weights)
    dx = norms.adain_backward(dy, maps[0], scale, **options)
    dscale, dshift = norms.affine_backward(dy, maps[0], **options)
    own = {"scale": dscale, "shift": dshift}
    if row.affine == "given":
        return [dx, _vector(dscale), _vector(dshift)], {}
    if row.affine == "styles":
        style, along = maps[1][0, 0, 0], np.zeros_like(maps[1])
        for kind, gradient in own.items():
            own[kind], dstyle = norms.blend_backward(gradient, weights[kind], style)
            along = along + dstyle
        return [dx, along], own
    return [dx], own


def _vector(x: np.ndarray) -> np.ndarray:
    return x[None, None, None]


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(x / 2)) / 2  # 1 / (1 + e^-x), which never overflows so


_ACTIVATIONS = {
    "relu": (nn.relu, nn.relu_backward),
    "relu6": (nn.relu6, nn.relu6_backward),
    "tanh": (np.tanh, lambda dy, y: dy * (1 - y**2)),
    "sigmoid": (_sigmoid, lambda dy, y: dy * y * (1 - y)),
}
"""The functions, and their derivatives, which need no more than y."""


def _activation(row: Any, maps: _Maps, _) -> np.ndarray:
    return _ACTIVATIONS[row.kind][0](maps[0])


def _activation_backward(row: Any, dy: np.ndarray, y: np.ndarray, maps: _Maps, _) -> _Back:
    return [_ACTIVATIONS[row.kind][1](dy, y)], {}


def _pool_backward(row: Any, dy: np.ndarray, _, maps: _Maps, __) -> _Back:
    return [pooling.slide_max_backward(dy, maps[0], size=2, stride=2, frame=row.frame)], {}


def _multiply_backward(_, dy: np.ndarray, __, maps: _Maps, ___) -> _Back:
    """∂E/∂x = w dy, ∂E/∂w = Σ x dy over positions."""
    x, w = maps
    return [w * dy, (x * dy).sum(axis=(1, 2), keepdims=True)], {}


def _mix_backward(_, dy: np.ndarray, __, maps: _Maps, ___) -> _Back:
    """∂E/∂a = (1 - α) dy, ∂E/∂b = α dy, ∂E/∂α = Σ dy (b - a)."""
    a, b, alpha = maps
    return [(1 - alpha) * dy, alpha * dy, np.full_like(alpha, (dy * (b - a)).sum())], {}


def _statistic(row: Any, maps: _Maps, _) -> np.ndarray:
    if row.kind == "root":
        return roots.root(whitening.centre(maps[0])[1])[None, None]
    options = {"epsilon": row.epsilon, "unbiased": row.unbiased}
    return _vector(norms.mean_and_deviation(maps[0], **options)[row.kind == "deviation"])


def _statistic_backward(row: Any, dy: np.ndarray, _, maps: _Maps, __) -> _Back:
    x, dy = maps[0], dy[0, 0]
    if row.kind == "root":
        # X times a matrix has the mean 0 over positions: that X is centred changes nothing.
        return [roots.root_backward(dy, whitening.centre(x)[1]).reshape(x.shape)], {}
    if row.kind == "mean":  # and not by way of a deviation, which may be 0
        return [np.broadcast_to(dy / np.prod(x.shape[1:3], dtype=x.dtype), x.shape)], {}
    options = {"epsilon": row.epsilon, "unbiased": row.unbiased}
    return [norms.mean_and_deviation_backward(np.zeros_like(dy[0]), dy[0], x, **options)], {}


def _whiten(row: Any, maps: _Maps, _) -> np.ndarray:
    x, mean, root = maps[0], maps[1][0, 0, 0], maps[2][0, 0]
    return whitening.wct(x, mean, root, alpha=1.0, threshold=row.threshold)


def _whiten_backward(row: Any, dy: np.ndarray, _, maps: _Maps, __) -> _Back:
    dx, dmean, droot = whitening.wct_backward(
        dy, maps[0], maps[2][0, 0], alpha=1.0, threshold=row.threshold
    )
    return [dx, _vector(dmean), droot[None, None]], {}


OPERATIONS: Mapping[str, tuple[Any, Any]] = {
    "conv": (_conv, _conv_backward),
    "transposed": (_transposed, _transposed_backward),
    "norm": (_norm, _norm_backward),
    "activation": (_activation, _activation_backward),
    "rescale": (
        lambda row, maps, _: row.factor * maps[0] + row.offset,
        lambda row, dy, *_: ([row.factor * dy], {}),
    ),
    "upsample": (
        lambda row, maps, _: resample.upsample(maps[0], factor=row.factor),
        lambda row, dy, *_: ([resample.upsample_backward(dy, factor=row.factor)], {}),
    ),
    "bilinear": (
        lambda _, maps, __: resample.double(maps[0]),
        lambda _, dy, *__: ([resample.double_backward(dy)], {}),
    ),
    "pool": (
        lambda row, maps, _: pooling.slide_max(maps[0], size=2, stride=2, frame=row.frame),
        _pool_backward,
    ),
    "add": (lambda _, maps, __: maps[0] + maps[1], lambda _, dy, *__: ([dy, dy], {})),
    "multiply": (lambda _, maps, __: maps[0] * maps[1], _multiply_backward),
    "mix": (
        lambda _, maps, __: (1 - maps[2]) * maps[0] + maps[2] * maps[1],
        _mix_backward,
    ),
    "statistic": (_statistic, _statistic_backward),
    "whiten": (_whiten, _whiten_backward),
}
"""Forward and backward of each operation, by name."""
