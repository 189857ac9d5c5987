"""One network for many styles, each a set of scales and shifts: conditional instance norm.

Dumoulin, Shlens, Kudlur 2017, "A Learned Representation For Artistic Style", arXiv:1610.07629;
magenta@14aba702, `image_stylization/model.py`. What is published for mobile devices, with 26
styles, is slimmer than the paper's (`PAPER`): 32 channels everywhere, then 8 and 4, but 6 residual
blocks instead of 5. Convolutions have no biases. Scale and shift of every norm belong to a style;
between styles they are mixed.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from jnst.arrays import Array, Params
from jnst.feedforward import norms, parameters
from jnst.feedforward.blocks import normed, reflecting, residual, upsampled, widths
from jnst.feedforward.layers import Conv, Input, Norm, Row, Table, Transposed

STYLES = 26
"""Styles of the published network."""


class Shape(NamedTuple):
    """Channels of the contracting, residual and expanding layers, and the residual blocks."""

    contract: tuple[int, int, int]
    blocks: int
    expand: tuple[int, int]


MOBILE = Shape((32, 32, 32), 6, (8, 4))
"""The published network."""
PAPER = Shape((32, 64, 128), 5, (64, 32))
"""The paper's, table 1."""
_KINDS = {"kernel": "w", "scale": "gamma", "shift": "beta"}


def table(*, styles: int = STYLES, shape: Shape = MOBILE, width: float = 1.0) -> Table:
    """List the rows: from "style", a weight for each style, and "picture", RGB in [0, 1].

    What comes out is RGB in [0, 1]. Each side is rounded up to a multiple of 4: 37 x 50 pixels
    become 40 x 52. `width` multiplies the channels of all layers.
    """
    contract, expand = widths(width, *shape.contract), widths(width, *shape.expand)
    rows: list[Row] = [Input("style", styles), Input("picture", 3)]
    for i, (channels, size) in enumerate(zip(contract, (9, 3, 3), strict=True)):
        conv = _conv(rows[-1], f"contract.{i}", channels, size, stride=2 if i else 1)
        rows += normed(conv, _norm)
    for i in range(shape.blocks):
        name = f"res.{i}"
        rows += residual(rows[-1], name, f"{name}.0", f"{name}.1", contract[-1], _norm, bias=False)
    for i, channels in enumerate(expand):
        rows += [upsampled(rows[-1])]
        rows += normed(_conv(rows[-1], f"expand.{i}", channels, 3), _norm)
    last = _conv(rows[-1], "expand.2", 3, 9)
    return (*rows, *normed(last, _norm, activation="sigmoid"))


def _conv(x: Row, name: str, channels: int, size: int, *, stride: int = 1) -> Conv:
    return reflecting(x, name, channels, size, stride=stride, bias=False)


def _norm(conv: Conv | Transposed) -> list[Row]:
    return [Norm(f"{conv.name}.norm", (conv.name, "style"), "styles")]


def style(
    chosen: int | Float[Array, " s"], *, styles: int = STYLES
) -> Float[Array, "1 1 1 {styles}"]:
    """Return what the table takes as "style": of a number from 0, or of a weight for each style.

    Raises `InputError` for a number that no style has, and for more weights or fewer than styles.
    """
    return norms.blend(np.eye(styles, dtype=np.float32), chosen)[None, None, None]


def read(published: Mapping[str, np.ndarray]) -> Params:
    """Turn the tensors of the published file, torch's layout, into parameters.

    Raises `InputError` for a tensor that is missing, of another shape, or not finite.
    """
    return parameters.convert(table(), published, lambda row, kind: f"{row}.{_KINDS[kind]}")
