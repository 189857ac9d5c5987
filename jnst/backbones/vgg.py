"""VGG16 and VGG19 (Simonyan and Zisserman, arXiv:1409.1556): one table, one engine.

Convolutions are 3x3 with zero padding, each followed by a rectifier; each block ends in 2x2
pooling. Layers carry the names of the Caffe originals: `conv4_2` is the map before the rectifier,
`relu4_2` the one after it, `pool4` the pooled end of block 4. The fully connected layers are left
out: style transfer uses none of them.

Papers that write 'conv4_2' nearly always mean what is called `relu4_2` here, because the Caffe
network rectified in place.
"""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from jnst.arrays import Features, Image, Params
from jnst.backbones import graph, nn
from jnst.backbones.layers import PICTURE, apply, conv, pool
from jnst.errors import check_choice

preprocess = graph.preprocess

CONVOLUTIONS: Mapping[str, tuple[int, ...]] = {
    "vgg16": (2, 2, 3, 3, 3),
    "vgg19": (2, 2, 4, 4, 4),
}
"""Convolutions in each of the five blocks: the whole difference between the two networks."""
CHANNELS = (64, 128, 256, 512, 512)
"""Number of channels of the convolutions in each block."""
MEAN = np.array([103.939, 116.779, 123.68], np.float32).reshape(1, 1, 1, 3)
"""ImageNet's, of blue, green and red in 0..255."""


def table(convolutions: tuple[int, ...]) -> graph.Table:
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


def geometry(layers: tuple[str, ...]) -> dict[str, nn.Geometry]:
    """Compute stride and reach of each layer: a 3x3 convolution sees one position further."""
    found, stride, reach = {}, 1, 0
    for layer in layers:
        if layer.startswith("conv"):
            reach += stride
        elif layer.startswith("pool"):
            stride *= 2
        found[layer] = nn.Geometry(stride, reach)
    return found


def features(
    params: Params,
    image: Image,
    layers: Collection[str],
    *,
    name: str = "vgg19",
    **options: Any,
) -> Features:
    """Compute the feature maps of `layers` for one picture, and nothing deeper than the deepest.

    `name` is "vgg16" or "vgg19"; all else as in `graph.features`. A map has the size of the
    picture, divided by 2 for each pooling passed, rounded down. Raises `InputError` for an unknown
    network, layer, kind of pooling, padding or precision.
    """
    order = LAYERS[check_choice("network", name, LAYERS)]
    for layer in layers:
        check_choice(f"layer of {name}", layer, order)
    return graph.features(TABLES[name], params, image, layers, **options)
