"""SqueezeNet 1.1.

Iandola, Han, Moskewicz, Ashraf, Dally and Keutzer (arXiv:1602.07360), in its authors' release 1.1.
Eight "fire" blocks: a 1x1 convolution narrows the map, a 1x1 and a 3x3 convolution side by side
widen it again. The names are those of its Keras version. Poolings leave out what is left over at
the edge; in torchvision they do not.
"""

from jnst.backbones.layers import PICTURE, Layer, Table, apply, concat, conv, pool

FIRES = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))
"""Channels of each block in between, and of each of its two halves: fire2 to fire9."""


def table(*, torchvision: bool = False) -> Table:
    """List the layers of SqueezeNet 1.1, without its classifier."""
    frame = "ceil" if torchvision else "valid"
    first = conv(PICTURE, "conv1", 64, 3, stride=2, frame="valid")
    layers = [first, relu := apply("relu", first, "relu_conv1")]
    layers.append(pool("max", relu, "pool1", 3, stride=2, frame=frame))
    for number, (narrow, wide) in enumerate(FIRES, start=2):
        layers += _fire(layers[-1], f"fire{number}", narrow, wide)
        if number in (3, 5):
            layers.append(pool("max", layers[-1], f"pool{number}", 3, stride=2, frame=frame))
    return tuple(layers)


def _fire(x: Layer, stem: str, narrow: int, wide: int) -> list[Layer]:
    def rectified(x: Layer, name: str, channels: int, size: int) -> list[Layer]:
        found = conv(x, f"{stem}/{name}", channels, size)
        return [found, apply("relu", found, f"{stem}/relu_{name}")]

    squeezed = rectified(x, "squeeze1x1", narrow, 1)
    one = rectified(squeezed[-1], "expand1x1", wide, 1)
    three = rectified(squeezed[-1], "expand3x3", wide, 3)
    return [*squeezed, *one, *three, concat([one[-1], three[-1]], f"{stem}/concat")]
