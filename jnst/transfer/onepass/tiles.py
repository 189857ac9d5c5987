"""A pass over a picture that does not fit into memory at once, exactly, window by window.

Segment by segment (`jnst.feedforward.segments`), a compiled program computes the segment's last map
in one window after the other. From the windows' cores come the map, where it is held, and the
moments that a norm wants. Maps are held as arrays of NumPy: in the memory of an accelerator there
is never more than a window.
"""

import functools
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from jnst.arrays import Array, Params
from jnst.backbones.layers import Geometry
from jnst.byhand.feedforward.graph import owner
from jnst.engines import windows
from jnst.engines.windows import Window
from jnst.feedforward import graph, rows, segments
from jnst.feedforward.layers import Conv, Norm, Row, Table, Transposed
from jnst.feedforward.moments import Moments, merge, moments
from jnst.feedforward.registry import Network
from jnst.feedforward.segments import PICTURE, Cut, Segment, vector_names, vectors
from jnst.transfer.onepass.programs import Maps, program
from jnst.xla import jit, make_room


def paint(network: Network, params: Params, given: Maps, *, size: int) -> np.ndarray:
    """Compute the map of a network's last row, as `feedforward.graph.paint`, but for rounding.

    In windows of at most `size` pixels a side; larger ones where what a single position sees would
    fill them. The picture's sides have to be multiples of the network's `multiple`.
    """
    held = {name: np.asarray(given[name]) for name in segments.begin(network.table)}
    known = {name: x for name, x in given.items() if name not in held}
    known |= _of_style(network, params, known)
    shape = held[PICTURE].shape
    whole = segments.cut(network.table, network.known)
    make_room(*((segment.stop, shape) for segment in whole.segments))
    for segment in whole.segments:
        reach = Geometry(network.multiple, segment.reach)
        seen = windows.cut(shape, [reach], size=size)
        found, measured = _compute(segment, whole, params, {**known, **held}, seen, shape)
        held |= {segment.stop: found}
        held = {name: held[name] for name in segment.left}
        for norm in segment.norms:
            known |= _settled(norm, measured, known, params)
    return held[network.table[-1].name]


def _of_style(network: Network, params: Params, given: Maps) -> Maps:
    """Compute the vectors that are not given."""
    names = tuple(vectors(network.table, network.known))
    if given.keys() >= set(names):
        return {}
    return program(network.table, names)(params, given)


def _compute(
    segment: Segment,
    whole: Cut,
    params: Params,
    found: Maps,
    seen: windows.Windows,
    shape: tuple[int, ...],
) -> tuple[Any, Any]:
    """Return the last map of a segment, or None, and its moments, or None, as it says."""
    stride, channels = whole.places[segment.stop].stride, whole.channels[segment.stop]
    table, own = _numbered(segment.table, params)
    run = _program(table, stride, measured=bool(segment.norms), kept=segment.kept)
    begin = [(row.name, whole.places.get(row.name)) for row in segment.table if not row.inputs]
    kept = total = None
    for window in seen.each:
        given = {
            str(i): found[name] if place is None else _crop(found[name], window, seen, place.stride)
            for i, (name, place) in enumerate(begin)
        }
        y, part = run(own, given, window)
        if part is not None:
            total = part if total is None else merge(total, part)
        if y is not None:
            if kept is None:
                kept = np.empty((1, shape[1] // stride, shape[2] // stride, channels), y.dtype)
            windows.place(kept, np.asarray(y), window, stride=stride)
    return kept, total


def _crop(x: Array, window: Window, seen: windows.Windows, stride: int) -> Array:
    """Return what a window shows of a map that is held."""
    (top, left), (height, width) = window.start // stride, np.asarray(seen.extent) // stride
    return x[:, top : top + height, left : left + width]


def _numbered(table: Table, params: Params) -> tuple[Table, Params]:
    """Return a table and its parameters with numbers for names.

    Segments that do the same, as in residual blocks, so share one compiled program.
    """
    called = {row.name: str(i) for i, row in enumerate(table)}
    own = {called[row.name]: params[owner(row)] for row in table if owner(row) in params}

    def renamed(row: Row) -> Row:
        row = row._replace(name=called[row.name], inputs=tuple(called[x] for x in row.inputs))
        return row._replace(shared="") if isinstance(row, Conv | Transposed) else row

    return tuple(map(renamed, table)), own


@functools.cache
def _program(table: Table, stride: int, *, measured: bool, kept: bool) -> Callable[..., Any]:
    """Return a compiled function (parameters, maps and vectors, window) -> map, moments."""
    last = table[-1].name

    def compute(params: Params, given: Maps, window: Window) -> tuple[Any, Any]:
        y = graph.maps(table, params, given, (last,))[last]
        wide = rows.wide(y)
        counted = windows.counts(wide, window, None, stride=stride)
        return y if kept else None, moments(wide, counted) if measured else None

    return jit(compute, thin=True)


def _settled(norm: Norm, found: Moments, known: Maps, params: Params) -> dict[str, Array]:
    """Return the vectors by which a norm is computed once the moments are known."""
    variance = found.squares / (found.count - norm.unbiased)
    mean = jnp.asarray(found.mean)[None, None, None]
    deviation = jnp.asarray(np.sqrt(variance + norm.epsilon))
    of_style = [known[name] for name in norm.inputs[1:]]
    scale, shift = rows.affine(norm, [mean, *of_style], params.get(owner(norm), {}))
    numbers = (-mean, scale / deviation, shift)
    return {
        name: jnp.reshape(x, (1, 1, 1, -1))
        for name, x in zip(vector_names(norm), numbers, strict=True)
    }
