"""DenseNet121.

Huang, Liu, van der Maaten and Weinberger, "Densely Connected Convolutional Networks" (CVPR 2017).
Four groups of 6, 12, 24 and 16 blocks. Each puts 32 channels more beside those it was given; in
between, a convolution halves the channels and a pooling the map. Normalisation and rectifier come
before each convolution, so that those behind a concatenation stay layers of their own.
"""

from jnst.backbones.layers import PICTURE, Layer, Table, apply, concat, conv, pool, scale

BLOCKS = (6, 12, 24, 16)
"""Number of layers in each of the four dense blocks (the paper's table 1)."""
GROWTH = 32
"""Growth rate, the number of channels that each of these layers adds: the paper's k."""


def table() -> Table:
    """List the layers of DenseNet121."""
    stem = conv(PICTURE, "conv1_bn", 64, 7, stride=2, frame=3, reads=("conv1_conv", "conv1_bn"))
    relu = apply("relu", stem, "conv1_relu")
    layers = [stem, relu, pool("max", relu, "pool1", 3, stride=2, frame=1)]
    for group, count in enumerate(BLOCKS, start=2):
        for index in range(1, count + 1):
            layers += _block(layers[-1], f"conv{group}_block{index}")
        last = "" if group == 5 else f"pool{group}_"
        layers += [bn := scale(layers[-1], f"{last}bn"), relu := apply("relu", bn, f"{last}relu")]
        if last:
            layers.append(conv(relu, f"{last}conv", relu.channels // 2))
            layers.append(pool("avg", layers[-1], f"{last}pool", 2, stride=2))
    return tuple(layers)


def _block(x: Layer, stem: str) -> list[Layer]:
    bn = scale(x, f"{stem}_0_bn")
    relu = apply("relu", bn, f"{stem}_0_relu")
    reads = f"{stem}_1_conv", f"{stem}_1_bn"
    narrow = conv(relu, f"{stem}_1_bn", 4 * GROWTH, reads=reads)
    narrow_relu = apply("relu", narrow, f"{stem}_1_relu")
    new = conv(narrow_relu, f"{stem}_2_conv", GROWTH, 3)
    return [bn, relu, narrow, narrow_relu, new, concat([x, new], f"{stem}_concat")]
