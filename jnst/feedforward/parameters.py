"""The parameters of a table: which it has, whether some fit, and published files turned into them.

They are a dict of dicts of arrays, by row and kind: `params["conv1"]["kernel"]` (HWIO), `["bias"]`,
`["scale"]`, `["shift"]`, `["kernels"]` of several styles, `["matrix"]`, `["mean"]` and
`["variance"]` of batch norms; and an argument of whatever runs a network.
"""

from collections.abc import Callable, Mapping

import numpy as np

from jnst.arrays import Array, Params
from jnst.byhand.feedforward.graph import owner
from jnst.errors import InputError
from jnst.feedforward.layers import (
    Bank,
    BatchNorm,
    CoMatch,
    Concatenate,
    Conv,
    Input,
    Norm,
    Table,
    Transposed,
)

Shape = tuple[int, ...]
"""The sides of an array."""


def channels(table: Table) -> dict[str, int]:
    """Return how many channels the map of each row has."""
    found: dict[str, int] = {}
    for row in table:
        if isinstance(row, Input | Conv | Transposed | Bank):
            found[row.name] = row.channels
        elif isinstance(row, Concatenate):
            found[row.name] = sum(found[name] for name in row.inputs)
        else:
            found[row.name] = found[row.inputs[0]]
    return found


def shapes(table: Table) -> dict[str, dict[str, Shape]]:
    """Return the shape of each parameter, by row and kind; rows without parameters are left out."""
    known, found = channels(table), {}
    for row in table:
        if isinstance(row, Input):
            continue
        c = known[row.inputs[0]]
        match row:
            case Conv():
                kernel = (row.size, row.size, c // row.groups, row.channels)
                own = {"kernel": kernel} | ({"bias": (row.channels,)} if row.bias else {})
            case Transposed():
                own = {"kernel": (row.size, row.size, row.channels, c)}
            case Bank():
                styles = known[row.inputs[1]]
                own = {"kernels": (styles, row.size, row.size, c, row.channels)}
            case CoMatch():
                own = {"matrix": (c, c)}
            case Norm(affine="own"):
                own = {"scale": (c,), "shift": (c,)}
            case BatchNorm():
                own = dict.fromkeys(("scale", "shift", "mean", "variance"), (c,))
            case Norm(affine="styles"):
                own = dict.fromkeys(("scale", "shift"), (known[row.inputs[1]], c))
            case _:
                continue
        found[owner(row)] = own
    return found


def check(table: Table, params: Params) -> None:
    """Raise an `InputError` that names the parameter which is missing, misshapen, or not finite.

    So for a variance below 0.
    """
    for name, kinds in shapes(table).items():
        for kind, shape in kinds.items():
            array = check_tensor(f"{name}/{kind}", params.get(name, {}).get(kind), shape)
            if kind == "variance" and (array < 0).any():
                raise InputError(f"the tensor {name}/{kind} has a variance below zero")


def check_shape(name: str, array: Array | None, shape: Shape) -> Array:
    """Return an array; or raise an `InputError` if it is missing or of another shape."""
    if array is None:
        raise InputError(f"the tensor {name} is missing; {_wanted(shape)}")
    if array.shape != shape:
        raise InputError(f"the tensor {name} has the shape {array.shape}; {_wanted(shape)}")
    return array


def check_tensor(name: str, array: Array | None, shape: Shape) -> np.ndarray:
    """Return an array; or raise an `InputError` for its shape, or for what is no finite number."""
    array = np.asarray(check_shape(name, array, shape))
    if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
        raise InputError(f"the tensor {name} has what is no number in it; {_wanted(shape)}")
    return array


def _wanted(shape: Shape) -> str:
    return f"wanted are {shape} finite numbers"


def publish(
    table: Table, params: Params, name: Callable[[str, str], str], *, layout: str = "OIHW"
) -> dict[str, np.ndarray]:
    """Turn the parameters of a table into the tensors of a file as others publish it.

    The inverse of `convert`, with the same arguments. Raises `InputError` for parameters that do
    not fit the table.
    """
    check(table, params)
    found = {}
    for row, kinds in shapes(table).items():
        for kind, shape in kinds.items():
            turned = layout == "OIHW" and len(shape) == 4
            array = np.asarray(params[row][kind], np.float32)
            found[name(row, kind)] = array.transpose(3, 2, 0, 1) if turned else array
    return found


def names(table: Table, name: Callable[[str, str], str]) -> frozenset[str]:
    """Return the names of the tensors that the parameters of a table are made of; see `convert`."""
    return frozenset(name(row, kind) for row, kinds in shapes(table).items() for kind in kinds)


def convert(
    table: Table,
    published: Mapping[str, np.ndarray],
    name: Callable[[str, str], str],
    *,
    layout: str = "OIHW",
) -> Params:
    """Turn the tensors of a published file into the parameters of a table.

    Args:
        table: the network.
        published: the file's tensors by name, of any type of number; others than the table's are
            left out.
        name: which tensor is the parameter of this row and kind.
        layout: of the kernels: "OIHW", as in torch, or "HWIO", as in TensorFlow, whose transposed
            kernels are as ours.

    Returns:
        The parameters, float32.

    Raises:
        InputError: for a tensor that is missing, of another shape, or not finite.

    """
    found = {}
    for row, kinds in shapes(table).items():
        found[row] = {}
        for kind, shape in kinds.items():
            turned = layout == "OIHW" and len(shape) == 4
            wanted = tuple(shape[axis] for axis in (3, 2, 0, 1)) if turned else shape
            tensor = name(row, kind)
            array = check_tensor(tensor, published.get(tensor), wanted).astype(np.float32)
            found[row][kind] = array.transpose(2, 3, 1, 0) if turned else array
    return found
