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
from jnst.byhand.feedforward import batchnorm, resample, styling
from jnst.byhand.feedforward.styling import Back, Maps, Weights


def _window(row: Any) -> dict[str, Any]:
    return {"stride": row.stride, "frame": row.frame}


def _conv(row: Any, maps: Maps, weights: Weights) -> np.ndarray:
    bias = weights["bias"] if row.bias else np.zeros(row.channels, maps[0].dtype)
    return nn.conv2d(maps[0], weights["kernel"], bias, **_window(row), padding=row.padding)


def _conv_backward(row: Any, dy: np.ndarray, _, maps: Maps, weights: Weights) -> Back:
    x, kernel = maps[0], weights["kernel"]
    window = {**_window(row), "padding": row.padding}
    dx = nn.conv2d_backward(dy, kernel, shape=x.shape, **window)
    own = {"kernel": nn.conv2d_kernel_backward(dy, x, kernel.shape, **window)}
    return [dx], own | ({"bias": dy.sum(axis=(0, 1, 2))} if row.bias else {})


def _transposed(row: Any, maps: Maps, weights: Weights) -> np.ndarray:
    x, bias = maps[0], np.zeros(row.channels, maps[0].dtype)
    sides = (row.stride * x.shape[1] - row.less, row.stride * x.shape[2] - row.less)
    return resample.conv_transpose2d(x, weights["kernel"], bias, sides=sides, **_window(row))


def _transposed_backward(row: Any, dy: np.ndarray, _, maps: Maps, weights: Weights) -> Back:
    kernel, window = weights["kernel"], _window(row)
    dx = resample.conv_transpose2d_backward(dy, kernel, **window)
    dk = resample.conv_transpose2d_kernel_backward(dy, maps[0], kernel.shape, **window)
    return [dx], {"kernel": dk}


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(x / 2)) / 2  # 1 / (1 + e^-x), which never overflows so


_ACTIVATIONS = {
    "relu": (nn.relu, nn.relu_backward),
    "relu6": (nn.relu6, nn.relu6_backward),
    "tanh": (np.tanh, lambda dy, y: dy * (1 - y**2)),
    "sigmoid": (_sigmoid, lambda dy, y: dy * y * (1 - y)),
}
"""The functions, and their derivatives, which need no more than y."""


def _activation(row: Any, maps: Maps, _) -> np.ndarray:
    return _ACTIVATIONS[row.kind][0](maps[0])


def _activation_backward(row: Any, dy: np.ndarray, y: np.ndarray, maps: Maps, _) -> Back:
    return [_ACTIVATIONS[row.kind][1](dy, y)], {}


def _pool_backward(row: Any, dy: np.ndarray, _, maps: Maps, __) -> Back:
    return [pooling.slide_max_backward(dy, maps[0], size=2, stride=2, frame=row.frame)], {}


def _batch_norm(row: Any, maps: Maps, weights: Weights) -> np.ndarray:
    affine = {kind: weights[kind] for kind in ("scale", "shift")}
    if row.training:
        return batchnorm.batch_norm(maps[0], **affine, epsilon=row.epsilon)
    moments = weights["mean"], weights["variance"]
    return batchnorm.normalize(maps[0], *moments, **affine, epsilon=row.epsilon)


def _batch_norm_backward(row: Any, dy: np.ndarray, _, maps: Maps, weights: Weights) -> Back:
    options = {"epsilon": row.epsilon}
    if row.training:
        dx, own = batchnorm.batch_norm_backward(dy, maps[0], scale=weights["scale"], **options)
    else:
        dx, own = batchnorm.normalize_backward(dy, maps[0], weights, **options)
    return [dx], own


def _average_backward(row: Any, dy: np.ndarray, _, maps: Maps, __) -> Back:
    window = {"size": row.size, "stride": row.size, "frame": "valid"}
    return [pooling.slide_avg_backward(dy, maps[0], **window)], {}


def _concatenate_backward(_, dy: np.ndarray, __, maps: Maps, ___) -> Back:
    """Each map gets back what came of its own channels."""
    ends = np.cumsum([x.shape[-1] for x in maps])
    return np.split(dy, ends[:-1], axis=-1), {}


def _multiply_backward(_, dy: np.ndarray, __, maps: Maps, ___) -> Back:
    """∂E/∂x = w dy, ∂E/∂w = Σ x dy over positions."""
    x, w = maps
    return [w * dy, (x * dy).sum(axis=(1, 2), keepdims=True)], {}


OPERATIONS: Mapping[str, tuple[Any, Any]] = {
    "conv": (_conv, _conv_backward),
    "transposed": (_transposed, _transposed_backward),
    "activation": (_activation, _activation_backward),
    "rescale": (
        lambda row, maps, _: row.factor * maps[0] + np.asarray(row.offset, maps[0].dtype),
        lambda row, dy, *_: ([row.factor * dy], {}),
    ),
    "pad": (
        lambda row, maps, _: resample.mirror(maps[0], frame=row.frame),
        lambda row, dy, *_: ([resample.mirror_backward(dy, frame=row.frame)], {}),
    ),
    "crop": (
        lambda row, maps, _: resample.crop(maps[0], frame=row.frame),
        lambda row, dy, *_: ([resample.crop_backward(dy, frame=row.frame)], {}),
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
    "average": (
        lambda row, maps, _: pooling.slide_avg(
            maps[0], size=row.size, stride=row.size, frame="valid"
        ),
        _average_backward,
    ),
    "concatenate": (
        lambda _, maps, __: np.concatenate(maps, axis=-1),
        _concatenate_backward,
    ),
    "batch-norm": (_batch_norm, _batch_norm_backward),
    "add": (lambda _, maps, __: maps[0] + maps[1], lambda _, dy, *__: ([dy, dy], {})),
    "multiply": (lambda _, maps, __: maps[0] * maps[1], _multiply_backward),
    **styling.OPERATIONS,
}
"""Forward and backward of each operation, by name."""
