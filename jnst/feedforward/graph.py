"""The one engine that runs any feed-forward network from its table of layers.

Its twin is `jnst.byhand.feedforward.graph`, which goes backward too, by the same table. Parameters
are arguments, so that one compiled program serves all networks of a kind.
"""

from collections.abc import Collection, Mapping, Sequence

import jax.numpy as jnp
from jaxtyping import Float

from jnst.arrays import Array, Features, Params
from jnst.byhand.feedforward.graph import owner
from jnst.errors import InputError, check_choice
from jnst.feedforward import rows
from jnst.feedforward.layers import Input, Row, Table
from jnst.feedforward.parameters import check_shape, shapes

_Map = Float[Array, "1 _ _ _"]


def paint(table: Table, params: Params, given: Mapping[str, _Map]) -> _Map:
    """Compute the map of the last row: the picture, in [0, 1] but for overshoot. See `maps`."""
    last = table[-1].name
    return maps(table, params, given, (last,))[last]


def maps(
    table: Table, params: Params, given: Mapping[str, _Map], names: Collection[str]
) -> Features:
    """Compute the maps of some rows, and nothing that they do not need.

    Args:
        table: the network.
        params: its parameters, as `parameters.convert` returns them, float32. Whether they are
            finite is not checked here, for a compiled program could not; `parameters.check` does.
        given: maps by name, of all inputs that are needed; and of any other rows, which are then
            not computed again: so what a style brings is computed once, for many pictures. A row
            computes in the precision of the first map that it reads, but moments in float32 at
            least: vectors may stay in float32 where the picture is in bfloat16.
        names: of the rows.

    Returns:
        The maps by name.

    Raises:
        InputError: for a row that is unknown, an input that is not given or has another number of
            channels, a parameter that is missing or has another shape, all before anything runs;
            and for a picture too small to be reflected.

    """
    known = [row.name for row in table]
    wanted = {check_choice("row", name, known) for name in names}
    found: dict[str, Array] = {}
    for name, x in given.items():
        found[check_choice("row", name, known)] = jnp.asarray(x)
    order = needed(table, wanted, found)
    _check(table, order, params, found)
    for row in order:
        if not isinstance(row, Input):
            weights = params.get(owner(row), {})
            read = [found[name] for name in row.inputs]
            found[row.name] = rows.run(row, read, weights).astype(read[0].dtype)
    return {name: found[name] for name in wanted}


def needed(table: Table, names: Collection[str], given: Collection[str]) -> list[Row]:
    """List the rows that `names` depend on, and these, in order, as far as they are not given.

    Of what is given only the inputs are listed.
    """
    wanted, found = set(names), []
    for row in reversed(table):
        if row.name in wanted and (isinstance(row, Input) or row.name not in given):
            found.append(row)
            wanted.update(row.inputs)
    return found[::-1]


def _check(table: Table, order: Sequence[Row], params: Params, given: Mapping[str, _Map]) -> None:
    """Raise an `InputError` for the first thing that these rows lack."""
    known = shapes(table)
    for row in order:
        for kind, shape in known.get(owner(row), {}).items():
            array = params.get(owner(row), {}).get(kind)
            check_shape(f"{owner(row)}/{kind}", array, shape)
        if isinstance(row, Input):
            if row.name not in given:
                raise InputError(f"the network needs {row.name!r}, with {row.channels} channels")
            if (channels := given[row.name].shape[-1]) != row.channels:
                raise InputError(f"{row.name!r} must have {row.channels} channels, not {channels}")
