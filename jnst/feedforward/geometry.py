"""Where the positions of maps lie in the picture, and how much of it they see."""

from collections.abc import Iterable, Mapping

from jnst.backbones.layers import Geometry
from jnst.backbones.nn import margins
from jnst.feedforward.layers import Average, Bank, Bilinear, Conv, Pool, Row, Transposed, Upsample


def geometry(rows: Iterable[Row], known: Mapping[str, Geometry]) -> dict[str, Geometry]:
    """Return stride and reach of the map of each row, and of those that are known.

    For maps that have a position for each `stride` pixels of a picture, as those of all our
    networks have where its sides can be halved. `known` are the maps that the rows begin with; what
    else they read are vectors, which have no place in the picture, and rows that read nothing else
    are left out. The reach is an upper bound: it is added up from row to row.
    """
    found = dict(known)
    for row in rows:
        if maps := [found[name] for name in row.inputs if name in found]:
            found[row.name] = _through(row, maps[0].stride, max(one.reach for one in maps))
    return found


def _through(row: Row, stride: int, reach: int) -> Geometry:
    """Return the geometry of a row by that of the maps that it reads."""
    match row:
        case Conv():
            before = _before(row)
            beyond = max(before, row.size - before - row.stride, 0)
            return Geometry(stride * row.stride, reach + stride * beyond)
        case Transposed():
            # Of y[q] the first and the last p for which q = s p + u - before has a u in the kernel.
            before, inner = _before(row), stride // row.stride
            beyond = max(row.size - 1 - before, before + row.stride - 1)
            return Geometry(inner, reach + inner * beyond)
        case Bank():
            return Geometry(stride, reach + stride * (row.size // 2))
        case Upsample():
            inner = stride // row.factor
            return Geometry(inner, reach + stride - inner)
        case Bilinear():
            return Geometry(stride // 2, reach + stride)
        case Pool():
            return Geometry(2 * stride, reach)
        case Average():
            return Geometry(row.size * stride, reach)
    return Geometry(stride, reach)


def _before(row: Conv | Transposed) -> int:
    """Return the margin before a side that can be halved."""
    return margins(row.stride * row.size, row.size, row.stride, row.frame)[0]
