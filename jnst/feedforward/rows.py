"""What each kind of row in a table of layers computes.

Its twin is `jnst.byhand.feedforward.rows`, with the derivatives.
"""

from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp

from jnst.arrays import Array
from jnst.backbones import nn
from jnst.backbones.pooling import slide_avg, slide_max
from jnst.feedforward import banks, batchnorm, norms, resample, roots, whitening
from jnst.feedforward.layers import (
    Activation,
    Add,
    Average,
    Bank,
    BatchNorm,
    Bilinear,
    CoMatch,
    Concatenate,
    Conv,
    Crop,
    Mix,
    Multiply,
    Norm,
    Pad,
    Pool,
    Rescale,
    Row,
    Statistic,
    Transposed,
    Upsample,
    Whiten,
)
from jnst.losses import gram

_Weights = Mapping[str, Array]
ACTIVATIONS = {"relu": nn.relu, "relu6": nn.relu6, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}
"""What is done to each value, by name."""


def run(row: Row, maps: Sequence[Array], weights: _Weights) -> Array:
    """Compute one row's map from those that it reads."""
    x = maps[0]
    match row:
        case Conv():
            window = {"stride": row.stride, "frame": row.frame, "padding": row.padding}
            bias = weights["bias"] if row.bias else jnp.zeros(row.channels, x.dtype)
            return nn.conv2d(x, weights["kernel"], bias, **window)
        case Transposed():
            window = {"stride": row.stride, "frame": row.frame}
            bias = jnp.zeros(row.channels, x.dtype)
            sides = (row.stride * x.shape[1] - row.less, row.stride * x.shape[2] - row.less)
            return resample.conv_transpose2d(x, weights["kernel"], bias, sides=sides, **window)
        case Norm():
            return _norm(row, [wide(x), *maps[1:]], weights)
        case BatchNorm():
            return _batch_norm(row, wide(x), weights)
        case Bank():
            return banks.convolve(x, weights["kernels"], _vector(maps[1]))
        case CoMatch():
            return x @ (weights["matrix"] @ maps[1][0, 0]).astype(x.dtype)
        case Activation():
            return ACTIVATIONS[row.kind](x)
        case Rescale():
            return row.factor * x + jnp.asarray(row.offset, x.dtype)
        case Pad():
            return resample.mirror(x, frame=row.frame)
        case Crop():
            height, width = x.shape[1:3]
            return x[:, row.frame : height - row.frame, row.frame : width - row.frame]
        case Upsample():
            return resample.upsample(x, factor=row.factor)
        case Bilinear():
            return resample.double(x)
        case Pool():
            return slide_max(x, size=2, stride=2, frame=row.frame)
        case Average():
            return slide_avg(x, size=row.size, stride=row.size, frame="valid")
        case Concatenate():
            return jnp.concatenate(maps, axis=-1)
        case Add():
            return x + maps[1]
        case Multiply():
            return x * maps[1]
        case Mix():
            return (1 - maps[2]) * x + maps[2] * maps[1]
        case Statistic():
            return _statistic(row, wide(x))
        case Whiten():
            mean, root = _vector(maps[1]), maps[2][0, 0]
            return whitening.wct(wide(x), mean, root, alpha=1.0, threshold=row.threshold)
    raise TypeError(row)


def wide(x: Array) -> Array:
    """Return a map in float32 at least, in which its moments are to be computed."""
    return x.astype(jnp.promote_types(x.dtype, jnp.float32))


def _norm(row: Norm, maps: Sequence[Array], weights: _Weights) -> Array:
    """Normalize as AdaIN does, whose mean and deviation are any other norm's shift and scale."""
    scale, shift = affine(row, maps, weights)
    return norms.adain(maps[0], shift, scale, epsilon=row.epsilon, unbiased=row.unbiased)


def _batch_norm(row: BatchNorm, x: Array, weights: _Weights) -> Array:
    """Normalize by the batch's own moments in training, else by their averages."""
    mean, variance = weights["mean"], weights["variance"]
    if row.training:
        mean, variance = batchnorm.moments(x)
    options = {"scale": weights["scale"], "shift": weights["shift"], "epsilon": row.epsilon}
    return batchnorm.normalize(x, mean, variance, **options)


def affine(row: Norm, maps: Sequence[Array], weights: _Weights) -> Sequence[Array]:
    """Return scale and shift of a norm."""
    if row.affine == "given":
        return [_vector(x) for x in maps[1:]]
    if row.affine == "none":
        channels = maps[0].shape[-1:]
        return jnp.ones(channels, maps[0].dtype), jnp.zeros(channels, maps[0].dtype)
    own = [jnp.asarray(weights[kind], maps[0].dtype) for kind in ("scale", "shift")]
    if row.affine == "styles":
        return [norms.blend(table, _vector(maps[1])) for table in own]
    return own


def _statistic(row: Statistic, x: Array) -> Array:
    if row.kind == "mean":
        return jnp.mean(x, axis=(1, 2), keepdims=True)
    if row.kind == "root":
        return roots.root(whitening.centre(x)[1])[None, None]
    if row.kind == "gram":
        return gram.statistic(x, normalization="positions-channels")[None, None]
    options = {"epsilon": row.epsilon, "unbiased": row.unbiased}
    return norms.mean_and_deviation(x, **options)[1][None, None, None]


def _vector(x: Array) -> Array:
    """Return the channels of a map's only position."""
    return x[0, 0, 0]
