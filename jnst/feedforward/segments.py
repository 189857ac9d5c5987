"""A network cut into segments, each of which can be computed window by window.

A norm needs mean and deviation of a whole map before anything behind it can be computed. So a
segment ends at each map that a norm reads; once its moments are known, the norm is but a factor and
a shift for each channel, and the network goes on. Maps are held whole that have at most `KEPT`
numbers for each pixel of the picture; all others are computed again, window by window, from these.
Among those that are held are small ones that several rows read, as residual blocks do.
"""

import functools
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from jnst.backbones.layers import Geometry
from jnst.feedforward import graph, parameters
from jnst.feedforward.geometry import geometry
from jnst.feedforward.layers import (
    Add,
    Crop,
    Input,
    Multiply,
    Norm,
    Pad,
    Row,
    Statistic,
    Table,
    Transposed,
    Whiten,
)

KEPT = 8
"""The most numbers for each pixel of the picture that a map has which is held whole."""
PICTURE = "picture"
"""The input that is cut into windows, as noise is; all others are vectors."""


class Segment(NamedTuple):
    """Rows from maps that are held to the next one that is wanted, and what is wanted of it."""

    table: Table
    """First the maps that it begins with, then vectors, both as inputs; then its rows."""
    sources: tuple[str, ...]
    """The maps that it begins with."""
    norms: tuple[Norm, ...]
    """The norms that want the moments of its last map."""
    kept: bool
    """Whether its last map is held."""
    left: Collection[str]
    """The maps that are held when it is done, for later ones."""
    reach: int
    """How far beyond its own block a position of its last map sees, in pixels."""

    @property
    def stop(self) -> str:
        """The row that it ends with."""
        return self.table[-1].name


class Cut(NamedTuple):
    """A network in segments, the geometry of its maps, and the channels of its rows."""

    segments: list[Segment]
    possible: bool
    """Whether norms are all that needs a whole map, and all maps lie as the picture does; where
    something else does, as whitening, or a network mirrors the picture first, the segments are of
    no use."""
    places: Mapping[str, Geometry]
    channels: Mapping[str, int]

    def numbers(self, names: Collection[str]) -> float:
        """Return how many numbers some maps have for each pixel of the picture."""
        return sum(self.channels[name] / self.places[name].stride ** 2 for name in names)

    @property
    def held(self) -> float:
        """How many numbers are held for each pixel at a time, at most."""
        each = ({*one.sources, *one.left, *[one.stop] * one.kept} for one in self.segments)
        return max(map(self.numbers, each))

    @property
    def largest(self) -> float:
        """How many numbers the largest map has for each pixel."""
        return max(self.numbers([name]) for name in self.places)


_Names = tuple[str, ...]


def begin(table: Table) -> dict[str, Geometry]:
    """Return the geometry of the maps that a network begins with: the picture, and noise."""
    noise = {row.name: row.stride for row in table if isinstance(row, Input) and row.stride}
    return {name: Geometry(stride, 0) for name, stride in {PICTURE: 1, **noise}.items()}


def places(table: Table, known: _Names) -> dict[str, Geometry]:
    """Return the geometry of all maps that a network computes of a picture, if `known` is given."""
    return geometry(graph.needed(table, (table[-1].name,), known), begin(table))


def vectors(table: Table, known: _Names) -> list[str]:
    """List the rows that maps are computed with, and that are none themselves."""
    found = places(table, known)
    read = [name for row in table if row.name in found for name in row.inputs]
    return [name for name in dict.fromkeys(read) if name not in found]


def vector_names(norm: Norm) -> tuple[str, str, str]:
    """Name the vectors by which a norm is computed: y = (x + first) · second + third."""
    return f"{norm.name}/less", f"{norm.name}/factor", f"{norm.name}/shift"


@functools.cache
def cut(table: Table, known: _Names) -> Cut:
    """Cut a network, of which `known` rows are given, into segments, in the order of their work."""
    rows = graph.needed(table, (table[-1].name,), known)
    fixed, last = _without_norms(table, known), table[-1].name
    first = begin(table)
    found, channels = geometry(fixed, first), parameters.channels(fixed)
    possible = not any(row.name in found and _hinders(row) for row in fixed)
    whole = Cut([], possible, found, channels)
    norms = [row for row in rows if isinstance(row, Norm) and row.name in found]
    readers = Counter(name for row in fixed for name in row.inputs)
    held, segments = {*first}, []
    for row in fixed:
        own = tuple(norm for norm in norms if norm.inputs[0] == row.name)
        small = row.name in found and whole.numbers([row.name]) <= KEPT
        kept = row.name == last or (small and (bool(own) or readers[row.name] > 1))
        if row.name not in first and (own or kept):
            part = [x for x in graph.needed(fixed, (row.name,), held) if not isinstance(x, Input)]
            segments.append(_segment(part, held, whole, own, kept))
            held |= {row.name} if kept else set()
    wanted = {last}
    for i, one in reversed(list(enumerate(segments))):
        before = {*first, *(other.stop for other in segments[: i + 1] if other.kept)}
        segments[i] = one._replace(left=wanted & before)
        wanted |= set(one.sources)
    return whole._replace(segments=segments)


def _hinders(row: Row) -> bool:
    """Say whether a row needs a whole map, or makes one that does not lie as the picture does."""
    shifted = isinstance(row, Transposed) and row.less > 0
    return shifted or isinstance(row, Statistic | Whiten | Pad | Crop)


def _without_norms(table: Table, known: _Names) -> Table:
    """List the rows from the picture to the last, with factors and shifts in place of norms."""
    channels, found = parameters.channels(table), places(table, known)
    names = (*begin(table), *vectors(table, known))
    fixed: list[Row] = [Input(name, channels[name]) for name in names]
    for row in table:
        if row.name not in found or isinstance(row, Input):
            continue
        if isinstance(row, Norm):
            less, factor, shift = vector_names(row)
            fixed += [Input(name, channels[row.name]) for name in (less, factor, shift)]
            fixed += [Add(f"{row.name}/centred", (row.inputs[0], less))]
            fixed += [Multiply(f"{row.name}/scaled", (fixed[-1].name, factor))]
            fixed += [Add(row.name, (fixed[-1].name, shift))]
        else:
            fixed += [row]
    return tuple(fixed)


def _segment(
    rows: Sequence[Row], held: Collection[str], whole: Cut, norms: tuple[Norm, ...], kept: bool
) -> Segment:
    """Make a segment of its rows, where what they read is an input; what is left is added later."""
    own = {row.name for row in rows}
    outer = dict.fromkeys(name for row in rows for name in row.inputs if name not in own)
    sources = tuple(name for name in outer if name in held)
    first = {name: Geometry(whole.places[name].stride, 0) for name in sources}
    names = (*sources, *(name for name in outer if name not in held))
    inputs = [Input(name, whole.channels[name]) for name in names]
    reach = geometry(rows, first)[rows[-1].name].reach
    return Segment((*inputs, *rows), sources, norms, kept, (), reach)
