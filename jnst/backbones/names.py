"""The names of the feature networks, for settings: `jnst.backbones.tables` has what they are."""

from typing import Literal

Backbone = Literal[
    "vgg19",
    "vgg16",
    "resnet50",
    "resnet50-torchvision",
    "densenet121",
    "inception_v3",
    "inception_v3-torchvision",
    "mobilenet_v2",
    "mobilenet_v2-torchvision",
    "squeezenet1_1",
    "squeezenet1_1-torchvision",
]
"""Names of feature networks."""
