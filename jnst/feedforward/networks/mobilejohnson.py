"""A small network for one style: Johnson's, with the blocks of MobileNetV2 for its convolutions.

mmalotin/pytorch-fast-neural-style-mobilenetV2@b8d9a17: 0.23 million numbers instead of 1.7 (see
`johnson.py`). A block convolves 1 x 1, each channel by itself, and 1 x 1, without biases, and with
instance norm behind each. Rectifiers within a block end at 6. Behind a block there is one only
where it comes after an enlargement; where these are was found out by trying which agree with what a
published network paints.
"""

from collections.abc import Mapping

import numpy as np

from jnst.arrays import Params
from jnst.feedforward import parameters
from jnst.feedforward.blocks import normed, own_norm, reflecting, upsampled, widths
from jnst.feedforward.layers import Add, Input, Rescale, Row, Table


def table(*, width: float = 1.0) -> Table:
    """List the rows: from "picture", RGB in [0, 1], to RGB in about [0, 1], not clipped.

    In between there are 0 to 255. Each side is rounded up to a multiple of 4: 37 x 50 pixels become
    40 x 52. `width` multiplies the channels of all layers; published networks have 1.
    """
    narrow, middle, wide = widths(width, 32, 64, 128)
    rows: list[Row] = [Input("picture", 3), Rescale("bytes", ("picture",), 255.0)]
    rows += normed(reflecting(rows[-1], "conv1", narrow, 9, bias=False), own_norm)
    rows += _block(rows[-1], "conv2", narrow, middle, stride=2)
    rows += _block(rows[-1], "conv3", middle, wide, stride=2)
    for i in range(1, 6):
        x, name = rows[-1], f"res{i}"
        rows += _block(x, name, wide, wide)
        rows += [Add(name, (x.name, rows[-1].name))]
    for name, inner, channels in (
        ("upconv1.conv1", wide, middle),
        ("upconv2.conv1", middle, narrow),
    ):
        rows += [upsampled(rows[-1])]
        rows += _block(rows[-1], name, inner, channels, activation="relu")
    rows += [reflecting(rows[-1], "conv4", 3, 9, bias=False)]
    return (*rows, Rescale("painted", ("conv4",), 1 / 255))


def _block(
    x: Row, name: str, inner: int, channels: int, *, stride: int = 1, activation: str = ""
) -> list[Row]:
    first = reflecting(x, f"{name}.conv1", inner, 1, bias=False)
    rows = normed(first, own_norm, activation="relu6")
    options = {"stride": stride, "bias": False, "groups": inner}
    deep = reflecting(rows[-1], f"{name}.conv2", inner, 3, **options)
    rows += normed(deep, own_norm, activation="relu6")
    last = reflecting(rows[-1], f"{name}.conv3", channels, 1, bias=False)
    return rows + normed(last, own_norm, activation=activation)


def tensor(row: str, kind: str) -> str:
    """Return the name of a parameter in the state dicts of that project."""
    *stem, conv = row.removesuffix("/norm").split(".")
    if row.endswith("/norm"):
        conv = conv.replace("conv", "in")
    return ".".join([*stem, conv, "bias" if kind == "shift" else "weight"])


def read(published: Mapping[str, np.ndarray]) -> Params:
    """Turn the tensors of a state dict, as `weights.formats.torchfile` reads it, into parameters.

    Raises `InputError` for a tensor that is missing, of another shape, or not finite.
    """
    return parameters.convert(table(), published, tensor)
