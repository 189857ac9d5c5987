"""Any style at once: a network that sees the style and predicts the norms of another one.

Ghiasi, Lee, Kudlur, Dumoulin, Shlens 2017, "Exploring the structure of a real-time, arbitrary
neural artistic stylization network", arXiv:1705.06830; magenta, `arbitrary_image_stylization`, as
distilled for mobile devices. MobileNetV2 (as in `jnst.backbones.mobilenet`, batch norms folded in)
turns the style into 100 numbers, and for each norm of the residual and expanding layers two 1 x 1
convolutions turn these into scale and shift. The contracting layers have neither a norm nor, in
this version, batch norm: that is folded in too.
"""

from collections.abc import Mapping

import numpy as np

from jnst.arrays import Params
from jnst.backbones.mobilenet import GROUPS
from jnst.feedforward import parameters
from jnst.feedforward.blocks import activated, normed, reflecting, residual, upsampled
from jnst.feedforward.layers import Add, Conv, Input, Norm, Row, Statistic, Table, Transposed

SIDE = 256
"""Height and width of the styles that the predictor was trained on."""
VECTOR = "vector"
"""The row of the 100 numbers: may be given instead of the style, or mixed from several."""


def table() -> Table:
    """List the rows: from "style", of SIDE x SIDE pixels, and "picture", both RGB in [0, 1].

    What comes out is RGB in [0, 1]. Each side is rounded up to a multiple of 4: 37 x 50 pixels
    become 40 x 52.
    """
    rows: list[Row] = [*_predictor(), Input("picture", 3)]
    stem = "transformer/contract/conv"
    for i, (channels, size, stride) in enumerate(((8, 9, 1), (16, 3, 2), (32, 3, 2)), start=1):
        conv = reflecting(rows[-1], f"{stem}{i}", channels, size, stride=stride)
        rows += [conv, activated(conv)]
    for i in range(1, 6):
        name = f"transformer/residual/residual{i}"
        rows += residual(rows[-1], name, f"{name}/conv1", f"{name}/conv2", 32, _norm)
    for i, channels in enumerate((16, 8), start=1):
        rows += [upsampled(rows[-1])]
        conv = reflecting(rows[-1], f"transformer/expand/conv{i}/conv", channels, 3)
        rows += normed(conv, _norm)
    last = reflecting(rows[-1], "transformer/expand/conv3/conv", 3, 9)
    return (*rows, *normed(last, _norm, activation="sigmoid"))


def _norm(conv: Conv | Transposed) -> list[Row]:
    stem = f"style_params/{conv.name}/StyleNorm"
    shift = Conv(f"{stem}/Conv", (VECTOR,), conv.channels, 1)
    scale = Conv(f"{stem}/Conv_1", (VECTOR,), conv.channels, 1)
    return [shift, scale, Norm(stem, (conv.name, scale.name, shift.name), "given")]


def _predictor() -> list[Row]:
    """List the rows from the style to the vector, framed by zeros as TensorFlow does it."""
    rows: list[Row] = [Input("style", 3)]
    rows += [conv := Conv("MobilenetV2/Conv", ("style",), 32, 3, 2), activated(conv, kind="relu6")]
    number, before = 0, 32
    for channels, count, first in GROUPS:
        for index in range(count):
            rows += _bottleneck(rows[-1], number, before, channels, 1 if index else first)
            number, before = number + 1, channels
    rows += [last := Conv("MobilenetV2/Conv_1", (rows[-1].name,), 1280, 1)]
    rows += [activated(last, kind="relu6")]
    mean = Statistic("mean", (rows[-1].name,), "mean")
    return [*rows, mean, Conv(VECTOR, ("mean",), 100, 1)]


def _bottleneck(x: Row, number: int, before: int, channels: int, stride: int) -> list[Row]:
    """List a block of MobileNetV2: wider six times, depthwise, narrow; around it where it fits."""
    stem = f"MobilenetV2/expanded_conv{f'_{number}' if number else ''}"
    rows, wide = [x], before
    if number:  # the first does not widen
        wide = 6 * before
        rows += [conv := Conv(f"{stem}/expand", (x.name,), wide, 1), activated(conv, kind="relu6")]
    conv = Conv(f"{stem}/depthwise", (rows[-1].name,), wide, 3, stride, groups=wide)
    rows += [conv, inner := activated(conv, kind="relu6")]
    rows += [project := Conv(f"{stem}/project", (inner.name,), channels, 1)]
    if stride == 1 and before == channels:
        rows += [Add(stem, (x.name, project.name))]
    return rows[1:]


def read(published: Mapping[str, np.ndarray]) -> Params:
    """Turn the tensors of the published file, in torch's layout, into parameters.

    Its kernels are `weight_q`, whole numbers of 8 bit, times a `scale` for each output channel.
    Raises `InputError` for a tensor that is missing, of another shape, or not finite.
    """

    def tensor(row: str, kind: str) -> str:
        stem = "mobilenet_conv/Conv" if row == VECTOR else row
        return f"{stem}/{'weight_q' if kind == 'kernel' else kind}"

    exact = dict(published)
    for name, index in published.items():
        if name.endswith("/weight_q") and index.ndim == 4:
            factors = name.replace("/weight_q", "/scale")
            parameters.check_tensor(factors, published.get(factors), index.shape[:1])
            exact[name] = index.astype(np.float32) * published[factors][:, None, None, None]
    return parameters.convert(table(), exact, tensor)
