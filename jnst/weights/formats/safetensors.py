"""The safetensors format, read without its library: 8 bytes of length, JSON that names, numbers.

What the header declares is checked against the bytes that are there before an array is made.
"""

import json
import math
from pathlib import Path

import numpy as np

from jnst.errors import InputError

DTYPES = {"F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8"}
"""I64 for the counters that torch keeps beside its batch normalisations."""
LARGEST_HEADER = 2**22
"""Room for some 20 thousand tensors; the format's own library allows 100 MB."""


def read(path: str | Path) -> dict[str, np.ndarray]:
    """Read the tensors of a file by name; bfloat16 and float16 become float32, which holds both.

    Raises `InputError` where the file is missing, cut off, broken, or has other types of numbers.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    try:
        return _parse(data)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        detail = " ".join(str(error).split())[:200]
        raise InputError(f"cannot read {path} as safetensors: {detail}") from None


def _parse(data: bytes) -> dict[str, np.ndarray]:
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > min(len(data) - 8, LARGEST_HEADER):
        raise ValueError("the header is cut off, or this is another format")
    header = json.loads(data[8 : 8 + length].decode(), object_pairs_hook=_table)
    if not isinstance(header, dict):
        raise ValueError("the header is no table of tensors")
    numbers = memoryview(data)[8 + length :]
    tensors, left = {}, len(numbers)
    for name, entry in header.items():
        if name != "__metadata__":
            tensors[name], taken = _tensor(name[:80], entry, numbers)
            if (left := left - taken) < 0:
                raise ValueError(f"{name[:80]!r} shares its bytes with another tensor")
    return tensors


def _table(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("the header has a name twice")
    return table


def _tensor(name: str, entry: object, numbers: memoryview) -> tuple[np.ndarray, int]:
    """Read one tensor; return it, and how many bytes it takes in the file."""
    match entry:
        case {"dtype": str() as kind, "shape": list() as shape, "data_offsets": [start, end]}:
            if kind not in DTYPES:
                raise ValueError(f"{name!r} is of type {kind[:20]!r}, not of {', '.join(DTYPES)}")
        case _:
            raise ValueError(f"{name!r} is described in a way that the format does not know")
    counts = [*shape, start, end]
    if any(type(count) is not int or count < 0 for count in counts) or len(shape) > 8:
        raise ValueError(f"{name!r} has a size or offset that is no count")
    dtype = np.dtype(DTYPES[kind])
    if not start <= end <= len(numbers) or end - start != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"{name!r} is cut off, or has another length than its shape")
    array = np.frombuffer(numbers[start:end], dtype).reshape(shape)
    if kind == "BF16":
        return (array.astype(np.uint32) << 16).view(np.float32), end - start
    native = np.float32 if kind == "F16" else dtype.newbyteorder("=")
    return array.astype(native, copy=False), end - start
