"""One style, one network, as Johnson trains it himself.

Johnson, Alahi, Fei-Fei 2016, "Perceptual Losses for Real-Time Style Transfer and Super-Resolution",
arXiv:1603.08155; jcjohnson/fast-neural-style@813c834, `fast_neural_style/models.lua`, with the
defaults of `train.lua`: instance norm, and `reflect-start`. The paper has batch norm, as the source
does with `-use_instance_norm 0`: that is `johnson-batch` here. The picture is mirrored once at the
start. The residual blocks' convolutions see nothing beyond their
maps, so these become smaller until nothing of that is left; all other convolutions see zeros.

The network takes and makes pictures in the units of VGG, 0 to 255 minus the mean: RGB here where
the source has BGR, which turns kernels around. A departure: convolutions in front of a norm have no
biases, which it would take away again.
"""

from jnst.feedforward.blocks import NormOf, normed, own_norm, widths
from jnst.feedforward.layers import (
    Activation,
    Add,
    Conv,
    Crop,
    Input,
    Pad,
    Rescale,
    Row,
    Table,
    Transposed,
)

MEAN = (123.68, 116.779, 103.939)
"""The mean of VGG's pictures: RGB, 0 to 255."""
FRAME = 40
"""Pixels that the picture is mirrored by: what five residual blocks lose at a quarter of a side."""
_STRENGTH = 150.0


def table(*, width: float = 1.0, norm: NormOf = own_norm) -> Table:
    """List the rows: from "picture", RGB in [0, 1], to RGB in MEAN ± 150, of 255, not clipped.

    Sides must be longer than FRAME. Each is rounded up to a multiple of 4: 57 x 70 pixels become
    60 x 72. `width` multiplies the channels of all layers; `norm` is behind all convolutions but
    the last.
    """
    narrow, middle, wide = widths(width, 32, 64, 128)
    less, more = (tuple(sign * mean for mean in MEAN) for sign in (-1, 1 / 255))
    rows: list[Row] = [Input("picture", 3), Rescale("centred", ("picture",), 255.0, less)]
    rows += [Pad("start", ("centred",), FRAME)]
    for i, (channels, size, stride) in enumerate(
        ((narrow, 9, 1), (middle, 3, 2), (wide, 3, 2)), start=1
    ):
        x = (rows[-1].name,)
        rows += normed(Conv(f"conv{i}", x, channels, size, stride, size // 2, bias=False), norm)
    for i in range(1, 6):
        rows += _residual(rows[-1], f"res{i}", wide, norm)
    for i, channels in enumerate((middle, narrow), start=1):
        rows += normed(Transposed(f"deconv{i}", (rows[-1].name,), channels, 3, 2, 1), norm)
    rows += [Conv("last", (rows[-1].name,), 3, 9), Activation("bounded", ("last",), "tanh")]
    return (*rows, Rescale("painted", ("bounded",), _STRENGTH / 255, more))


def _residual(x: Row, name: str, channels: int, norm: NormOf) -> list[Row]:
    """List two convolutions that see no border, and the sum with the middle of what they read."""
    around = Crop(f"{name}/middle", (x.name,), 2)
    first = Conv(f"{name}.1", (x.name,), channels, 3, frame="valid", bias=False)
    rows = [around, *normed(first, norm)]
    second = Conv(f"{name}.2", (rows[-1].name,), channels, 3, frame="valid", bias=False)
    rows += normed(second, norm, activation="")
    return [*rows, Add(name, (around.name, rows[-1].name))]
