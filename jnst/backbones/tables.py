"""The networks whose features the losses read."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from jnst.backbones import densenet, inception, mobilenet, resnet, squeezenet, vgg_tables
from jnst.backbones.layers import Geometry, Table


class Backbone(NamedTuple):
    """A network: its table, and its layers in order.

    `content` and `style` name the layers that suit these losses. `geometry` is that of each layer,
    where maps of a part of a picture are parts of the maps of the whole; None where they are not.
    """

    table: Table
    layers: tuple[str, ...]
    content: tuple[str, ...]
    style: tuple[str, ...]
    geometry: Mapping[str, Geometry] | None = None

    @property
    def features(self) -> Callable[..., Any]:
        """What computes its feature maps: `jnst.backbones.graph.features` of its table."""
        from jnst.backbones import graph  # here: it imports JAX, which names of layers need not

        return partial(graph.features, self.table)


_VGG_STYLE = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
SUITING: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "resnet50": (
        ("conv4_block2_out",),
        ("conv1_relu", "conv2_block3_out", "conv3_block4_out", "conv4_block6_out"),
    ),
    "densenet121": (
        ("pool4_relu",),
        ("conv1_relu", "pool2_relu", "pool3_relu", "pool4_relu"),
    ),
    "inception_v3": (
        ("mixed3",),
        ("activation_2", "activation_4", "mixed2", "mixed4"),
    ),
    "mobilenet_v2": (
        ("block_6_expand_relu",),
        ("Conv1_relu", "block_1_expand_relu", "block_3_expand_relu", "block_6_expand_relu"),
    ),
    "squeezenet1_1": (
        ("fire5/concat",),
        ("relu_conv1", "fire3/concat", "fire5/concat", "fire7/concat"),
    ),
}
"""Content layers and style layers of the networks that are not VGG."""


def _other(name: str, table: Table) -> Backbone:
    layers, (content, style) = tuple(layer.name for layer in table), SUITING[name]
    return Backbone(table, layers, content, style)


BACKBONES = {
    name: Backbone(
        vgg_tables.TABLES[name],
        layers,
        ("relu4_2",),
        _VGG_STYLE,
        vgg_tables.geometry(layers),
    )
    for name, layers in vgg_tables.LAYERS.items()
} | {
    "resnet50": _other("resnet50", resnet.table()),
    "resnet50-torchvision": _other("resnet50", resnet.table(torchvision=True)),
    "densenet121": _other("densenet121", densenet.table()),
    "inception_v3": _other("inception_v3", inception.table()),
    "inception_v3-torchvision": _other("inception_v3", inception.table(torchvision=True)),
    "mobilenet_v2": _other("mobilenet_v2", mobilenet.table()),
    "mobilenet_v2-torchvision": _other("mobilenet_v2", mobilenet.table(torchvision=True)),
    "squeezenet1_1": _other("squeezenet1_1", squeezenet.table()),
    "squeezenet1_1-torchvision": _other("squeezenet1_1", squeezenet.table(torchvision=True)),
}
"""By name. What torchvision trained has a name of its own where its network is another one."""
