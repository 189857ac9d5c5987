"""The weights in an ONNX file: its stored tensors, and which node reads which.

An ONNX file is a message of Protocol Buffers (protobuf.dev, "Encoding"): fields one after another,
each a number and a value; of the graph we want two kinds. Numbers of the fields are those of
onnx/onnx `onnx/onnx.proto`: of a model, 7 is the graph; of a graph, 1 are nodes and 5 the stored
tensors; of a node, 1 are names of inputs, 2 of outputs, 4 is what it does; of a tensor, 1 are its
sides, 2 its type, 8 its name and 9 its numbers.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from jnst.errors import InputError

DTYPES = {1: "<f4", 3: "<i1", 6: "<i4", 7: "<i8"}
"""NumPy's names of the types of numbers that are read, by ONNX's."""
_Value = int | memoryview


class Node(NamedTuple):
    """A node of a graph: what it does, and the names of what it reads and makes."""

    does: str
    reads: tuple[str, ...]
    makes: tuple[str, ...]


class Graph(NamedTuple):
    """The nodes of a file, in order, and its stored tensors by name."""

    nodes: tuple[Node, ...]
    tensors: dict[str, np.ndarray]


def parse(data: bytes, name: str) -> Graph:
    """Read the bytes of an ONNX file; `name` is for the message.

    Tensors are views of the bytes, read-only, and those of other types than `DTYPES` are left out.
    Raises `InputError` for what is no such file, or a damaged one.
    """
    try:
        return _graph(memoryview(data))
    except (ValueError, IndexError, KeyError) as error:
        raise InputError(f"{name} is no ONNX file, or damaged: {error}") from None


def _graph(model: memoryview) -> Graph:
    graphs = [value for number, value in _fields(model) if number == 7]
    if len(graphs) != 1:
        raise ValueError(f"it has {len(graphs)} graphs")
    nodes, tensors = [], {}
    for number, value in _fields(_message(graphs[0])):
        if number == 1:
            nodes.append(_node(_message(value)))
        elif number == 5:
            tensors.update(_tensor(_message(value)))
    return Graph(tuple(nodes), tensors)


def _node(message: memoryview) -> Node:
    found: dict[int, list[str]] = {1: [], 2: [], 4: []}
    for number, value in _fields(message):
        if number in found:
            found[number].append(_text(value))
    return Node("".join(found[4]), tuple(found[1]), tuple(found[2]))


def _tensor(message: memoryview) -> dict[str, np.ndarray]:
    """Return a tensor by its name, or nothing if its type is none of ours."""
    shape, fields = [], {}
    for number, value in _fields(message):
        if number == 1:  # one side, or, packed, all of them
            shape += [value] if isinstance(value, int) else _numbers(value)
        else:
            fields[number] = value
    if fields.get(2) not in DTYPES or 9 not in fields:
        return {}
    dtype, numbers = np.dtype(DTYPES[fields[2]]), _message(fields[9])
    if math.prod(shape) * dtype.itemsize != len(numbers):
        raise ValueError(f"a tensor claims to be {dtype} {shape}")
    return {_text(fields[8]): np.frombuffer(numbers, dtype).reshape(shape)}


def _fields(message: memoryview) -> Iterator[tuple[int, _Value]]:
    """Yield number and value of each field: a whole number, or bytes."""
    place = 0
    while place < len(message):
        key, place = _number(message, place)
        kind = key & 7
        if kind == 0:
            value, place = _number(message, place)
        else:
            if kind == 2:
                length, place = _number(message, place)
            elif kind in (1, 5):
                length = 8 if kind == 1 else 4
            else:
                raise ValueError(f"a field is of type {kind}")
            value, place = message[place : place + length], place + length
            if place > len(message):
                raise ValueError("it is cut off")
        yield key >> 3, value


def _number(message: memoryview, place: int) -> tuple[int, int]:
    """Read a whole number, seven bits a byte, the lowest first; return it and the place behind."""
    found = 0
    for count in range(10):
        byte = message[place + count]
        found |= (byte & 127) << 7 * count
        if byte < 128:
            return found, place + count + 1
    raise ValueError("a number has more than ten bytes")


def _numbers(message: memoryview) -> list[int]:
    found, place = [], 0
    while place < len(message):
        value, place = _number(message, place)
        found.append(value)
    return found


def _message(value: _Value) -> memoryview:
    if isinstance(value, int):
        raise ValueError("a number stands where bytes belong")
    return value


def _text(value: _Value) -> str:
    return str(_message(value), "utf-8")
