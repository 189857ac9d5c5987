"""Any feed-forward network by its table of layers: forward, and backward to what it was given.

The tables are those of `jnst.feedforward`, whose engine is `jnst.feedforward.graph`. This module
knows their rows by `op` and by their fields; see `jnst.feedforward.layers`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from jnst.byhand.feedforward.rows import OPERATIONS

Maps = dict[str, np.ndarray]
"""Maps by the name of their row."""
Params = Mapping[str, Mapping[str, np.ndarray]]
"""Parameters by row and kind; see `jnst.feedforward.parameters`."""


def maps(
    table: Sequence[Any], params: Params, given: Mapping[str, np.ndarray], names: Collection[str]
) -> Maps:
    """Compute the maps of `names` and of all that they depend on, but for what is given.

    More than `jnst.feedforward.graph.maps` returns, because `backward` needs what lies between.
    """
    found, wanted, rows = dict(given), set(names), []
    for row in reversed(table):
        if row.name in wanted and row.name not in found:
            rows.append(row)
            wanted.update(row.inputs)
    for row in reversed(rows):
        forward, _ = OPERATIONS[row.op]
        inputs = [found[name] for name in row.inputs]
        found[row.name] = forward(row, inputs, params.get(owner(row), {}))
    return found


def paint(
    table: Sequence[Any], params: Params, given: Mapping[str, np.ndarray]
) -> tuple[np.ndarray, Maps]:
    """Compute the map of the last row, and return it with all maps, which `backward` needs."""
    last = table[-1].name
    found = maps(table, params, given, (last,))
    return found[last], found


def backward(
    table: Sequence[Any],
    params: Params,
    found: Mapping[str, np.ndarray],
    gradients: Mapping[str, np.ndarray],
    given: Collection[str],
) -> tuple[Maps, dict[str, Maps]]:
    """Compute ∂E/∂x of what was given, and ∂E/∂p of the parameters, from ∂E/∂y of some maps.

    Walks the table from its end. What comes back to a map from the rows that read it adds up, for
    the derivative of a sum is the sum of the derivatives; and so does what comes back to parameters
    that several rows share.

    Args:
        table: the network.
        params: its parameters.
        found: all maps, as `maps` returned them.
        gradients: ∂E/∂y by row, for some of the maps in `found`.
        given: names of the maps that were given: where the walk ends.

    Returns:
        ∂E/∂x by name, and ∂E/∂p by row and kind: of all that the gradients depend on.

    """
    waiting, ours = dict(gradients), {}
    for row in reversed(table):
        if row.name not in waiting or row.name in given:
            continue
        dy, inputs = waiting.pop(row.name), [found[name] for name in row.inputs]
        _, back = OPERATIONS[row.op]
        dx, own = back(row, dy, found[row.name], inputs, params.get(owner(row), {}))
        add(waiting, zip(row.inputs, dx, strict=True))
        if own:
            add(ours.setdefault(owner(row), {}), own.items())
    return {name: waiting[name] for name in given if name in waiting}, ours


def owner(row: Any) -> str:
    """Return the name under which the parameters of a row are kept."""
    return getattr(row, "shared", "") or row.name


def add(sums: Maps, more: Iterable[tuple[str, np.ndarray]]) -> None:
    """Add gradients to sums of the same names, or begin these."""
    for name, gradient in more:
        sums[name] = sums[name] + gradient if name in sums else gradient
