"""Groups of rows that several networks have in common, as lists, the last row being their result.

A norm, here, is a function that lists the rows of a norm behind a given convolution.
"""

from collections.abc import Callable

from jnst.feedforward.layers import (
    Activation,
    Add,
    BatchNorm,
    Conv,
    Norm,
    Row,
    Transposed,
    Upsample,
)

NormOf = Callable[[Conv | Transposed], list[Row]]
"""From a convolution to the rows of the norm behind it."""


def reflecting(
    x: Row,
    name: str,
    channels: int,
    size: int,
    *,
    stride: int = 1,
    bias: bool = True,
    groups: int = 1,
) -> Conv:
    """Return a convolution that mirrors half a kernel at each border, as torch's networks do.

    With stride 2 and an odd kernel its map has half as many pixels as the picture, rounded up.
    """
    frame = size // 2
    return Conv(name, (x.name,), channels, size, stride, frame, "reflect", bias, groups)


def own_norm(conv: Conv | Transposed) -> list[Row]:
    """List an instance norm with scale and shift of its own."""
    return [Norm(f"{conv.name}/norm", (conv.name,))]


def batch_norm(x: Row) -> list[Row]:
    """List a batch norm."""
    return [BatchNorm(f"{x.name}/norm", (x.name,))]


def normed(conv: Conv | Transposed, norm: NormOf, *, activation: str = "relu") -> list[Row]:
    """List a convolution, its norm, and an activation, or none if that is ""."""
    rows = [conv, *norm(conv)]
    return rows + ([activated(rows[-1], kind=activation)] if activation else [])


def activated(x: Row, *, kind: str = "relu") -> Activation:
    """Return an activation of a row."""
    return Activation(f"{x.name}/{kind}", (x.name,), kind)


def residual(
    x: Row, name: str, first: str, second: str, channels: int, norm: NormOf, *, bias: bool = True
) -> list[Row]:
    """List two convolutions of 3 x 3, with these names, and the sum with what they read.

    There is an activation between the two, none behind the second, and none behind the sum. He et
    al. 2016 have one behind the sum; all that paint in one pass here have not.
    """
    rows = normed(reflecting(x, first, channels, 3, bias=bias), norm)
    rows += normed(reflecting(rows[-1], second, channels, 3, bias=bias), norm, activation="")
    return [*rows, Add(name, (x.name, rows[-1].name))]


def upsampled(x: Row) -> Upsample:
    """Return a row of twice the size."""
    return Upsample(f"{x.name}/up", (x.name,))


def widths(factor: float, *channels: int) -> tuple[int, ...]:
    """Return numbers of channels, multiplied and rounded; none is below 1."""
    return tuple(max(1, round(factor * count)) for count in channels)
