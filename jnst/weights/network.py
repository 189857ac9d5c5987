"""A network with its weights, as far as some of its layers need them, and what it can see."""

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from jnst.arrays import Params
from jnst.backbones import graph
from jnst.backbones.checks import check_layers
from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError, check_choice
from jnst.weights import store
from jnst.weights.untrained import untrained

PREFERRED = ("inception_v3", "vgg19")
"""The network for looking into: the first whose weights are there. Those of the last come along."""
WEIGHTS: Mapping[str, Callable[[str], Params]] = {
    "trained": store.load,
    "normalized": functools.partial(store.load, normalized=True),
    "random": untrained,
}
"""Kinds of weights by name: functions from a network's name to its weights."""


class Network(NamedTuple):
    """A name in `BACKBONES`, and the weights that the chosen layers need, no others."""

    name: str
    params: Params


def default_backbone() -> str:
    """Return the first of `PREFERRED` for which there is a file of weights."""
    return next((name for name in PREFERRED if store.find(name)), PREFERRED[-1])


def open_network(backbone: str, layers: Iterable[str], *, weights: str = "trained") -> Network:
    """Read the weights of a network, and keep those that `layers` need.

    Args:
        backbone: a name in `BACKBONES`.
        layers: names of its layers.
        weights: a name in `WEIGHTS`.

    Raises:
        InputError: for an unknown name, and where the weights are missing, broken, or end before
            one of the layers.

    """
    layers = tuple(layers)
    check_layers(backbone, layers)
    params = WEIGHTS[check_choice("weights", weights, WEIGHTS)](backbone)
    table = BACKBONES[backbone].table
    for layer in layers:
        if graph.lacking(table, params, layer):
            maps = [one.name for one in table if one.op not in ("max", "avg", "framed avg")]
            there = [name for name in maps if not graph.lacking(table, params, name)]
            raise InputError(
                f"the weights of {backbone} that are here end before {layer}; the last layer that "
                f"they reach is {there[-1] if there else 'none'}"
            )
    needed = {graph.INPUT, *(layer.name for layer in graph.needed(table, layers))}
    return Network(backbone, {name: params[name] for name in params if name in needed})
