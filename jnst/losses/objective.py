"""Weighted losses on a network's features and on the picture, as one function of the picture.

L_total = α · L_content + β · L_style + γ · R (Gatys et al., CVPR 2016, equation 7, with the total
variation of Mahendran and Vedaldi), each L a weighted sum over layers.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jnst.arrays import Array, FeatureMap, Features, Image, Params, Scalar

Extract = Callable[..., Features]
"""`(params, image, layers) -> features`, as `jnst.backbones.vgg.features`."""


class Term(NamedTuple):
    """A loss on features: a statistic of one layer's map, and its distance to a target.

    The target is what `target` keeps of the statistic of the picture to match. Where the loss can
    be guided, `statistic` takes a region after the map.

    For `jnst.engines.tiling`: where the statistic is a sum over positions, it can be computed of
    parts, as `statistic(features, region, whole=positions)`. Where it is the map itself,
    `part(features, target, region)` is a sum that `of_parts(sum, target)` makes the distance of.
    """

    statistic: Callable[..., Any]
    distance: Callable[[Any, Any], Scalar]
    target: Callable[[Any], Any] = lambda statistic: statistic
    part: Callable[..., Any] | None = None
    of_parts: Callable[..., Scalar] | None = None


PictureTerm = Callable[[Image, Any], Scalar]
"""A loss on the picture itself, `(picture, target) -> scalar`; it may have no use for a target."""


class Terms(NamedTuple):
    """The objective's losses by name: on features, and on the picture itself.

    No name is in both tables. With `normalize_gradients` the derivative of each layer's loss is
    scaled; see `unit_gradient`.
    """

    features: Mapping[str, Term]
    picture: Mapping[str, PictureTerm]
    normalize_gradients: bool = False


class Goal(NamedTuple):
    """A layer's target, what the distance to it counts, and where it applies.

    `region` weighs the positions of the map and has mean 1; None weighs all alike.
    """

    target: Any
    weight: Array | float
    region: Array | None = None


class PictureGoal(NamedTuple):
    """Goal of a loss on the picture: its weight, and its target, any pytree or None."""

    weight: Array | float
    target: Any = None


class Constants(NamedTuple):
    """Everything that the objective holds fixed, as one argument: nothing is baked into a program.

    `goals` go by the name of the term, then of the layer. A layer may have several: one for each
    style picture, or each region. `picture_goals` go by the name of the term. Terms without a goal
    are not computed.
    """

    params: Params
    goals: Mapping[str, Mapping[str, Sequence[Goal]]]
    picture_goals: Mapping[str, PictureGoal]
    offset: Array | None = None
    """Rows and columns by which the picture is shifted before it is seen; `losses.jitter`."""


class Evaluation(NamedTuple):
    """The objective at one picture. The parts, by name, are weighted: they add up to the total."""

    total: Scalar
    parts: dict[str, Scalar]
    gradient: Image


def layers_of(by_term: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """List the layers that any term needs, each once, in a fixed order."""
    return tuple(sorted({layer for layers in by_term.values() for layer in layers}))


def statistic(term: Term, features: FeatureMap, region: Array | None) -> Any:
    """Compute the term's statistic of a map, of all positions or weighted by `region`."""
    return term.statistic(features) if region is None else term.statistic(features, region)


def targets(
    term: Term, extract: Extract, params: Params, image: Image, regions: Mapping[str, Array | None]
) -> dict[str, Any]:
    """Compute one term's target of the picture to match, for each layer that `regions` names."""
    features = extract(params, image, tuple(regions))
    return {
        layer: term.target(statistic(term, features[layer], region))
        for layer, region in regions.items()
    }


@jax.custom_vjp
def unit_gradient(features: FeatureMap, weight: Array | float) -> FeatureMap:
    """Return `features`; the derivative that comes back is scaled to Σ|·| = `weight`.

    As neural-style's `-normalize_gradients`: each layer then pulls at the picture as hard as its
    weight says, however large its loss. What results is the gradient of no function: optimizers
    that trust the total, as SciPy's L-BFGS does in its line search, do badly with it.
    """
    return features


def _unit_forward(features: FeatureMap, weight: Array | float):
    return features, weight


def _unit_backward(weight: Array | float, cotangent: Array):
    norm = jnp.sum(jnp.abs(cotangent))
    return cotangent * (weight / jnp.where(norm == 0, 1, norm)), None


unit_gradient.defvjp(_unit_forward, _unit_backward)


def picture_parts(terms: Terms, constants: Constants, image: Image) -> dict[str, Scalar]:
    """Compute the weighted losses on the picture itself, by name."""
    return {
        name: goal.weight * terms.picture[name](image, goal.target)
        for name, goal in constants.picture_goals.items()
    }


def loss(
    terms: Terms, extract: Extract, constants: Constants, image: Image
) -> tuple[Scalar, dict[str, Scalar]]:
    """Compute the total and its weighted parts, one for each term.

    Args:
        terms: the losses.
        extract: the network.
        constants: its weights, and what each layer and the picture are to match.
        image: the picture, RGB in [0, 1].

    """
    features = extract(constants.params, image, layers_of(constants.goals))

    def part(term: Term, layer: str, goal: Goal) -> Scalar:
        F = features[layer]
        if terms.normalize_gradients:
            F = unit_gradient(F, goal.weight)
        return goal.weight * term.distance(statistic(term, F, goal.region), goal.target)

    parts = {
        name: sum(
            (
                part(terms.features[name], layer, goal)
                for layer, goals in layers.items()
                for goal in goals
            ),
            start=jnp.zeros((), image.dtype),
        )
        for name, layers in constants.goals.items()
    }
    parts |= picture_parts(terms, constants, image)
    return sum(parts.values(), start=jnp.zeros((), image.dtype)), parts


def evaluate(terms: Terms, extract: Extract, constants: Constants, image: Image) -> Evaluation:
    """Compute `loss` and its gradient with respect to the picture, by `jax.grad`.

    `jnst.byhand.losses.objective.evaluate` computes the same by the derivatives written out.
    """
    of_image = jax.value_and_grad(partial(loss, terms, extract, constants), has_aux=True)
    (total, parts), gradient = of_image(image)
    return Evaluation(total, parts, gradient)
