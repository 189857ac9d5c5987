"""InceptionV3.

Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, "Rethinking the Inception Architecture for Computer
Vision" (CVPR 2016).

Eleven blocks, `mixed0` to `mixed10`: convolutions of several sizes side by side, put beside each
other. All others are numbered as Keras numbers them: `batch_normalization_5` is a convolution with
its normalisation, `activation_5` the same rectified. Means are taken of pixels alone, as TensorFlow
does, or, in torchvision, with the zeros around them.
"""

import itertools
from collections.abc import Callable

from jnst.backbones.layers import PICTURE, Layer, Table, apply, concat, conv, pool

Way = tuple[tuple[int, int | tuple[int, int]], ...]
"""Convolutions one behind the other: channels, and size of the kernel."""
_ROW, _COLUMN = (1, 7), (7, 1)


def table(*, torchvision: bool = False) -> Table:
    """List the layers of InceptionV3."""
    layers: list[Layer] = []
    numbers = {kind: itertools.count() for kind in ("convolution", "max", "average", "concat")}

    def number(kind: str) -> str:
        return f"_{count}" if (count := next(numbers[kind])) else ""

    def convolve(x: Layer, way: Way, *, stride: int = 1, frame: str = "same") -> Layer:
        """Append convolutions, the last with a stride, and their rectifiers."""
        for step, (channels, size) in enumerate(way, start=1):
            i, last = number("convolution"), step == len(way)
            reads = f"conv2d{i}", f"batch_normalization{i}"
            around = {"stride": stride, "frame": frame} if last else {}
            found = conv(x, reads[1], channels, size, **around, reads=reads)
            layers.extend([found, x := apply("relu", found, f"activation{i}")])
        return x

    def smaller(x: Layer) -> Layer:
        layers.append(pool("max", x, f"max_pooling2d{number('max')}", 3, stride=2))
        return layers[-1]

    def mean(x: Layer) -> Layer:
        op, name = "framed avg" if torchvision else "avg", f"average_pooling2d{number('average')}"
        layers.append(pool(op, x, name, 3, stride=1, frame="same"))
        return layers[-1]

    def join(inputs: list[Layer], name: str) -> Layer:
        layers.append(concat(inputs, name or f"concatenate{number('concat')}"))
        return layers[-1]

    x = convolve(PICTURE, ((32, 3),), stride=2, frame="valid")
    x = convolve(x, ((32, 3),), frame="valid")
    x = smaller(convolve(x, ((64, 3),)))
    x = convolve(x, ((80, 1),), frame="valid")
    x = smaller(convolve(x, ((192, 3),), frame="valid"))
    for block, channels in enumerate((32, 64, 64)):
        ways = ((64, 1),), ((48, 1), (64, 5)), ((64, 1), (96, 3), (96, 3))
        x = join(
            [*(convolve(x, way) for way in ways), convolve(mean(x), ((channels, 1),))],
            f"mixed{block}",
        )
    x = _halve(x, (((384, 3),), ((64, 1), (96, 3), (96, 3))), "mixed3", convolve, smaller, join)
    for block, n in enumerate((128, 160, 160, 192), start=4):
        ways = (
            ((192, 1),),
            ((n, 1), (n, _ROW), (192, _COLUMN)),
            ((n, 1), (n, _COLUMN), (n, _ROW), (n, _COLUMN), (192, _ROW)),
        )
        x = join(
            [*(convolve(x, way) for way in ways), convolve(mean(x), ((192, 1),))], f"mixed{block}"
        )
    ways = ((192, 1), (320, 3)), ((192, 1), (192, _ROW), (192, _COLUMN), (192, 3))
    x = _halve(x, ways, "mixed8", convolve, smaller, join)
    for block in range(2):
        one = convolve(x, ((320, 1),))
        three = convolve(x, ((384, 1),))
        three = join(
            [convolve(three, ((384, size),)) for size in ((1, 3), (3, 1))], f"mixed9_{block}"
        )
        twice = convolve(x, ((448, 1), (384, 3)))
        twice = join([convolve(twice, ((384, size),)) for size in ((1, 3), (3, 1))], "")
        x = join([one, three, twice, convolve(mean(x), ((192, 1),))], f"mixed{9 + block}")
    return tuple(layers)


def _halve(
    x: Layer,
    ways: tuple[Way, ...],
    name: str,
    convolve: Callable,
    smaller: Callable,
    join: Callable,
) -> Layer:
    """Append a block that halves the map: ways whose last step does, and a pooling."""
    found = [convolve(x, way, stride=2, frame="valid") for way in ways]
    return join([*found, smaller(x)], name)
