"""Many styles, or any, by the Gram matrix of a style's features: MSG-Net.

Zhang and Dana 2017, "Multi-style Generative Network for Real-time Transfer", arXiv:1703.06953;
zhanghang1989/PyTorch-Multi-Style-Transfer@75d2560, `experiments/net.py`. One encoder sees both
pictures. The layer CoMatch (`jnst.feedforward.layers.CoMatch`) turns the picture's features by the
style's Gram matrix, divided by channels and positions; then come residual blocks and a decoder.

All blocks are bottlenecks that begin with a norm (He et al. 2016, arXiv:1603.05027): instance norm
without scale and shift, rectifier, and a convolution, of 1 x 1, 3 x 3, and 1 x 1 with four times as
many channels. Around those that change channels or size goes a convolution of 1 x 1. Borders are
mirrored; maps become larger by nearest neighbours. Only the encoder, whose Gram matrix they change,
and the last convolution have biases here: all others a norm takes away again, at once or behind the
blocks.

The published network takes and returns BGR; here the order of channels is RGB, for which kernels
are turned around.
"""

from jnst.feedforward.blocks import activated, reflecting, upsampled, widths
from jnst.feedforward.layers import Add, CoMatch, Input, Norm, Rescale, Row, Statistic, Table

KNOWN = ("gram",)
"""The row that holds all there is to know of a style."""
_EXPANSION = 4
_BLOCKS = 6


def table(*, width: float = 1.0) -> Table:
    """List the rows: from "picture" and "style", RGB in [0, 1], to RGB in about [0, 1].

    In between there are 0 to 255; nothing is clipped. Each side is rounded up to a multiple of 4:
    37 x 50 pixels become 40 x 52. `width` multiplies the channels of all layers.
    """
    narrow, wide, last = widths(width, 32, 128, 16)
    rows: list[Row] = [style := Input("style", 3), *_encoder(style, width)]
    rows += [Statistic(*KNOWN, (rows[-1].name,), "gram")]
    rows += [picture := Input("picture", 3), *_encoder(picture, width)]
    rows += [CoMatch("comatch", (rows[-1].name, *KNOWN))]
    for i in range(_BLOCKS):
        rows += _bottleneck(rows[-1], f"block{i + 1}", wide)
    for i, channels in enumerate((narrow, last), start=1):
        rows += _bottleneck(rows[-1], f"up{i}", channels, around=True, larger=True)
    rows += _rectified(rows[-1])
    rows += [reflecting(rows[-1], "last", 3, 7)]
    return (*rows, Rescale("painted", ("last",), 1 / 255))


def _encoder(x: Row, width: float) -> list[Row]:
    """List the rows from a picture to its features, with the same parameters for both pictures."""
    first, narrow, wide = widths(width, 64, 32, 128)
    begin = Rescale(f"{x.name}/bytes", (x.name,), 255.0)
    conv = reflecting(begin, f"{x.name}/first", first, 7, bias=False)
    rows: list[Row] = [begin, conv, *_rectified(conv)]
    for i, channels in enumerate((narrow, wide), start=1):
        name = f"{x.name}/down{i}"
        rows += _bottleneck(rows[-1], name, channels, around=True, stride=2, bias=True)
    return [_shared(row, f"{x.name}/") for row in rows]


def _shared(row: Row, prefix: str) -> Row:
    if row.op != "conv":
        return row
    return row._replace(shared=f"siamese/{row.name.removeprefix(prefix)}")


def _bottleneck(
    x: Row,
    name: str,
    channels: int,
    *,
    around: bool = False,
    stride: int = 1,
    larger: bool = False,
    bias: bool = False,
) -> list[Row]:
    """List a block: 1 x 1, 3 x 3, 1 x 1, and what it reads, if `around` by a convolution."""
    outer = _EXPANSION * channels
    rows = _rectified(x)
    rows += [conv := reflecting(rows[-1], f"{name}.1", channels, 1, bias=False), *_rectified(conv)]
    rows += [upsampled(rows[-1])] if larger else []
    conv = reflecting(rows[-1], f"{name}.2", channels, 3, stride=stride, bias=False)
    rows += [conv, *_rectified(conv)]
    rows += [conv := reflecting(rows[-1], f"{name}.3", outer, 1, bias=bias)]
    if around:
        rows += [x := reflecting(x, f"{name}.around", outer, 1, stride=stride, bias=bias)]
    if larger:
        rows += [x := upsampled(x)]
    return [*rows, Add(name, (x.name, conv.name))]


def _rectified(x: Row) -> list[Row]:
    """List instance norm without scale and shift, and a rectifier."""
    return [norm := Norm(f"{x.name}/norm", (x.name,), "none"), activated(norm)]
