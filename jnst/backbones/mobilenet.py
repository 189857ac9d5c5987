"""MobileNetV2.

Sandler, Howard, Zhu, Zhmoginov and Chen, "MobileNetV2: Inverted Residuals and Linear Bottlenecks"
(CVPR 2018).

Blocks that widen their input six times, convolve each channel by itself, and narrow it again,
without a rectifier; where the shape stays, they add that to their input. Where a convolution halves
a map, Keras frames it as TensorFlow does, at the end if one pixel is enough; torchvision on both
sides.
"""

from jnst.backbones.layers import PICTURE, Layer, Table, add, apply, conv, depthwise

GROUPS = ((16, 1, 1), (24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1))
"""Channels, blocks, and the stride of the first of them (table 2 of the paper)."""


def table(*, torchvision: bool = False) -> Table:
    """List the layers of MobileNetV2 at its full width."""
    frame = 1 if torchvision else "same"
    stem = conv(PICTURE, "bn_Conv1", 32, 3, stride=2, frame=frame, reads=("Conv1", "bn_Conv1"))
    layers, number = [stem, apply("relu6", stem, "Conv1_relu")], 0
    for channels, count, first in GROUPS:
        for index in range(count):
            layers += _block(layers[-1], number, channels, 1 if index else first, frame)
            number += 1
    last = conv(layers[-1], "Conv_1_bn", 1280, reads=("Conv_1", "Conv_1_bn"))
    return (*layers, last, apply("relu6", last, "out_relu"))


def _block(x: Layer, number: int, channels: int, stride: int, frame: int | str) -> list[Layer]:
    stem = f"block_{number}" if number else "expanded_conv"
    found = []
    if number:  # the first does not widen
        name = f"{stem}_expand"
        found = [conv(x, f"{name}_BN", 6 * x.channels, reads=(name, f"{name}_BN"))]
        found.append(apply("relu6", found[-1], f"{name}_relu"))
    name = f"{stem}_depthwise"
    reads = name, f"{name}_BN"
    wide = found[-1] if found else x
    found.append(depthwise(wide, f"{name}_BN", stride=stride, frame=frame, reads=reads))
    found.append(apply("relu6", found[-1], f"{name}_relu"))
    name = f"{stem}_project"
    found.append(conv(found[-1], f"{name}_BN", channels, reads=(name, f"{name}_BN")))
    if stride == 1 and x.channels == channels:
        found.append(add(x, found[-1], f"{stem}_add"))
    return found
