"""The two ways to compute the same objective: `jax`, by autodiff, and `byhand`, in NumPy."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np

from jnst import objective, optim
from jnst.arrays import Array, Image, Params
from jnst.backbones import BACKBONES
from jnst.byhand import objective as byhand_objective
from jnst.byhand import optim as byhand_optim
from jnst.byhand.backbones import vgg as byhand_vgg
from jnst.byhand.losses import content as byhand_content
from jnst.byhand.losses import gram as byhand_gram
from jnst.losses import content, gram


class Engine(NamedTuple):
    """What the recipe needs to optimise a picture.

    `targets(term, params, image, layers)` computes a term's statistics of a picture by layer,
    `evaluate(constants, image)` the objective and its gradient. `optimizers` maps a name to a
    function of the learning rate. `compiled` says whether the loop should jit.
    """

    targets: Callable[..., Mapping[str, Array]]
    evaluate: Callable[[objective.Constants, Image], Any]
    optimizers: Mapping[str, Callable[[float], Any]]
    compiled: bool


class Losses(NamedTuple):
    """The choices that shape the objective, but are no numbers it could take as arguments."""

    backbone: str
    pooling: str
    content_scale: str
    gram_normalization: str
    style_scale: str
    tv_beta: float


def autodiff(losses: Losses) -> Engine:
    """Build the engine that XLA compiles and `jax.grad` differentiates."""
    extract = partial(BACKBONES[losses.backbone].features, pooling=losses.pooling)
    terms = {
        "content": objective.Term(
            content.statistic, partial(content.distance, scale=losses.content_scale)
        ),
        "style": objective.Term(
            partial(gram.statistic, normalization=losses.gram_normalization),
            partial(gram.distance, scale=losses.style_scale),
        ),
    }

    def targets(term: str, params: Params, image: Image, layers: tuple[str, ...]):
        run = jax.jit(partial(objective.targets, terms[term], extract), static_argnums=2)
        with jax.enable_x64(image.dtype == np.float64):
            return run(params, image, layers)

    evaluate = partial(objective.evaluate, terms, extract, tv_beta=losses.tv_beta)
    return Engine(targets, evaluate, optim.OPTIMIZERS, compiled=True)


def by_hand(losses: Losses) -> Engine:
    """Build the engine that does without JAX: NumPy, and the derivatives of `jnst.byhand`."""
    terms = {
        "content": byhand_objective.Term(
            byhand_content.statistic,
            partial(byhand_content.distance, scale=losses.content_scale),
            byhand_content.statistic_backward,
            partial(byhand_content.distance_backward, scale=losses.content_scale),
        ),
        "style": byhand_objective.Term(
            partial(byhand_gram.statistic, normalization=losses.gram_normalization),
            partial(byhand_gram.distance, scale=losses.style_scale),
            partial(byhand_gram.statistic_backward, normalization=losses.gram_normalization),
            partial(byhand_gram.distance_backward, scale=losses.style_scale),
        ),
    }
    network = {"name": losses.backbone, "pooling": losses.pooling}

    def targets(term: str, params: Any, image: Any, layers: tuple[str, ...]):
        found = byhand_vgg.features(params, image, layers, **network) if layers else {}
        return {layer: terms[term].statistic(found[layer]) for layer in layers}

    evaluate = partial(byhand_objective.evaluate, terms, tv_beta=losses.tv_beta, **network)
    return Engine(targets, evaluate, byhand_optim.OPTIMIZERS, compiled=False)


ENGINES = {"jax": autodiff, "byhand": by_hand}
