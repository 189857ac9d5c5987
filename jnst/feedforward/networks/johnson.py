"""One style, one network, as torch's examples train it.

Johnson, Alahi, Fei-Fei 2016, "Perceptual Losses for Real-Time Style Transfer and Super-Resolution",
arXiv:1603.08155; pytorch/examples@77f55b9, `fast_neural_style/transformer_net.py`. Departures from
the paper there: instance norm for batch norm, mirrored borders in every convolution, nearest
neighbours and a convolution for the transposed ones, and no tanh at the end.
"""

from collections.abc import Mapping

import numpy as np

from jnst.arrays import Params
from jnst.feedforward import parameters
from jnst.feedforward.blocks import normed, own_norm, reflecting, residual, upsampled, widths
from jnst.feedforward.layers import Input, Rescale, Row, Table


def table(*, width: float = 1.0) -> Table:
    """List the rows: from "picture", RGB in [0, 1], to RGB in about [0, 1], not clipped.

    In between there are 0 to 255. Each side is rounded up to a multiple of 4: 37 x 50 pixels become
    40 x 52. `width` multiplies the channels of all layers; published networks have 1.
    """
    narrow, middle, wide = widths(width, 32, 64, 128)
    rows: list[Row] = [Input("picture", 3), Rescale("bytes", ("picture",), 255.0)]
    for i, (channels, size, stride) in enumerate(
        ((narrow, 9, 1), (middle, 3, 2), (wide, 3, 2)), start=1
    ):
        rows += normed(reflecting(rows[-1], f"conv{i}", channels, size, stride=stride), own_norm)
    for i in range(1, 6):
        name = f"res{i}"
        rows += residual(rows[-1], name, f"{name}.conv1", f"{name}.conv2", wide, own_norm)
    for i, channels in enumerate((middle, narrow), start=1):
        rows += [upsampled(rows[-1])]
        rows += normed(reflecting(rows[-1], f"deconv{i}", channels, 3), own_norm)
    rows += [reflecting(rows[-1], "deconv3", 3, 9)]
    return (*rows, Rescale("painted", ("deconv3",), 1 / 255))


_NORMS = {"deconv1/norm": "in4", "deconv2/norm": "in5"}
_KINDS = {"kernel": "weight", "bias": "bias", "scale": "weight", "shift": "bias"}


def tensor(row: str, kind: str) -> str:
    """Return the name of a parameter in state dicts of torch's examples."""
    if row.endswith("/norm"):
        norm = _NORMS.get(row, row.removesuffix("/norm").replace("conv", "in"))
        return f"{norm}.{_KINDS[kind]}"
    return f"{row}.conv2d.{_KINDS[kind]}"


def read(published: Mapping[str, np.ndarray]) -> Params:
    """Turn the tensors of a state dict into parameters.

    Raises `InputError` for a tensor that is missing, of another shape, or not finite.
    """
    return parameters.convert(table(), published, tensor)
