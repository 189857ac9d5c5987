"""The one engine that runs any feed-forward network from its table of layers.

Its twin is `jnst.byhand.feedforward.graph`, which goes backward too, by the same table. Parameters
are arguments, so that one compiled program serves all networks of a kind.
"""

from collections.abc import Collection, Mapping, Sequence

import jax
import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, Features, Params
from jnst.backbones import nn
from jnst.backbones.pooling import slide_max
from jnst.byhand.feedforward.graph import owner
from jnst.errors import InputError, check_choice
from jnst.feedforward import banks, norms, resample, roots, whitening
from jnst.feedforward.layers import (
    Activation,
    Add,
    Bank,
    Bilinear,
    CoMatch,
    Conv,
    Crop,
    Input,
    Mix,
    Multiply,
    Norm,
    Pad,
    Pool,
    Rescale,
    Row,
    Statistic,
    Table,
    Transposed,
    Upsample,
    Whiten,
)
from jnst.feedforward.parameters import check_shape, shapes
from jnst.losses import gram

_Map = Float[Array, "1 _ _ _"]
_Weights = Mapping[str, Array]
ACTIVATIONS = {"relu": nn.relu, "relu6": nn.relu6, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}
"""What is done to each value, by name."""


def paint(table: Table, params: Params, given: Mapping[str, _Map]) -> _Map:
    """Compute the map of the last row: the picture, in [0, 1] but for overshoot. See `maps`."""
    last = table[-1].name
    return maps(table, params, given, (last,))[last]


def maps(
    table: Table, params: Params, given: Mapping[str, _Map], names: Collection[str]
) -> Features:
    """Compute the maps of some rows, and nothing that they do not need.

    Args:
        table: the network.
        params: its parameters, as `parameters.convert` returns them, float32. Whether they are
            finite is not checked here, for a compiled program could not; `parameters.check` does.
        given: maps by name, of all inputs that are needed; and of any other rows, which are then
            not computed again: so what a style brings is computed once, for many pictures. A row
            computes in the precision of the first map that it reads, but moments in float32 at
            least: vectors may stay in float32 where the picture is in bfloat16.
        names: of the rows.

    Returns:
        The maps by name.

    Raises:
        InputError: for a row that is unknown, an input that is not given or has another number of
            channels, a parameter that is missing or has another shape, all before anything runs;
            and for a picture too small to be reflected.

    """
    rows = [row.name for row in table]
    wanted = {check_choice("row", name, rows) for name in names}
    found: dict[str, Array] = {}
    for name, x in given.items():
        found[check_choice("row", name, rows)] = jnp.asarray(x)
    order = needed(table, wanted, found)
    _check(table, order, params, found)
    for row in order:
        if not isinstance(row, Input):
            weights = params.get(owner(row), {})
            read = [found[name] for name in row.inputs]
            found[row.name] = _run(row, read, weights).astype(read[0].dtype)
    return {name: found[name] for name in wanted}


def needed(table: Table, names: Collection[str], given: Collection[str]) -> list[Row]:
    """List the rows that `names` depend on, and these, in order, as far as they are not given.

    Of what is given only the inputs are listed.
    """
    wanted, found = set(names), []
    for row in reversed(table):
        if row.name in wanted and (isinstance(row, Input) or row.name not in given):
            found.append(row)
            wanted.update(row.inputs)
    return found[::-1]


def _check(table: Table, rows: Sequence[Row], params: Params, given: Mapping[str, _Map]) -> None:
    """Raise an `InputError` for the first thing that these rows lack."""
    known = shapes(table)
    for row in rows:
        for kind, shape in known.get(owner(row), {}).items():
            array = params.get(owner(row), {}).get(kind)
            check_shape(f"{owner(row)}/{kind}", array, shape)
        if isinstance(row, Input):
            if row.name not in given:
                raise InputError(f"the network needs {row.name!r}, with {row.channels} channels")
            if (channels := given[row.name].shape[-1]) != row.channels:
                raise InputError(f"{row.name!r} must have {row.channels} channels, not {channels}")


def _run(row: Row, maps: Sequence[Array], weights: _Weights) -> Array:
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
