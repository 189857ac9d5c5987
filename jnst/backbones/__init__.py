"""The networks whose features the losses read."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from jnst.arrays import Features
from jnst.backbones import vgg


class Backbone(NamedTuple):
    """A network: its layers in order, and `features(params, image, layers, *, pooling)`."""

    layers: tuple[str, ...]
    features: Callable[..., Features]


BACKBONES = {
    name: Backbone(layers, partial(vgg.features, name=name)) for name, layers in vgg.LAYERS.items()
}
