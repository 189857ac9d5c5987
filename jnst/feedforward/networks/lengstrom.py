"""One style, one network, as fast-style-transfer trains it in TensorFlow.

Johnson, Alahi, Fei-Fei 2016 (see `johnson.py`); lengstrom/fast-style-transfer@0d3d981,
`src/transform.py`. Zeros around the picture, transposed convolutions, no biases; instance norm with
an ε of a thousandth, behind the last convolution too, and then tanh.
"""

from collections.abc import Mapping

import numpy as np

from jnst.arrays import Params
from jnst.feedforward import parameters
from jnst.feedforward.blocks import normed, widths
from jnst.feedforward.layers import Add, Conv, Input, Norm, Rescale, Row, Table, Transposed

EPSILON = 1e-3
"""What is added to variances."""


def table(*, width: float = 1.0) -> Table:
    """List the rows: from "picture", RGB in [0, 1], to RGB in [-22.5, 277.5] / 255, not clipped.

    Published networks were trained on [0, 1] but are run on 0 to 255, which gives another picture;
    here they see what they were trained on. Each side is rounded up to a multiple of 4: 37 x 50
    pixels become 40 x 52. `width` multiplies the channels of all layers; published networks have 1.
    """
    narrow, middle, wide = widths(width, 32, 64, 128)
    rows: list[Row] = [Input("picture", 3)]
    for i, (channels, size, stride) in enumerate(
        ((narrow, 9, 1), (middle, 3, 2), (wide, 3, 2)), start=1
    ):
        rows += normed(_conv(rows[-1], f"conv{i}", channels, size, stride), _norm)
    for i in range(1, 6):
        x, name = rows[-1], f"res{i}"
        rows += normed(_conv(x, f"{name}.conv1", wide, 3), _norm)
        rows += normed(_conv(rows[-1], f"{name}.conv2", wide, 3), _norm, activation="")
        rows += [Add(name, (x.name, rows[-1].name))]
    for i, channels in enumerate((middle, narrow), start=1):
        larger = Transposed(f"deconv{i}", (rows[-1].name,), channels, 3, 2)
        rows += normed(larger, _norm)
    rows += normed(_conv(rows[-1], "conv_out", 3, 9), _norm, activation="tanh")
    return (*rows, Rescale("painted", (rows[-1].name,), 150 / 255, 0.5))


def _conv(x: Row, name: str, channels: int, size: int, stride: int = 1) -> Conv:
    return Conv(name, (x.name,), channels, size, stride, bias=False)


def _norm(conv: Conv | Transposed) -> list[Row]:
    return [Norm(f"{conv.name}/norm", (conv.name,), epsilon=EPSILON)]


def read(published: Mapping[str, np.ndarray]) -> Params:
    """Turn a checkpoint's tensors, in TensorFlow's layout, into parameters.

    Raises `InputError` for a tensor that is missing, of another shape, or not finite.
    """

    def tensor(row: str, kind: str) -> str:
        return f"{row.removesuffix('/norm')}.{kind}"

    return parameters.convert(table(), published, tensor, layout="HWIO")
