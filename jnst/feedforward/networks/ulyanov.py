"""One style, one network, as Ulyanov trains Johnson's with instance norm.

Ulyanov, Vedaldi, Lempitsky 2016, "Instance Normalization: The Missing Ingredient for Fast
Stylization", arXiv:1607.08022; DmitryUlyanov/texture_nets@aad2cc6, `models/johnson.lua`. Johnson's
layers (see `johnson.py`), but for a last convolution of 3 x 3; mirrored borders, transposed
convolutions, and a result that nothing bounds.

The network takes RGB in [0, 1], and what its last convolution makes is in the units of VGG: 0 to
255 minus the mean, RGB here where the source has BGR. A departure: convolutions in front of a norm
have no biases, which it would take away again.
"""

from jnst.feedforward.blocks import normed, own_norm, reflecting, residual, widths
from jnst.feedforward.layers import Input, Rescale, Row, Table, Transposed
from jnst.feedforward.networks.johnson_paper import MEAN


def table(*, width: float = 1.0) -> Table:
    """List the rows: from "picture", RGB in [0, 1], to RGB in about [0, 1], not clipped.

    Each side is rounded up to a multiple of 4: 37 x 50 pixels become 40 x 52. `width` multiplies
    the channels of all layers.
    """
    narrow, middle, wide = widths(width, 32, 64, 128)
    rows: list[Row] = [Input("picture", 3)]
    for i, (channels, size, stride) in enumerate(
        ((narrow, 9, 1), (middle, 3, 2), (wide, 3, 2)), start=1
    ):
        conv = reflecting(rows[-1], f"conv{i}", channels, size, stride=stride, bias=False)
        rows += normed(conv, own_norm)
    for i in range(1, 6):
        name = f"res{i}"
        rows += residual(rows[-1], name, f"{name}.1", f"{name}.2", wide, own_norm, bias=False)
    for i, channels in enumerate((middle, narrow), start=1):
        rows += normed(Transposed(f"deconv{i}", (rows[-1].name,), channels, 3, 2, 1), own_norm)
    rows += [reflecting(rows[-1], "last", 3, 3)]
    return (*rows, Rescale("painted", ("last",), 1 / 255, tuple(mean / 255 for mean in MEAN)))
