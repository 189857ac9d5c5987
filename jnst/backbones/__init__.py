"""The networks whose features the losses read."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from jnst.arrays import Features
from jnst.backbones import vgg
from jnst.nn import Geometry


class Backbone(NamedTuple):
    """A network: its layers in order, `features(params, image, layers, …)`, and the geometry."""

    layers: tuple[str, ...]
    features: Callable[..., Features]
    geometry: Mapping[str, Geometry]


BACKBONES = {
    name: Backbone(layers, partial(vgg.features, name=name), vgg.geometry(layers))
    for name, layers in vgg.LAYERS.items()
}
