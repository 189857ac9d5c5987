"""The total loss and its gradient, from the pixels to the losses and back. No autodiff.

Takes the same constants as `jnst.losses.objective.evaluate`, which does the same by `jax.grad`.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np


class Network(NamedTuple):
    """`features(params, image, layers)` and `backward(params, found, gradients)`."""

    features: Callable[..., Any]
    backward: Callable[..., np.ndarray]


class Term(NamedTuple):
    """A loss on features, with the derivative of each half."""

    statistic: Callable[..., Any]
    distance: Callable[..., np.floating]
    statistic_backward: Callable[..., np.ndarray]
    distance_backward: Callable[..., Any]
    target: Callable[[Any], Any] = lambda statistic: statistic


class PictureTerm(NamedTuple):
    """A loss on the picture itself, `loss(picture, target)`, and its derivative, `backward`."""

    loss: Callable[[np.ndarray, Any], np.floating]
    backward: Callable[[np.ndarray, Any], np.ndarray]


class Terms(NamedTuple):
    """The objective's losses by name: on features, and on the picture itself."""

    features: Mapping[str, Term]
    picture: Mapping[str, PictureTerm]
    normalize_gradients: bool = False


class Evaluation(NamedTuple):
    """The objective at one picture. The parts, by name, are weighted: they add up to the total."""

    total: np.ndarray | np.floating
    parts: dict[str, np.ndarray | np.floating]
    gradient: np.ndarray


def statistic(term: Term, features: np.ndarray, region: np.ndarray | None) -> Any:
    """Compute the term's statistic of a map, of all positions or weighted by `region`."""
    return term.statistic(features) if region is None else term.statistic(features, region)


def targets(
    term: Term,
    network: Network,
    params: Any,
    image: np.ndarray,
    regions: Mapping[str, np.ndarray | None],
) -> dict[str, Any]:
    """Compute one term's target of the picture to match, for each layer that `regions` names."""
    found = network.features(params, image, regions) if regions else {}
    return {
        layer: term.target(statistic(term, found[layer], region))
        for layer, region in regions.items()
    }


def evaluate(terms: Terms, network: Network, constants: Any, image: np.ndarray) -> Evaluation:
    """Compute the total, its weighted parts, and ∂total/∂image.

    Args:
        terms: the losses.
        network: the network, forward and backward.
        constants: with the fields `params`, `goals`, `picture_goals`, as
            `jnst.losses.objective.Constants`.
        image: RGB in [0, 1], (1, h, w, 3).

    """
    layers = {layer for by_layer in constants.goals.values() for layer in by_layer}
    found = network.features(constants.params, image, layers)
    parts, gradients = {}, {}
    for name, by_layer in constants.goals.items():
        term, part = terms.features[name], np.zeros((), image.dtype)
        for layer, goals in by_layer.items():
            for goal in goals:
                S = statistic(term, found[layer], goal.region)
                part = part + goal.weight * term.distance(S, goal.target)
                dS = term.distance_backward(S, goal.target)
                region = () if goal.region is None else (goal.region,)
                dF = term.statistic_backward(dS, found[layer], *region)
                if terms.normalize_gradients and dF.any():
                    dF = dF / np.sum(np.abs(dF))
                gradients[layer] = gradients.get(layer, 0) + goal.weight * dF
        parts[name] = part
    gradient = network.backward(constants.params, found, gradients)
    for name, goal in constants.picture_goals.items():
        term = terms.picture[name]
        parts[name] = goal.weight * term.loss(image, goal.target)
        gradient = gradient + goal.weight * term.backward(image, goal.target)
    return Evaluation(sum(parts.values(), np.zeros((), image.dtype)), parts, gradient)
