"""Several pictures at a time, which batch norms join: forward, and backward to the parameters.

Between two batch norms each picture goes its own way, by `jnst.byhand.feedforward.graph`. At one,
the maps of all are normalized together; what comes out is then given to each, and what comes back
to it is where each goes on backward. In tables without batch norms in training, pictures have
nothing to do with each other.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from jnst.byhand.feedforward import graph
from jnst.byhand.feedforward.graph import Maps, Params
from jnst.byhand.feedforward.rows import OPERATIONS


def joining(table: Sequence[Any]) -> list[Any]:
    """List the rows in which pictures meet."""
    return [row for row in table if row.op == "batch-norm" and row.training]


def maps(
    table: Sequence[Any],
    params: Params,
    given: Sequence[Mapping[str, np.ndarray]],
    names: Collection[str],
) -> list[Maps]:
    """Compute the maps of `names` for each picture, and all that they depend on.

    As `graph.maps`, but that `given` and what is returned are of one picture each.
    """
    found = [dict(one) for one in given]
    for row in joining(table):
        found = [graph.maps(table, params, one, row.inputs) for one in found]
        forward, _ = OPERATIONS[row.op]
        together = forward(row, [_joined(found, row.inputs[0])], params[row.name])
        for one, y in zip(found, np.split(together, len(found)), strict=True):
            one[row.name] = y
    return [graph.maps(table, params, one, names) for one in found]


def backward(
    table: Sequence[Any],
    params: Params,
    found: Sequence[Mapping[str, np.ndarray]],
    gradients: Sequence[Mapping[str, np.ndarray]],
    given: Collection[str],
) -> dict[str, Maps]:
    """Compute ∂E/∂p of the parameters from ∂E/∂y of some maps of each picture.

    As `graph.backward`. The rows are walked from the end, so when a batch norm's turn comes, all
    that comes back to it has: whatever reads it lies behind it.
    """
    rows, ours = joining(table), {}
    waiting: list[Maps] = [{} for _ in found]
    ends = (*given, *(row.name for row in rows))

    def walk(starts: Sequence[Mapping[str, np.ndarray]]) -> None:
        for one, own, start in zip(waiting, found, starts, strict=True):
            back, more = graph.backward(table, params, own, start, ends)
            graph.add(one, back.items())
            for owner, kinds in more.items():
                graph.add(ours.setdefault(owner, {}), kinds.items())

    walk(gradients)
    for row in reversed(rows):
        if row.name in given or row.name not in waiting[0]:
            continue
        _, back = OPERATIONS[row.op]
        (name,), dy = row.inputs, _joined(waiting, row.name)
        (dx,), own = back(row, dy, None, [_joined(found, name)], params[row.name])
        graph.add(ours.setdefault(row.name, {}), own.items())
        walk([{name: one} for one in np.split(dx, len(found))])
    return ours


def _joined(maps: Sequence[Mapping[str, np.ndarray]], name: str) -> np.ndarray:
    return np.concatenate([one[name] for one in maps])
