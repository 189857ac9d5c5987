"""A network with its weights, as far as some of its layers need them, and what it can see."""

import bisect
import difflib
import functools
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from jnst.arrays import InputError, Params, check_choice
from jnst.backbones import BACKBONES, graph, weights
from jnst.backbones.untrained import untrained

PREFERRED = ("inception_v3", "vgg19")
"""The network for looking into: the first whose weights are there. Those of the last come along."""
LEARNT: Mapping[str, Callable[[str], Params]] = {
    "trained": weights.load,
    "normalized": functools.partial(weights.load, normalized=True),
    "random": untrained,
}
"""What a network may have learnt: functions from its name to its weights."""


class Network(NamedTuple):
    """A name in `BACKBONES`, and the weights that the chosen layers need, no others."""

    name: str
    params: Params


def default_backbone() -> str:
    """Return the first of `PREFERRED` for which there is a file of weights."""
    return next((name for name in PREFERRED if weights.find(name)), PREFERRED[-1])


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
                f"jnst stylize --list layers --backbone {backbone} lists all"
            )


def open_network(backbone: str, layers: Iterable[str], *, learnt: str = "trained") -> Network:
    """Read the weights of a network, and keep those that `layers` need.

    Args:
        backbone: a name in `BACKBONES`.
        layers: names of its layers.
        learnt: a name in `LEARNT`.

    Raises:
        InputError: for an unknown name, and where the weights are missing, broken, or end before
            one of the layers.

    """
    layers = tuple(layers)
    check_layers(backbone, layers)
    params = LEARNT[check_choice("weights", learnt, LEARNT)](backbone)
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


@functools.cache
def least_side(backbone: str, layers: tuple[str, ...]) -> int:
    """Return the side of the smallest square picture of which all of `layers` have a map."""
    table = BACKBONES[backbone].table

    def seen(side: int) -> bool:
        found = graph.sizes(table, side, side)
        return all(min(found[layer]) > 0 for layer in layers)

    return bisect.bisect_left(range(1, 1024), True, key=seen) + 1


def too_small(backbone: str, layers: tuple[str, ...], height: int, width: int) -> str:
    """Say which layer would see nothing of a picture of this size; nothing if all see something."""
    for layer in reversed(layers):
        least = least_side(backbone, (layer,))
        if min(height, width) < least:
            return f"{width} x {height} pixels, but {layer} needs at least {least} x {least}"
    return ""
