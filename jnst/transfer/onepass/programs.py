"""Compiled programs that run rows of a network, kept by the network's table."""

import functools
from collections.abc import Callable, Mapping

from jnst.arrays import Array, Params
from jnst.feedforward import graph
from jnst.feedforward.layers import Table
from jnst.xla import jit

Maps = Mapping[str, Array]
"""Maps by the name of their row."""


@functools.cache
def program(
    table: Table, names: tuple[str, ...], *, quick: bool = False
) -> Callable[[Params, Maps], Maps]:
    """Return a compiled function (parameters, maps that are given) -> maps of some rows.

    See `jnst.feedforward.graph.maps`, and `jnst.xla.QUICK` for what `quick` means.
    """

    def maps(params: Params, given: Maps) -> Maps:
        return graph.maps(table, params, given, names)

    return jit(maps, quick=quick, thin=True)
