"""A network that paints in one pass, with its parameters, and the programs that run it."""

import functools
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np

from jnst.arrays import Array, Params
from jnst.byhand.feedforward import graph as byhand
from jnst.engines import memory
from jnst.errors import InputError
from jnst.feedforward import graph, parameters
from jnst.feedforward.layers import Bilinear, Conv, Input, Pool, Transposed, Upsample
from jnst.feedforward.registry import NETWORKS, Network
from jnst.transfer.settings import Settings
from jnst.transfer.targets import TargetCache
from jnst.weights import onepass
from jnst.xla import jit

Maps = Mapping[str, Array]
"""Maps by the name of their row."""
HELD = 4
"""How many of the largest maps a pass holds at a time: what a row reads and makes, the first with
its border, and room for XLA to lay it out anew."""
QUICKLY = 2**19
"""Up to so many pixels a single picture is painted by a program that is compiled quickly. At 512 x
512 pixels this saves 0.6 s of compilation, and takes 0.25 s more to run."""


class Loaded(NamedTuple):
    """A name in `NETWORKS`, and the parameters of that network.

    Given a cache, many pictures share what is known of their styles.
    """

    name: str
    params: Params
    known: TargetCache | None = None

    @property
    def network(self) -> Network:
        """The network."""
        return NETWORKS[self.name]


def load(settings: Settings, *, file: Path | None) -> Loaded:
    """Read the weights of a method, or of a trained network from its file.

    Raises `InputError` where they are missing, or cannot be used.
    """
    return Loaded(*(onepass.open_file(file) if file else onepass.load(settings.method)))


def run(loaded: Loaded, settings: Settings, given: Maps, names: tuple[str, ...]) -> Maps:
    """Compute the maps of some rows by the engine that the settings ask for."""
    if settings.engine == "byhand":
        arrays, params = jax.tree.map(np.asarray, (dict(given), loaded.params))
        found = byhand.maps(loaded.network.table, params, arrays, names)
        return {name: found[name] for name in names}  # by hand there are those between, too
    pixels = max(math.prod(x.shape[1:3]) for x in given.values())
    quick = loaded.known is None and pixels <= QUICKLY
    return program(loaded.name, names, quick=quick)(loaded.params, given)


@functools.cache
def program(name: str, names: tuple[str, ...], *, quick: bool) -> Callable[[Params, Maps], Maps]:
    """Return a compiled function (parameters, maps that are given) -> maps of some rows.

    For a single small picture it is compiled quickly, for others so that it runs quickly.
    """
    table = NETWORKS[name].table
    return jit(
        lambda params, given: graph.maps(table, params, given, names), quick=quick, thin=True
    )


def check_memory(network: Network, method: str, height: int, width: int) -> None:
    """Raise an `InputError`, which says what would fit, where a pass takes more than is free."""
    taken = 4 * HELD * largest_map(network) * height * width
    free = memory.USABLE * memory.available() if taken > memory.SMALL else taken
    if taken > free:
        size = math.floor(max(height, width) * (free / taken) ** 0.5)
        raise InputError(
            f"at {width} x {height} pixels method {method} needs {taken / 1e9:.1f} GB, and "
            f"{free / 1e9:.1f} can be used: take size {size}"
        )


@functools.cache
def largest_map(network: Network) -> float:
    """Return how many numbers the largest map has for each pixel of the picture.

    Styles do not count: of these one at a time is looked at, before the picture is.
    """
    channels, scale, largest = parameters.channels(network.table), {}, 0.0
    for row in graph.needed(network.table, (network.table[-1].name,), network.known):
        known = scale.get(next(iter(row.inputs), ""), 0.0)  # 0 for what is known of a style
        match row:
            case Input():
                known = 1.0
            case Conv():
                known /= row.stride
            case Pool():
                known /= 2
            case Transposed():
                known *= row.stride
            case Upsample():
                known *= row.factor
            case Bilinear():
                known *= 2
            case _:
                pass
        scale[row.name] = known
        largest = max(largest, channels[row.name] * known**2)
    return largest
