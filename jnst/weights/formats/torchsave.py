"""Files that `torch.load` reads, written without PyTorch: named tensors of float32.

The format is that of `torch.save` since 1.6: a zip archive, not compressed, with the numbers of
each tensor as an entry of their own, and a pickle that says how they become tensors. The pickle is
put together from its opcodes here, for `pickle` would have to import torch.
"""

import io
import struct
import zipfile
from collections.abc import Mapping

import numpy as np

_FOLDER = "archive"
_DATE = (1980, 1, 1, 0, 0, 0)  # so that the same tensors give the same bytes
_ORDERED_DICT = b"ccollections\nOrderedDict\n)R"  # called without arguments


def packed(tensors: Mapping[str, np.ndarray]) -> bytes:
    """Return the bytes of a file with these tensors, in this order."""
    arrays = {name: np.ascontiguousarray(array, "<f4") for name, array in tensors.items()}
    entries = {"data.pkl": _pickle(arrays), "byteorder": b"little", "version": b"3\n"}
    entries |= {f"data/{i}": array.tobytes() for i, array in enumerate(arrays.values())}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(f"{_FOLDER}/{name}", _DATE), data)
    return buffer.getvalue()


def _pickle(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return a pickle of protocol 2: an ordered dict of tensors, each built from its storage."""
    items = [_text(name) + _tensor(str(i), array) for i, (name, array) in enumerate(arrays.items())]
    return b"".join([b"\x80\x02", _ORDERED_DICT, b"(", *items, b"u."])


def _tensor(key: str, array: np.ndarray) -> bytes:
    """Return what calls torch's `_rebuild_tensor_v2` for an array whose numbers are entry `key`."""
    float_storage = b"ctorch\nFloatStorage\n"
    storage = _tuple(_text("storage"), float_storage, _text(key), _text("cpu"), _whole(array.size))
    strides = [stride // array.itemsize for stride in array.strides]
    sizes = [_tuple(*map(_whole, numbers)) for numbers in (array.shape, strides)]
    no_gradient = b"\x89"  # False
    given = _tuple(storage + b"Q", _whole(0), *sizes, no_gradient, _ORDERED_DICT)
    return b"ctorch._utils\n_rebuild_tensor_v2\n" + given + b"R"


def _tuple(*parts: bytes) -> bytes:
    return b"(" + b"".join(parts) + b"t"


def _text(text: str) -> bytes:
    data = text.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def _whole(number: int) -> bytes:
    return b"J" + struct.pack("<i", number)
