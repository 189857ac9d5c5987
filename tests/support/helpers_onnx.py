"""ONNX files, written field by field; numbers of fields are those of onnx.proto."""

import numpy as np

TYPES = {"float32": 1, "int8": 3, "int32": 6, "int64": 7}


def number(value):
    """Write a whole number, seven bits a byte."""
    found = b""
    while value > 127:
        found, value = found + bytes([value & 127 | 128]), value >> 7
    return found + bytes([value])


def field(key, value):
    """Write a field: a whole number, or bytes."""
    if isinstance(value, int):
        return number(key << 3) + number(value)
    return number(key << 3 | 2) + number(len(value)) + value


def tensor(name, array):
    """Write a tensor."""
    sides = b"".join(field(1, side) for side in array.shape)
    kind = field(2, TYPES[str(array.dtype)])
    return sides + kind + field(8, name.encode()) + field(9, array.tobytes())


def node(does, reads, makes):
    """Write a node."""
    names = [field(1, name.encode()) for name in reads] + [field(2, n.encode()) for n in makes]
    return b"".join(names) + field(4, does.encode())


def model(nodes, tensors):
    """Write a file with one graph."""
    graph = b"".join(field(1, one) for one in nodes)
    graph += b"".join(field(5, tensor(name, np.asarray(a))) for name, a in tensors.items())
    return field(1, 8) + field(7, graph)
