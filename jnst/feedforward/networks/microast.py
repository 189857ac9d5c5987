"""Any style at once, by a network of half a million parameters, without VGG19.

Wang, Zhao, Zuo, Li, Chen, Xing, Lu 2023, "MicroAST: Towards Super-Fast Ultra-Resolution Arbitrary
Style Transfer", arXiv:2211.15313; EndyWon@5a6c905. Two encoders of the same form see the picture
and the style, and give features at two depths, 1 and 2. A style modulates the decoder twice:

- its features: before each of two residual blocks AdaIN gives them the style's mean and deviation;
- its filters: in these blocks a convolution y = k * x + c becomes w (k * x + c) + b x. So the
  kernels are scaled, and their centres moved, by a w and a b for each channel: means, over
  positions, of depthwise convolutions of the style's features.

The first block takes what the style has at depth 2, the second what it has at depth 1. As in
torch's AdaIN, variances are divided by n - 1, and ε is of both pictures.
"""

from collections.abc import Mapping

import numpy as np

from jnst.arrays import Params
from jnst.byhand.feedforward.norms import EPSILON
from jnst.feedforward import parameters
from jnst.feedforward.blocks import activated, reflecting
from jnst.feedforward.layers import (
    Add,
    Bilinear,
    Conv,
    Input,
    Mix,
    Multiply,
    Norm,
    Row,
    Statistic,
    Table,
)

PARTS = ("content_encoder", "style_encoder", "modulator", "decoder")
"""The parts of the network, of which each was published in a file of its own."""
KNOWN = tuple(f"{kind}{i}" for kind in ("mean", "deviation", "weight", "bias") for i in (1, 2))
"""The rows that hold all there is to know of a style, for both depths."""
_WIDTH = 64


def table() -> Table:
    """List the rows: from "picture" and "style", RGB in [0, 1], and "strength", a vector of one.

    The strength goes from 0, features that are not modulated, to 1; filters are modulated whatever
    it is, as published. What is to be known of a style is in `KNOWN`. What comes out is RGB in
    about [0, 1], not clipped. Each side is rounded up to a multiple of 4: 37 x 50 pixels become 40
    x 52.
    """
    rows: list[Row] = [style := Input("style", 3), *_encoder(style, "style_encoder")]
    for depth, features in ((1, "style_encoder/enc1.10"), (2, "style_encoder/enc2.0")):
        rows += _modulator(features, depth)
    rows += [picture := Input("picture", 3), *_encoder(picture, "content_encoder")]
    x = rows[-1]
    rows += [Input("strength", 1)]
    for number, depth in ((1, 2), (2, 1)):
        rows += _modulated(x, f"decoder/dec{number}", depth)
        x = rows[-1]
    return (*rows, *_enlarging(x))


def _encoder(x: Row, part: str) -> list[Row]:
    """List the rows to the features at both depths, `part`/enc1.10 and `part`/enc2.0."""
    rows, channels = [x], 3
    for index, (width, size, stride) in enumerate(
        ((16, 9, 1), (32, 3, 2), (32, 1, 1), (_WIDTH, 3, 2), (_WIDTH, 1, 1))
    ):
        groups = channels if stride == 2 else 1
        name = f"{part}/enc1.{2 * index}"
        conv = reflecting(rows[-1], name, width, size, stride=stride, groups=groups)
        rows, channels = [*rows, conv, activated(conv)], width
    for name in (f"{part}/enc1.10", f"{part}/enc2.0"):
        x = rows[-1]
        rows += [conv := reflecting(x, f"{name}.conv1", _WIDTH, 3), activated(conv)]
        rows += [conv := reflecting(rows[-1], f"{name}.conv2", _WIDTH, 3)]
        rows += [Add(name, (x.name, conv.name))]
    return rows[1:]


def _modulator(features: str, depth: int) -> list[Row]:
    """List the rows from the style's features to what the decoder takes from them."""
    x = (features,)
    rows: list[Row] = [Statistic(f"mean{depth}", x, "mean")]
    rows += [Statistic(f"deviation{depth}", x, "deviation", EPSILON, unbiased=True)]
    for kind in ("weight", "bias"):
        name = f"modulator/{kind}{depth}.0"
        rows += [Conv(name, x, _WIDTH, 3, 1, 1, "reflect", groups=_WIDTH)]
        rows += [Statistic(f"{kind}{depth}", (name,), "mean")]
    return rows


def _modulated(x: Row, name: str, depth: int) -> list[Row]:
    """List the rows of AdaIN and a residual block with modulated filters."""
    moments = (f"deviation{depth}", f"mean{depth}")
    rows: list[Row] = [Norm(f"{name}/adain", (x.name, *moments), "given", unbiased=True)]
    rows += [start := Mix(f"{name}/mixed", (x.name, rows[-1].name, "strength"))]
    rows += _filtered(start, f"{name}.conv1", depth)
    rows += [inner := activated(rows[-1])]
    rows += _filtered(inner, f"{name}.conv2", depth)
    return [*rows, Add(name, (start.name, rows[-1].name))]


def _filtered(x: Row, name: str, depth: int) -> list[Row]:
    """List the rows of a convolution with modulated filters."""
    conv = reflecting(x, name, _WIDTH, 3)
    scaled = Multiply(f"{name}/scaled", (name, f"weight{depth}"))
    around = Multiply(f"{name}/around", (x.name, f"bias{depth}"))
    return [conv, scaled, around, Add(f"{name}/modulated", (scaled.name, around.name))]


def _enlarging(x: Row) -> list[Row]:
    """List the rows from the decoder's features to the picture."""
    rows = [x]
    for index, width in ((1, 32), (6, 16)):
        rows += [Bilinear(f"{rows[-1].name}/double", (rows[-1].name,))]
        for name, size, groups in ((f"{index}", 3, width), (f"{index + 2}", 1, 1)):
            conv = reflecting(rows[-1], f"decoder/dec3.{name}", width, size, groups=groups)
            rows += [conv, activated(conv)]
    return [*rows[1:], reflecting(rows[-1], "decoder/dec3.10", 3, 9)]


def read(published: Mapping[str, np.ndarray]) -> Params:
    """Turn the tensors of the published files, by `part/name`, see `PARTS`, into parameters.

    Raises `InputError` for a tensor that is missing, of another shape, or not finite.
    """

    def tensor(row: str, kind: str) -> str:
        return f"{row}.conv_layer.{'weight' if kind == 'kernel' else kind}"

    return parameters.convert(table(), published, tensor)
