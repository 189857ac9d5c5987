"""The kinds of rows that the table of a feed-forward network consists of.

A row has a name, and the names of the rows whose maps it reads. All maps have four axes, [1, h, w,
c]; vectors, such as the mean of each channel or the weights of several styles, are maps of a single
position, [1, 1, 1, c]. So what is known of a style goes into a network as a picture does.

`op` says what a row does, for the engine by hand, which must not import this module; it is a field,
so that rows of two kinds are never equal. Of rows that have parameters `shared` names the row whose
parameters they are, "" for its own: an encoder that sees both pictures is in the table twice, and
in the parameters once.
"""

from typing import NamedTuple

from jnst.backbones.layers import Frame
from jnst.feedforward.styling import Bank, BatchNorm, CoMatch, Mix, Norm, Statistic, Whiten

_Inputs = tuple[str, ...]


class Input(NamedTuple):
    """What the network is given: a picture, or a vector, of so many channels.

    Or noise, if it has a `stride`: a position for that many pixels of the picture, across and down.
    """

    name: str
    channels: int
    stride: int = 0
    inputs: _Inputs = ()
    op: str = "input"


class Conv(NamedTuple):
    """A convolution with kernels of `size` x `size`; see `jnst.backbones.nn.conv2d`.

    `padding` is "zeros", "edge" or "reflect". Channels in so many `groups` see nothing of those in
    others; as many groups as inputs are a depthwise convolution. Parameters: kernel (size, size,
    inputs / groups, channels) and, unless `bias` is False, bias.
    """

    name: str
    inputs: _Inputs
    channels: int
    size: int
    stride: int = 1
    frame: Frame = "same"
    padding: str = "zeros"
    bias: bool = True
    groups: int = 1
    shared: str = ""
    op: str = "conv"


class Transposed(NamedTuple):
    """A transposed convolution, `stride` times as large as its input, without a bias.

    See `jnst.feedforward.resample.conv_transpose2d`, also for what the frame means. Each side is by
    `less` pixels smaller than that, for networks that were trained so. Parameters: kernel (size,
    size, channels, inputs).
    """

    name: str
    inputs: _Inputs
    channels: int
    size: int
    stride: int
    frame: Frame = "same"
    less: int = 0
    shared: str = ""
    op: str = "transposed"


class Activation(NamedTuple):
    """One of "relu", "relu6", "tanh" and "sigmoid", of each value."""

    name: str
    inputs: _Inputs
    kind: str = "relu"
    op: str = "activation"


class Rescale(NamedTuple):
    """A change of units that nothing trains: y = factor · x + offset, for each channel its own."""

    name: str
    inputs: _Inputs
    factor: float
    offset: float | tuple[float, ...] = 0.0
    op: str = "rescale"


class Pad(NamedTuple):
    """The map with its mirror image around it, `frame` pixels wide; see `resample.mirror`."""

    name: str
    inputs: _Inputs
    frame: int
    op: str = "pad"


class Crop(NamedTuple):
    """The map without the outermost `frame` pixels at each border."""

    name: str
    inputs: _Inputs
    frame: int
    op: str = "crop"


class Upsample(NamedTuple):
    """Each pixel becomes a square of `factor` x `factor`."""

    name: str
    inputs: _Inputs
    factor: int = 2
    op: str = "upsample"


class Bilinear(NamedTuple):
    """Twice the size, bilinear; see `jnst.feedforward.resample.double`."""

    name: str
    inputs: _Inputs
    op: str = "bilinear"


class Pool(NamedTuple):
    """The largest of each 2 x 2 pixels; an odd one at the end by itself ("ceil"), or "valid"."""

    name: str
    inputs: _Inputs
    frame: Frame = "ceil"
    op: str = "pool"


class Average(NamedTuple):
    """The mean of each square of `size` x `size` pixels; what is left at the end is dropped."""

    name: str
    inputs: _Inputs
    size: int
    op: str = "average"


class Concatenate(NamedTuple):
    """The channels of several maps, in order, as one map."""

    name: str
    inputs: _Inputs
    op: str = "concatenate"


class Add(NamedTuple):
    """The sum of two maps: the way around a residual block."""

    name: str
    inputs: _Inputs
    op: str = "add"


class Multiply(NamedTuple):
    """Each channel times a number of its own. Inputs: a map, and a vector."""

    name: str
    inputs: _Inputs
    op: str = "multiply"


Row = (
    Input
    | Conv
    | Transposed
    | Norm
    | BatchNorm
    | Bank
    | CoMatch
    | Activation
    | Rescale
    | Pad
    | Crop
    | Upsample
    | Bilinear
    | Pool
    | Average
    | Concatenate
    | Add
    | Multiply
    | Mix
    | Statistic
    | Whiten
)
"""A row of any kind."""
Table = tuple[Row, ...]
"""A network: its rows, each after those that it reads; the last is what the network paints."""
