"""One network for many styles, each a bank of filters between an encoder and a decoder.

Chen, Yuan, Liao, Yu, Hua 2017, "StyleBank: An Explicit Representation for Neural Image Style
Transfer", arXiv:1703.09210; jxcodetw/Stylebank@b7fe72e, `networks.py`. Without a bank the network
is an autoencoder, which is trained to give the picture back; so a bank has nothing to carry but a
style. A bank is two convolutions of 3 x 3 here, as in that copy. Zeros around the maps, no biases,
transposed convolutions; behind every convolution but the last instance norm, without scale and
shift of its own.

Styles are mixed as in the paper, by mixing the filters: K = Σ_i w_i K_i, for each of the two.
"""

from collections.abc import Mapping

import numpy as np

from jnst.arrays import Params
from jnst.byhand.feedforward.training import PLAIN
from jnst.feedforward import parameters
from jnst.feedforward.blocks import activated, normed, widths
from jnst.feedforward.layers import Bank, Conv, Input, Norm, Row, Table, Transposed

_ENCODER = ((9, 2), (3, 2), (3, 1), (3, 1))
"""Size and stride of each of the encoder's kernels; the decoder has the same in reverse."""


def table(*, styles: int = 0, odd: bool = False, width: float = 1.0) -> Table:
    """List the rows: from "picture", RGB in [0, 1], and "style", a weight for each style.

    What comes out is RGB in about [0, 1], not clipped; and before it, as the row `PLAIN`, what the
    autoencoder makes of the picture. Without `styles` the table ends there. Each side is rounded up
    to a multiple of 4: 37 x 50 pixels become 40 x 52. That is a departure from the source, whose
    maps are smaller by a pixel behind each enlargement: with 4k + 1 pixels a side comes out as it
    was, else up to 3 pixels smaller. With `odd` the rows are such, for sides of 4k + 1.

    `width` multiplies the channels of all layers.
    """
    channels = widths(width, 32, 64, 128, 256)
    rows: list[Row] = [Input("style", styles)] if styles else []
    rows += [Input("picture", 3)]
    for i, (count, (size, stride)) in enumerate(zip(channels, _ENCODER, strict=True)):
        x, name = (rows[-1].name,), f"encoder.{3 * i}"
        rows += normed(Conv(name, x, count, size, stride, size // 2, bias=False), _norm)
    features, outputs = rows[-1], (*channels[-2::-1], 3)
    rows += _decoder(features, outputs, f"{PLAIN}/", odd=odd)
    rows[-1] = rows[-1]._replace(name=PLAIN)
    if not styles:
        return tuple(rows)
    x = features
    for name in ("bank.0", "bank.3"):
        bank = Bank(name, (x.name, "style"), channels[-1], 3)
        (norm,) = _norm(bank)
        rows += [bank, norm, x := activated(norm)]
    return (*rows, *_decoder(x, outputs, "", odd=odd))


def _decoder(x: Row, channels: tuple[int, ...], prefix: str, *, odd: bool) -> list[Row]:
    """List the rows from features to a picture; the parameters are the same for any prefix."""
    rows: list[Row] = [x]
    for i, (count, (size, stride)) in enumerate(zip(channels, _ENCODER[::-1], strict=True)):
        name, read, less = f"decoder.{3 * i}", (rows[-1].name,), int(odd and stride > 1)
        conv = Transposed(f"{prefix}{name}", read, count, size, stride, size // 2, less, name)
        rows += normed(conv, _norm) if i < len(channels) - 1 else [conv]
    return rows[1:]


def _norm(conv: Row) -> list[Row]:
    return [Norm(f"{conv.name}/norm", (conv.name,), "none")]


def read(published: Mapping[str, np.ndarray]) -> Params:
    """Turn the tensors of an autoencoder's state dict into parameters.

    Raises `InputError` for a tensor that is missing, of another shape, or not finite.
    """
    return parameters.convert(table(), published, lambda row, _: f"{row}.weight")
