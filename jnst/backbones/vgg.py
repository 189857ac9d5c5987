"""VGG16 and VGG19 (Simonyan and Zisserman, arXiv:1409.1556): one table, one engine.

Convolutions are 3x3 with zero padding, each followed by a rectifier; each block ends in 2x2
pooling. Layers carry the names of the Caffe originals: `conv4_2` is the map before the rectifier,
`relu4_2` the one after it, `pool4` the pooled end of block 4. The fully connected layers are left
out: style transfer uses none of them.

Papers that write 'conv4_2' nearly always mean what is called `relu4_2` here, because the Caffe
network rectified in place.
"""

from collections.abc import Collection
from typing import Any

import numpy as np

from jnst.arrays import Features, Image, Params
from jnst.backbones import graph
from jnst.backbones.vgg_tables import LAYERS, TABLES
from jnst.errors import check_choice

preprocess = graph.preprocess

MEAN = np.array([103.939, 116.779, 123.68], np.float32).reshape(1, 1, 1, 3)
"""ImageNet's, of blue, green and red in 0..255."""


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
