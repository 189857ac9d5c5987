"""What is minimised: weighted losses on a network's features, as a function of the picture.

L_total = α · L_content + β · L_style + γ · R (Gatys et al., CVPR 2016, equation 7, with the total
variation of Mahendran and Vedaldi), each L a weighted sum over layers.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jnst.arrays import Array, FeatureMap, Features, Image, Params, Scalar
from jnst.losses.tv import total_variation

Extract = Callable[..., Features]
"""`(params, image, layers) -> features`, as `jnst.backbones.vgg.features`."""


class Term(NamedTuple):
    """A loss on features: a statistic of one layer's map, and a distance between two of them."""

    statistic: Callable[[FeatureMap], Array]
    distance: Callable[[Array, Array], Scalar]


class Constants(NamedTuple):
    """Everything that the objective holds fixed. Passed as an argument, so no weight is baked in.

    `targets` and `weights` go by the name of the term, then of the layer; both have the same keys.
    """

    params: Params
    targets: Mapping[str, Mapping[str, Array]]
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
    """Compute one term's statistic of a picture in each of `layers`, by layer."""
    features = extract(params, image, layers)
    return {layer: term.statistic(features[layer]) for layer in layers}


def loss(
    terms: Mapping[str, Term],
    extract: Extract,
    constants: Constants,
    image: Image,
    *,
    tv_beta: float = 1.0,
) -> tuple[Scalar, dict[str, Scalar]]:
    """Compute the total and its weighted parts: one for each term, and `tv`.

    Args:
        terms: the losses on features, by name.
        extract: the network.
        constants: its weights, the targets, the weights of the terms.
        image: the picture, RGB in [0, 1].
        tv_beta: the exponent β of total variation.

    """
    features = extract(constants.params, image, layers_of(constants.targets))
    parts = {}
    for name, targets in constants.targets.items():
        statistic, distance = terms[name]
        parts[name] = sum(
            (
                constants.weights[name][layer] * distance(statistic(features[layer]), target)
                for layer, target in targets.items()
            ),
            start=jnp.zeros((), image.dtype),
        )
    parts["tv"] = constants.tv_weight * total_variation(image, beta=tv_beta)
    return sum(parts.values(), start=jnp.zeros((), image.dtype)), parts


def evaluate(
    terms: Mapping[str, Term],
    extract: Extract,
    constants: Constants,
    image: Image,
    *,
    tv_beta: float = 1.0,
) -> Evaluation:
    """Compute `loss` and its gradient with respect to the picture, by `jax.grad`.

    `jnst.byhand.objective.evaluate` computes the same by the derivatives written out.
    """

    def of_image(image: Image):
        return loss(terms, extract, constants, image, tv_beta=tv_beta)

    (total, parts), gradient = jax.value_and_grad(of_image, has_aux=True)(image)
    return Evaluation(total, parts, gradient)
