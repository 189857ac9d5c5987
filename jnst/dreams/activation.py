"""Objectives of a dream: how strongly layers of a network respond to a picture.

F is the map of one layer, M positions and N channels. A. Mordvintsev, C. Olah and M. Tyka,
"Inceptionism: Going Deeper into Neural Networks" (Google Research Blog, 2015), and their notebook
(google/deepdream). They add up over positions; here it is the mean, so that weights of layers mean
the same whatever the size of their maps.
"""

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, FeatureMap, Features, Scalar

AT_ONCE = 1024
"""Number of positions that are compared with the guide at a time."""
Targets = Mapping[str, Float[Array, "1 _ _ _"]]
"""The maps of a guide, by layer; none without a guide."""


class Aim(NamedTuple):
    """Objective of a dream: layers, their weights, and the channels of each (none for all).

    `objective` is a name in `OBJECTIVES`; where there is a guide, the guide decides instead.
    """

    layers: tuple[str, ...]
    weights: tuple[float, ...]
    channels: tuple[tuple[int, ...], ...]
    objective: str = "squares"


def squares(features: FeatureMap) -> Scalar:
    """Compute E = Σ F² / (2 M N): what responds already shall respond more. ∂E/∂F = F / (M N)."""
    return jnp.mean(features**2) / 2


def mean(features: FeatureMap) -> Scalar:
    """Compute E = Σ F / (M N): all shall respond, whether they do or not. ∂E/∂F = 1 / (M N)."""
    return jnp.mean(features)


def guided(features: FeatureMap, target: Float[Array, "1 h2 w2 c"]) -> Scalar:
    """Compute E = Σ_p max_q F_p · G_q / (M N): each position takes after the best of the guide's.

    Its derivative is ∂E/∂F_p = G_q* / (M N), q* the position of the guide with the largest dot
    product: the notebook's `objective_guide`.

    Args:
        features: F, [1, h, w, c].
        target: G, the guide's map in the same layer; of any height and width.

    """
    channels = features.shape[-1]
    rows = target.reshape(-1, channels)
    # Not all products at once, nor kept for the derivative: of early layers they fill the memory.
    best = jax.checkpoint(lambda position: jnp.max(rows @ position))
    found = jax.lax.map(best, features.reshape(-1, channels), batch_size=AT_ONCE)
    return jnp.mean(found) / channels


OBJECTIVES = {"squares": squares, "mean": mean}
"""Functions of a map, by name."""


def total(aim: Aim, maps: Features, targets: Targets) -> tuple[Scalar, dict[str, Scalar]]:
    """Compute Σ_l w_l E_l over the layers, and each w_l E_l by itself.

    Args:
        aim: what to increase.
        maps: F by layer, at least those of the aim.
        targets: G by layer, all channels, or nothing.

    """
    parts = {}
    for layer, weight, channels in zip(*aim[:3], strict=True):
        chosen = list(channels) or slice(None)
        features = maps[layer][..., chosen]
        if targets:
            value = guided(features, targets[layer][..., chosen])
        else:
            value = OBJECTIVES[aim.objective](features)
        parts[layer] = weight * value
    return sum(parts.values(), jnp.zeros((), maps[aim.layers[0]].dtype)), parts
