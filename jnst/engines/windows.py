"""Overlapping windows of a picture that, each by itself, know some of its feature maps exactly.

A window shows, beyond the core whose positions it counts, as many pixels again as any of them can
see (the reach), and begins where every pooling begins a block. The cores tile the picture. Edges of
a window that are edges of the picture are padded by the network as always. All windows of a picture
have one size, so that they share one program.
"""

from collections.abc import Iterable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap
from jnst.backbones.layers import Geometry


class Window(NamedTuple):
    """Rows and columns, in pixels: where the window begins, and where its core does and ends."""

    start: Array  # (2,)
    core: Array  # (2, 2)


class Windows(NamedTuple):
    """The windows of one picture: all have the same height and width."""

    extent: tuple[int, int]
    each: list[Window]


def cut(shape: tuple[int, ...], geometry: Iterable[Geometry], *, size: int) -> Windows:
    """Cut a picture [1, h, w, 3] into windows of at most `size` pixels a side, if possible.

    They are larger where the reach alone would leave no core.
    """
    geometry = list(geometry)
    stride = max((layer.stride for layer in geometry), default=1)
    reach = max((layer.reach for layer in geometry), default=0)
    sides = [cut_side(length, size=size, stride=stride, reach=reach) for length in shape[1:3]]
    (height, rows), (width, columns) = sides
    each = [
        Window(np.array([y, x]), np.array([inner_y, inner_x]))
        for y, inner_y in rows
        for x, inner_x in columns
    ]
    return Windows((height, width), each)


def cut_side(
    length: int, *, size: int, stride: int, reach: int
) -> tuple[int, list[tuple[int, tuple[int, int]]]]:
    """Cut one side: return the windows' length, and for each its start, and its core's ends.

    Windows and cores begin at multiples of `stride`, that of the deepest layer. The last core ends
    with the picture, whatever is left over of the last block.
    """
    margin = -(-reach // stride) * stride
    left = length % stride  # all windows are longer by what the last block leaves over
    inner = max((size - left) // stride * stride, 2 * margin + stride)
    extent = inner + left
    if length <= extent:
        return length, [(0, (0, length))]
    # As few windows as there must be, and then no larger than they must be: in all they show the
    # side and, at each of the seams between them, both margins.
    count = -(-(length - left - 2 * margin) // (inner - 2 * margin))
    least = -(-(length - left + 2 * margin * (count - 1)) // (count * stride)) * stride
    inner = max(least, 2 * margin + stride)
    extent = inner + left
    found, begin = [], 0
    while begin < length:
        start = min(max(begin - margin, 0), length - extent)
        end = length if start + extent == length else start + inner - margin
        found.append((start, (begin, end)))
        begin = end
    return extent, found


def crop(array: Array, start: Array, height: int, width: int) -> Array:
    """Return a part of [1, h, w, c], for a start that a program may be given."""
    size = (1, height, width, array.shape[-1])
    return jax.lax.dynamic_slice(array, (0, start[0], start[1], 0), size)


def place(whole: np.ndarray, part: np.ndarray, window: Window, *, stride: int) -> None:
    """Put the core of a window's map where it belongs in the map of the whole picture."""
    (top, bottom), (left, right) = window.core // stride
    y, x = window.start // stride
    whole[:, top:bottom, left:right] = part[:, top - y : bottom - y, left - x : right - x]


def counts(
    features: FeatureMap, window: Window, region: Array | None, *, stride: int
) -> Float[Array, "1 h w 1"]:
    """Return how much each position of a window's map counts: 0 outside the core, [1, h, w, 1].

    In it as `region` says, which is as large as the map of the whole picture; 1 where it is None.
    """
    height, width = features.shape[1:3]

    def inside(axis: int, length: int) -> Array:
        position = window.start[axis] // stride + jnp.arange(length)
        begin, end = window.core[axis] // stride
        return (position >= begin) & (position < end)

    core = (inside(0, height)[:, None] & inside(1, width))[None, ..., None].astype(features.dtype)
    return core if region is None else core * crop(region, window.start // stride, height, width)
