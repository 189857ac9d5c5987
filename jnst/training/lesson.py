"""What a network is to learn: measured once, from the paintings and the settings."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from jnst.arrays import AnyPicture, Params
from jnst.engines.build import engine
from jnst.pictures import resizing
from jnst.training.objective import Lesson
from jnst.training.settings import Settings
from jnst.transfer.sizes import check_large_enough
from jnst.weights.network import open_network
from jnst.xla import own_switches


@own_switches
def measure(
    paintings: Sequence[AnyPicture] | None, settings: Settings, *, teacher: Params | None = None
) -> Lesson:
    """Read the loss network, and measure the paintings by it.

    Args:
        paintings: one for each style; none at all where no style is learnt, and None where each
            photograph comes with a painting.
        settings: of the training.
        teacher: parameters of the network that shows what to paint.

    Raises:
        InputError: where the network's weights are missing, and for a painting that is too small.

    """
    losses = settings.losses
    resolved = losses.resolved
    machine = engine("jax", resolved.objective)
    params = open_network(losses.backbone, resolved.layers, weights=losses.weights).params
    everywhere = dict.fromkeys(resolved.style_layers)
    found = []
    for painting in paintings or ():
        if settings.style_size is not None:
            painting = resizing.fit(painting, settings.style_size)
        height, width = painting.shape[1:3]
        check_large_enough("style", height, width, resolved.style_layers, losses)
        found.append(machine.targets("style", params, painting, everywhere))
    shares = resolved.style_layer_weights
    weights = [losses.style_weight * share / sum(shares) for share in shares]
    return Lesson(
        params=machine.prepare(params),
        content=_each(resolved.content_layers, losses.content_weight),
        styles={}
        if (paintings is not None and not found) or not losses.style_weight
        else {
            layer: (weight, _stacked([targets[layer] for targets in found]) if found else None)
            for layer, weight in zip(resolved.style_layers, weights, strict=True)
        },
        picture={name: goal for name, goal in resolved.picture_goals.items() if goal.weight},
        pixels=settings.pixel_weight or None,
        teacher=teacher,
    )


def _each(layers: Sequence[str], weight: float) -> dict[str, float]:
    """Share a weight among layers; what has none is not computed."""
    return dict.fromkeys(layers, weight / len(layers)) if weight else {}


def _stacked(targets: Sequence[Any]) -> Any:
    """Put the targets of several styles one behind the other."""
    return jax.tree.map(lambda *arrays: jnp.stack(arrays), *targets)
