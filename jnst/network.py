"""A network with its weights, as far as some of its layers need them.

For what looks at a network's own layers, whichever network it is: dreams and visualisations.
"""

import difflib
from collections.abc import Iterable
from typing import NamedTuple

from jnst.arrays import InputError, Params, check_choice
from jnst.backbones import BACKBONES, graph, weights

PREFERRED = ("inception_v3", "vgg19")
"""The default network: the first whose weights are there. Those of the last come along."""


class Network(NamedTuple):
    """A name in `BACKBONES`, and the weights that the chosen layers need, no others."""

    name: str
    params: Params


def default_backbone() -> str:
    """Return the first of `PREFERRED` for which there is a file of weights."""
    for name in PREFERRED[:-1]:
        if any((folder / f"{name}.h5").is_file() for folder in weights.folders()):
            return name
    return PREFERRED[-1]


def check_layers(backbone: str, layers: Iterable[str]) -> None:
    """Raise an `InputError` for an unknown network or layer; it names layers that are spelt alike.

    It does not list all: some networks have hundreds.
    """
    known = BACKBONES[check_choice("backbone", backbone, BACKBONES)].layers
    for layer in layers:
        if layer not in known:
            near = difflib.get_close_matches(layer, known, cutoff=0.0)
            raise InputError(
                f"unknown layer of {backbone} {layer!r}; the nearest names are {', '.join(near)}; "
                "--list layers lists all"
            )


def open_network(backbone: str, layers: Iterable[str]) -> Network:
    """Read the weights of a network, and keep those that `layers` need.

    Raises:
        InputError: for an unknown network or layer, and where its weights are missing, broken, or
            end before the layer.

    """
    layers = tuple(layers)
    check_layers(backbone, layers)
    table, params = BACKBONES[backbone].table, weights.load(backbone)
    for layer in layers:
        if _missing(table, params, layer):
            maps = [one.name for one in table if one.op not in ("max", "avg", "framed avg")]
            there = [name for name in maps if not _missing(table, params, name)]
            raise InputError(
                f"the weights of {backbone} do not reach layer {layer}; the last layer that they "
                f"reach is {there[-1] if there else 'none'}"
            )
    needed = {graph.INPUT, *(layer.name for layer in graph.needed(table, layers))}
    return Network(backbone, {name: params[name] for name in params if name in needed})


def check_room(backbone: str, layers: Iterable[str], height: int, width: int) -> None:
    """Raise an `InputError` where a picture of this size leaves nothing of one of the layers."""
    found = graph.sizes(BACKBONES[backbone].table, height, width)
    for layer in layers:
        if min(found[layer]) < 1:
            raise InputError(
                f"{width} x {height} pixels are too few for layer {layer} of {backbone}; take a "
                "larger size, fewer octaves or an earlier layer"
            )


def _missing(table: graph.Table, params: Params, layer: str) -> list[str]:
    needed = graph.needed(table, [layer])
    return [one.name for one in needed if one.op in graph.WEIGHTED and one.name not in params]
