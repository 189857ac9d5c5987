"""ResNet50 (He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", CVPR 2016).

Four groups of 3, 4, 6 and 3 blocks. Each adds to its input what three convolutions (1x1, 3x3, 1x1)
make of it; the first of a group halves the map and widens it. In the paper and in Keras the first
convolution of the three halves, in torchvision the second, and it pads on both sides.
"""

from jnst.backbones.layers import PICTURE, Layer, Table, add, apply, conv, pool

BLOCKS = (3, 4, 6, 3)
"""Number of blocks in each of the four groups (the paper's table 1)."""


def table(*, torchvision: bool = False) -> Table:
    """List the layers of ResNet50."""
    layers = _normalised(PICTURE, "conv1", 64, 7, stride=2, frame=3, relu=True)
    layers.append(pool("max", layers[-1], "pool1_pool", 3, stride=2, frame=1))
    for group, count in enumerate(BLOCKS, start=2):
        for index in range(1, count + 1):
            stride = 2 if index == 1 and group > 2 else 1
            stem, channels = f"conv{group}_block{index}", 2 ** (group + 4)
            layers += _block(layers[-1], stem, channels, stride, index == 1, torchvision)
    return tuple(layers)


def _normalised(
    x: Layer, stem: str, channels: int, size: int = 1, *, stride=1, frame=0, relu: bool
) -> list[Layer]:
    reads = f"{stem}_conv", f"{stem}_bn"
    found = [conv(x, f"{stem}_bn", channels, size, stride=stride, frame=frame, reads=reads)]
    return [*found, apply("relu", found[0], f"{stem}_relu")] if relu else found


def _block(
    x: Layer, stem: str, channels: int, stride: int, widen: bool, torchvision: bool
) -> list[Layer]:
    first, second = (1, stride) if torchvision else (stride, 1)
    shortcut = _normalised(x, f"{stem}_0", 4 * channels, stride=stride, relu=False) * widen
    way = _normalised(x, f"{stem}_1", channels, stride=first, relu=True)
    way += _normalised(way[-1], f"{stem}_2", channels, 3, stride=second, frame=1, relu=True)
    way += _normalised(way[-1], f"{stem}_3", 4 * channels, relu=False)
    total = add(shortcut[0] if shortcut else x, way[-1], f"{stem}_add")
    return [*shortcut, *way, total, apply("relu", total, f"{stem}_out")]
