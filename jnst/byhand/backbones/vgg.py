"""VGG16 and VGG19 forward, and backward from gradients at any of their layers to the pixels."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from jnst.byhand.backbones import graph
from jnst.byhand.backbones.graph import INPUT, Layer, Options

CONVOLUTIONS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
"""Convolutions in each of the five blocks."""

preprocess = graph.preprocess
preprocess_backward = graph.preprocess_backward


def table(convolutions: tuple[int, ...]) -> tuple[Layer, ...]:
    """List every layer in order, a chain: conv1_1, relu1_1, conv1_2, relu1_2, pool1, and so on."""
    layers = [Layer(INPUT, "", ())]
    for block, count in enumerate(convolutions, start=1):
        for index in range(1, count + 1):
            layers.append(Layer(f"conv{block}_{index}", "conv", (layers[-1].name,), (3, 3)))
            layers.append(Layer(f"relu{block}_{index}", "relu", (layers[-1].name,)))
        layers.append(Layer(f"pool{block}", "max", (layers[-1].name,), (2, 2), 2, "valid"))
    return tuple(layers[1:])


TABLES = {name: table(convolutions) for name, convolutions in CONVOLUTIONS.items()}
"""Both networks, layer by layer."""


def features(
    params: graph.Params,
    image: np.ndarray,
    layers: Collection[str],
    *,
    name: str = "vgg19",
    **options: Any,
) -> graph.Maps:
    """Compute the maps of every layer up to the deepest of `layers`, in order: see `graph`."""
    return graph.features(TABLES[name], params, image, layers, Options(**options))


def backward(
    params: graph.Params,
    found: Mapping[str, np.ndarray],
    gradients: Mapping[str, np.ndarray],
    *,
    name: str = "vgg19",
    **options: Any,
) -> np.ndarray:
    """Compute ∂E/∂image from ∂E/∂F at the layers where the loss reads features: see `graph`."""
    return graph.backward(TABLES[name], params, found, gradients, Options(**options))
