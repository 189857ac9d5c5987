"""One style, one network, from noise and the picture at six sizes: a texture network.

Ulyanov, Lebedev, Vedaldi, Lempitsky 2016, "Texture Networks: Feed-forward Synthesis of Textures and
Stylized Images", arXiv:1603.03417; DmitryUlyanov/texture_nets@aad2cc6, `models/pyramid.lua`, and
its first version, of which vicident/texture_nets@0ba7571 is a copy, for the noise and batch norm.
At each scale the picture, averaged over squares, and three channels of uniform noise go through
three convolutions; then, from the coarsest on, the map so far is enlarged and joined with the next
one, and three convolutions more have as many channels as both. Behind each convolution, and of both
maps before they are joined, there is batch norm.

The network takes RGB in [0, 1] and noise in [0, 1), and what its last convolution makes is in the
units of VGG: 0 to 255 minus the mean, RGB here where the source has BGR. Departures: rectifiers, as
in the paper and later versions, where the first one's leak by 0.01; zeros around the maps, the
source's option, where it has their other end by default; convolutions in front of a norm have no
biases, which it would take away again. The source's program normalizes a picture by its own moments
when it paints it; here that is done by the averages of training.
"""

from jnst.feedforward.blocks import batch_norm, normed, upsampled, widths
from jnst.feedforward.layers import Average, Concatenate, Conv, Input, Rescale, Row, Table
from jnst.feedforward.networks.johnson_paper import MEAN

RATIOS = (32, 16, 8, 4, 2, 1)
"""Pixels of the picture to a position, across and down, of each scale."""
MULTIPLE = RATIOS[0]
"""What sides are rounded up to multiples of."""
NOISE = 3
"""Channels of noise at each scale."""
_CHANNELS = 8


def table(*, width: float = 1.0) -> Table:
    """List the rows: from "picture", RGB in [0, 1], and noise, to RGB in about [0, 1], not clipped.

    The noise is "noise32", "noise16" to "noise1", with a position for so many pixels across and
    down. Sides must be multiples of MULTIPLE. `width` multiplies the channels of all layers.
    """
    (own,) = widths(width, _CHANNELS)
    rows: list[Row] = [Input("picture", 3)]
    below: Row | None = None
    for count, ratio in enumerate(RATIOS, start=1):
        rows += _scale(ratio, own)
        if below is not None:
            larger, beside = upsampled(below), rows[-1]
            joined = [larger, *batch_norm(larger), *batch_norm(beside)]
            names = (joined[1].name, joined[2].name)
            rows += [*joined, both := Concatenate(f"joined{ratio}", names)]
            rows += _convolutions(both, f"merged{ratio}", count * own)
        below = rows[-1]
    last = Conv("last", (rows[-1].name,), 3, 1)
    return (*rows, last, Rescale("painted", ("last",), 1 / 255, tuple(m / 255 for m in MEAN)))


def _scale(ratio: int, channels: int) -> list[Row]:
    """List the rows of the picture and the noise at one scale."""
    rows: list[Row] = [Input(f"noise{ratio}", NOISE, ratio)]
    picture = "picture"
    if ratio > 1:
        picture = f"picture{ratio}"
        rows += [Average(picture, ("picture",), ratio)]
    rows += [both := Concatenate(f"noisy{ratio}", (picture, rows[0].name))]
    return rows + _convolutions(both, f"scale{ratio}", channels)


def _convolutions(x: Row, name: str, channels: int) -> list[Row]:
    """List three convolutions, of 3 x 3, 3 x 3 and 1 x 1, with norms and rectifiers."""
    rows = [x]
    for i, size in enumerate((3, 3, 1), start=1):
        conv = Conv(f"{name}.{i}", (rows[-1].name,), channels, size, bias=False)
        rows += normed(conv, batch_norm)
    return rows[1:]
