"""Checks of layer names, and of how small a picture a network can see."""

import bisect
import difflib
import functools
from collections.abc import Iterable

from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError, check_choice


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


@functools.cache
def least_side(backbone: str, layers: tuple[str, ...]) -> int:
    """Return the side of the smallest square picture of which all of `layers` have a map."""
    from jnst.backbones import graph  # here: it imports JAX, which names of layers need not

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
