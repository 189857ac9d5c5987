"""Torch files, written by hand, instruction by instruction: torch is not needed."""

import io
import struct
import zipfile
from typing import NamedTuple

import numpy as np

from jnst.errors import InputError
from jnst.weights.formats import torchfile
from jnst.weights.formats.torchpickle import DTYPES

KINDS = {kind: dtype for kind, dtype in DTYPES.items() if kind != "BFloat16Storage"}
REBUILD = ("torch._utils", "_rebuild_tensor_v2")


class Global(NamedTuple):
    module: str
    name: str


class Call(NamedTuple):
    function: Global
    args: tuple
    state: object = None


class Storage(NamedTuple):
    kind: str
    key: str
    count: int


def encode(value) -> bytes:
    match value:
        case Global():
            return f"c{value.module}\n{value.name}\n".encode()
        case Call():
            built = b"" if value.state is None else encode(value.state) + b"b"
            return encode(value.function) + encode(value.args) + b"R" + built
        case Storage():
            kind = Global("torch", value.kind)
            return encode(("storage", kind, value.key, "cpu", value.count)) + b"Q"
        case None | True | False:
            return {None: b"N", True: b"\x88", False: b"\x89"}[value]
        case int():
            return b"\x8a\x10" + value.to_bytes(16, "little", signed=True)
        case str():
            return b"X" + struct.pack("<I", len(value.encode())) + value.encode()
        case tuple():
            return b"(" + b"".join(map(encode, value)) + b"t"
        case list():
            return b"](" + b"".join(map(encode, value)) + b"e"
        case dict():
            return b"}(" + b"".join(encode(k) + encode(v) for k, v in value.items()) + b"u"
    raise TypeError(value)


def dumps(value) -> bytes:
    return b"\x80\x02" + encode(value) + b"."


def tensor(storage: Storage, size, stride, offset=0) -> Call:
    return Call(Global(*REBUILD), (storage, offset, size, stride, False, {}))


def legacy(value, storages: dict[str, np.ndarray]) -> bytes:
    head = [torchfile.MAGIC, torchfile.VERSION, {"little_endian": True}]
    pickles = [dumps(item) for item in (*head, value, list(storages))]
    raw = [struct.pack("<q", array.size) + array.tobytes() for array in storages.values()]
    return b"".join(pickles + raw)


def zipped(value, storages: dict[str, np.ndarray], order: str = "", deflate=False) -> bytes:
    buffer = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("archive/data.pkl", value if isinstance(value, bytes) else dumps(value))
        if order:
            archive.writestr("archive/byteorder", order)
        for key, array in storages.items():
            archive.writestr(f"archive/data/{key}", array.tobytes())
    return buffer.getvalue()


def state_dict(arrays: dict[str, np.ndarray]):
    """Describe contiguous tensors and list their storages, as torch.save would."""
    names = {np.dtype(dtype): kind for kind, dtype in KINDS.items() if kind != "BoolStorage"}
    spec, storages = {}, {}
    for number, (name, array) in enumerate(arrays.items()):
        stride = tuple(s // array.itemsize for s in array.strides)
        storage = Storage(names[array.dtype], str(number), array.size)
        spec[name] = tensor(storage, array.shape, stride)
        storages[str(number)] = array
    return spec, storages


def parse(data: bytes) -> dict[str, np.ndarray]:
    try:
        return torchfile.parse(data, "file.pth")
    except InputError as error:
        message = str(error)
    assert "\n" not in message
    assert "Type-check" not in message, "a fault of ours, not of the file"
    raise InputError(message)
