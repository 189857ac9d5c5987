"""What is minimised: weighted losses on a network's features, as a function of the picture.

L_total = α · L_content + β · L_style + γ · R (Gatys et al., CVPR 2016, equation 7, with the total
variation of Mahendran and Vedaldi), each L a weighted sum over layers.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jnst.arrays import Array, FeatureMap, Features, Image, Params, Scalar

Extract = Callable[..., Features]
"""`(params, image, layers) -> features`, as `jnst.backbones.vgg.features`."""


class Term(NamedTuple):
    """A loss on features: a statistic of one layer's map, and its distance to a target.

    The target is what `target` keeps of the statistic of the picture to match.
    """

    statistic: Callable[[FeatureMap], Any]
    distance: Callable[[Any, Any], Scalar]
    target: Callable[[Any], Any] = lambda statistic: statistic


class Terms(NamedTuple):
    """The objective's parts: losses on features, by name, and one on the picture itself."""

    features: Mapping[str, Term]
    tv: Callable[[Image], Scalar]


class Constants(NamedTuple):
    """Everything that the objective holds fixed. Passed as an argument, so no weight is baked in.

    `targets` and `weights` go by the name of the term, then of the layer; both have the same keys.
    """

    params: Params
    targets: Mapping[str, Mapping[str, Any]]
    weights: Mapping[str, Mapping[str, Array | float]]
    tv_weight: Array | float


class Evaluation(NamedTuple):
    """The objective at one picture. The parts, by name, are weighted: they add up to the total."""

    total: Scalar
    parts: dict[str, Scalar]
    gradient: Image


def layers_of(by_term: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """List the layers that any term needs, each once, in a fixed order."""
    return tuple(sorted({layer for layers in by_term.values() for layer in layers}))


def targets(term: Term, extract: Extract, params: Params, image: Image, layers: tuple[str, ...]):
    """Compute one term's target, in each of `layers`, of the picture to match."""
    features = extract(params, image, layers)
    return {layer: term.target(term.statistic(features[layer])) for layer in layers}


def loss(
    terms: Terms, extract: Extract, constants: Constants, image: Image
) -> tuple[Scalar, dict[str, Scalar]]:
    """Compute the total and its weighted parts: one for each term, and `tv`.

    Args:
        terms: the losses.
        extract: the network.
        constants: its weights, the targets, the weights of the terms.
        image: the picture, RGB in [0, 1].

    """
    features = extract(constants.params, image, layers_of(constants.targets))
    parts = {}
    for name, targets in constants.targets.items():
        term = terms.features[name]
        parts[name] = sum(
            (
                constants.weights[name][layer]
                * term.distance(term.statistic(features[layer]), target)
                for layer, target in targets.items()
            ),
            start=jnp.zeros((), image.dtype),
        )
    parts["tv"] = constants.tv_weight * terms.tv(image)
    return sum(parts.values(), start=jnp.zeros((), image.dtype)), parts


def evaluate(terms: Terms, extract: Extract, constants: Constants, image: Image) -> Evaluation:
    """Compute `loss` and its gradient with respect to the picture, by `jax.grad`.

    `jnst.byhand.objective.evaluate` computes the same by the derivatives written out.
    """
    of_image = jax.value_and_grad(partial(loss, terms, extract, constants), has_aux=True)
    (total, parts), gradient = of_image(image)
    return Evaluation(total, parts, gradient)
