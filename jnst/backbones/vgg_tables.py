"""The tables of VGG16 and VGG19, which `jnst.backbones.vgg` computes."""

from collections.abc import Mapping

from jnst.backbones.layers import PICTURE, Geometry, Table, apply, conv, pool

CONVOLUTIONS: Mapping[str, tuple[int, ...]] = {
    "vgg16": (2, 2, 3, 3, 3),
    "vgg19": (2, 2, 4, 4, 4),
}
"""Convolutions in each of the five blocks: the whole difference between the two networks."""
CHANNELS = (64, 128, 256, 512, 512)
"""Number of channels of the convolutions in each block."""


def table(convolutions: tuple[int, ...]) -> Table:
    """List every layer in order: conv1_1, relu1_1, conv1_2, relu1_2, pool1, and so on."""
    layers, x = [], PICTURE
    for block, count in enumerate(convolutions, start=1):
        for index in range(1, count + 1):
            x = conv(x, f"conv{block}_{index}", CHANNELS[block - 1], 3)
            layers += [x, x := apply("relu", x, f"relu{block}_{index}")]
        layers.append(x := pool("max", x, f"pool{block}", 2, stride=2))
    return tuple(layers)


TABLES = {name: table(convolutions) for name, convolutions in CONVOLUTIONS.items()}
"""Both networks, layer by layer."""
LAYERS = {name: tuple(layer.name for layer in layers) for name, layers in TABLES.items()}
"""The names of their layers, in order."""


def geometry(layers: tuple[str, ...]) -> dict[str, Geometry]:
    """Compute stride and reach of each layer: a 3x3 convolution sees one position further."""
    found, stride, reach = {}, 1, 0
    for layer in layers:
        if layer.startswith("conv"):
            reach += stride
        elif layer.startswith("pool"):
            stride *= 2
        found[layer] = Geometry(stride, reach)
    return found
