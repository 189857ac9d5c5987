"""The total loss and its gradient, from the pixels to the losses and back. No autodiff.

Takes the same constants as `jnst.objective.evaluate`, which does the same by `jax.grad`.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from jnst.byhand.backbones import vgg
from jnst.byhand.losses.tv import total_variation, total_variation_backward


class Term(NamedTuple):
    """A loss on features, with the derivative of each half."""

    statistic: Callable[..., np.ndarray]
    distance: Callable[..., np.floating]
    statistic_backward: Callable[..., np.ndarray]
    distance_backward: Callable[..., np.ndarray]


class Evaluation(NamedTuple):
    """The objective at one picture. The parts, by name, are weighted: they add up to the total."""

    total: np.ndarray | np.floating
    parts: dict[str, np.ndarray | np.floating]
    gradient: np.ndarray


def evaluate(
    terms: Mapping[str, Term],
    constants: Any,
    image: np.ndarray,
    *,
    name: str = "vgg19",
    pooling: str = "max",
    tv_beta: float = 1.0,
) -> Evaluation:
    """Compute the total, its weighted parts, and ∂total/∂image.

    Args:
        terms: the losses on features, by name.
        constants: with the fields `params`, `targets`, `weights`, `tv_weight`, as in
            `jnst.objective.Constants`.
        image: RGB in [0, 1], (1, h, w, 3).
        name: the network.
        pooling: "max" or "avg".
        tv_beta: the exponent β of total variation.

    """
    layers = {layer for targets in constants.targets.values() for layer in targets}
    found = vgg.features(constants.params, image, layers, name=name, pooling=pooling)
    parts, gradients = {}, {}
    for term_name, targets in constants.targets.items():
        term = terms[term_name]
        part = np.zeros((), image.dtype)
        for layer, target in targets.items():
            weight = constants.weights[term_name][layer]
            S = term.statistic(found[layer])
            part = part + weight * term.distance(S, target)
            dS = weight * term.distance_backward(S, target)
            dF = term.statistic_backward(dS, found[layer])
            gradients[layer] = gradients.get(layer, 0) + dF
        parts[term_name] = part
    gradient = vgg.backward(constants.params, found, gradients, pooling=pooling)
    parts["tv"] = constants.tv_weight * total_variation(image, beta=tv_beta)
    gradient = gradient + constants.tv_weight * total_variation_backward(image, beta=tv_beta)
    return Evaluation(sum(parts.values(), np.zeros((), image.dtype)), parts, gradient)
