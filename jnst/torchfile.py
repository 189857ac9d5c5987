"""PyTorch's weight files, read without PyTorch, and without running anything they contain.

A `.pth` file holds a pickle, and a pickle is a program: unpickled, it may run any command. Nothing
is unpickled here. `pickletools` cuts the stream into its instructions, and the few of them that
describe tensors are carried out on plain lists and dicts; any other one, and any name of code that
is not in `GLOBALS`, is refused. What a file declares (sizes, strides, counts) is checked against
the bytes that are there before an array is made.
"""

import io
import math
import pickletools
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from jnst.arrays import InputError

T = TypeVar("T")
MAGIC, VERSION = 0x1950A86A20F9469CFC6C, 1001
DTYPES = {
    "FloatStorage": "f4",
    "DoubleStorage": "f8",
    "HalfStorage": "f2",
    "BFloat16Storage": "u2",  # the upper half of a float32; NumPy has no such type
    "ByteStorage": "u1",
    "CharStorage": "i1",
    "ShortStorage": "i2",
    "IntStorage": "i4",
    "LongStorage": "i8",
    "BoolStorage": "u1",
}
REBUILD = {"torch._utils _rebuild_tensor", "torch._utils _rebuild_tensor_v2"}
WRAP = {"torch._utils _rebuild_parameter", "torch.nn.parameter Parameter"}
ORDERED_DICT = "collections OrderedDict"
STORAGES = {f"torch {kind}": kind for kind in DTYPES}
TENSORS = {name.replace("Storage", "Tensor") for name in STORAGES}
GLOBALS = {ORDERED_DICT} | REBUILD | WRAP | TENSORS | set(STORAGES)
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
LITERALS = {"BINUNICODE", "SHORT_BINSTRING", "BINSTRING", "BINFLOAT"}
LITERALS |= {"BININT", "BININT1", "BININT2", "LONG1"}
FAILURES = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, EOFError, OSError)
FAILURES += (RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error, struct.error)


class Storage(NamedTuple):
    """A run of numbers in the file: `kind` names its type, `key` its place."""

    kind: str
    key: str
    count: int


class Tensor(NamedTuple):
    """A strided view of a storage; offset and strides count elements."""

    storage: Storage
    offset: int
    size: tuple
    stride: tuple


def read(path: str | Path) -> dict[str, np.ndarray]:
    """Read the tensors of a file that `torch.save` wrote, in either of torch's two formats.

    The arrays keep their shapes and types (bfloat16 becomes float32) and may be read-only views.
    Raises `InputError` where the file is missing, broken, or holds anything but named tensors.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    return parse(data, str(path))


def parse(data: bytes, name: str) -> dict[str, np.ndarray]:
    """Read the tensors of a torch file's bytes, as `read` does; `name` is for the messages."""
    limit = 8 * len(data) + 2**26  # no entry or tensor may be larger: weights hardly compress
    try:
        read_format = _read_zip if data[:4] == b"PK\x03\x04" else _read_legacy
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pickletools warns of odd escapes in broken files
            tensors, storages = read_format(data, limit)
        return {key: _view(key, spec, storages, limit) for key, spec in tensors.items()}
    except FAILURES as error:
        kind = "" if type(error) is ValueError else f"{type(error).__name__} "
        detail = kind + " ".join(str(error).split())[:200]
        raise InputError(f"cannot read {name} as torch weights: {detail}") from None


def read_entry(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """Read one entry of a zip archive, of at most `limit` bytes, whatever the entry unpacks to.

    Raises `KeyError` where there is none, `ValueError` where it is too large or oddly compressed.
    """
    entry = archive.getinfo(name)
    if entry.file_size > limit or entry.compress_type not in (
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
    ):
        raise ValueError(f"{name[:80]!r} declares too many bytes, or an odd compression")
    with archive.open(entry) as file:
        return file.read(entry.file_size)  # read() without a size would unpack first and cut later


def _read_zip(data: bytes, limit: int) -> tuple[dict[str, Tensor], dict[str, np.ndarray]]:
    """Since torch 1.6: a zip archive with the pickle as one entry and each storage as another."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        pickles = [name for name in names if name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise ValueError("the archive has no data.pkl, or several")
        if sum(entry.file_size for entry in archive.infolist()) > limit:
            raise ValueError("the archive declares more data than a file of its size can hold")
        root = pickles[0].removesuffix("data.pkl")
        tensors = _tensors(_run(io.BytesIO(read_entry(archive, pickles[0], limit))))
        order = f"{root}byteorder"
        big = order in names and read_entry(archive, order, 16) == b"big"
        storages = {}
        for storage in _distinct(tensors):
            raw = read_entry(archive, f"{root}data/{storage.key}", limit)
            storages[storage.key] = _numbers(raw, storage, ">" if big else "<")
    return tensors, storages


def _read_legacy(data: bytes, limit: int) -> tuple[dict[str, Tensor], dict[str, np.ndarray]]:
    """Before 1.6: five pickles (the fourth is the object, the fifth names storages), storages."""
    stream = io.BytesIO(data)
    if _run(stream) != MAGIC or _run(stream) != VERSION:
        raise ValueError("neither of torch's formats")
    _run(stream)  # the writer's type sizes; the storages are little-endian whatever they say
    tensors = _tensors(_run(stream))
    by_key = {storage.key: storage for storage in _distinct(tensors)}
    storages = {}
    for key in _check(_run(stream), list, "the list of storages"):
        storage = by_key[_check(key, str, "a storage's key")]
        if stream.read(8) != storage.count.to_bytes(8, "little"):
            raise ValueError(f"storage {key!r} has another length than its tensors say")
        raw = stream.read(storage.count * np.dtype(DTYPES[storage.kind]).itemsize)
        storages[key] = _numbers(raw, storage, "<")
    return tensors, storages


def _run(stream: io.BytesIO) -> object:
    """Carry out one pickle's instructions, as far as they describe tensors; return the result."""
    stack, marks, memo = [], [], {}

    def since_mark() -> list:
        start = marks.pop()
        items = stack[start:]
        del stack[start:]
        return items

    for op, arg, _ in pickletools.genops(stream):
        name = op.name
        if name in LITERALS:
            stack.append(arg)
        elif name in CONSTANTS:
            stack.append(CONSTANTS[name])
        elif name in ("EMPTY_DICT", "EMPTY_LIST"):
            stack.append({} if name == "EMPTY_DICT" else [])
        elif name == "MARK":
            marks.append(len(stack))
        elif name == "TUPLE":
            stack.append(tuple(since_mark()))
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            n = int(name[-1])
            stack[-n:] = [tuple(stack[-n:])]
        elif name in ("APPEND", "APPENDS"):
            items = [stack.pop()] if name == "APPEND" else since_mark()
            _check(stack[-1], list, "what is appended to").extend(items)
        elif name in ("SETITEM", "SETITEMS"):
            items = [stack.pop(-2), stack.pop()] if name == "SETITEM" else since_mark()
            _fill(
                _check(stack[-1], dict, "what is filled"), zip(items[::2], items[1::2], strict=True)
            )
        elif name in ("BINPUT", "LONG_BINPUT"):
            memo[arg] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(memo[arg])
        elif name == "GLOBAL":
            if arg not in GLOBALS:
                raise ValueError(f"it names {str(arg)[:80]!r}, which is not allowed")
            stack.append(arg)
        elif name in ("REDUCE", "NEWOBJ"):
            args = stack.pop()
            stack.append(_build(stack.pop(), args))
        elif name == "BINPERSID":
            stack.append(_storage(stack.pop()))
        elif name == "BUILD":
            state = stack.pop()
            if isinstance(stack[-1], str):
                stack.append(_build(stack.pop(), state))
            # else it is a state dict's version numbers or a parameter's hooks, of no use here
        elif name == "STOP":
            return stack.pop()
        elif name != "PROTO":
            raise ValueError(f"the pickle instruction {name} is not allowed")
    raise ValueError("the pickle has no end")


def _build(function: object, args: object) -> object:
    match function, args:
        case str(), () if function == ORDERED_DICT:
            return {}
        case str(), (list() as pairs,) if function == ORDERED_DICT:  # as Python 2 wrote it
            result = _fill({}, pairs)
            pairs.clear()  # moved, not copied: no file can multiply what it holds
            return result
        case str(), () if function in TENSORS:  # torch 0.1: made empty here, filled by BUILD
            return function
        case str(), (Storage() as storage, int() as offset, tuple() as size, tuple() as stride, *_):
            if function in REBUILD | TENSORS:
                return Tensor(storage, offset, size, stride)
        case str(), (Tensor() as tensor, *_) if function in WRAP:
            return tensor
    raise ValueError("a tensor is described in a way that torch does not use")


def _storage(args: object) -> Storage:
    match args:
        case ("storage", str() as kind, str() as key, str(), int() as count, *view):
            if kind in STORAGES and view in ([], [None]):
                return Storage(STORAGES[kind], key, count)
    raise ValueError("a storage is described in a way that torch does not use")


def _fill(target: dict, pairs: Iterable) -> dict:
    for key, value in pairs:
        target[_check(key, str, "a dict's key")] = value
    return target


def _check(value: object, kind: type[T], what: str) -> T:
    if not isinstance(value, kind):
        raise ValueError(f"{what} is no {kind.__name__}")
    return value


def _tensors(value: object) -> dict[str, Tensor]:
    tensors = _check(value, dict, "the object in the file")
    for key, tensor in tensors.items():
        _check(tensor, Tensor, f"its entry {key[:80]!r}")
    return tensors


def _distinct(tensors: dict[str, Tensor]) -> Iterable[Storage]:
    storages = {tensor.storage for tensor in tensors.values()}
    if len({storage.key for storage in storages}) < len(storages):
        raise ValueError("two tensors disagree about the storage they share")
    return sorted(storages)


def _numbers(raw: bytes, storage: Storage, order: str) -> np.ndarray:
    """Decode a storage's bytes into a flat array of native numbers."""
    dtype = np.dtype(order + DTYPES[storage.kind])
    if len(raw) != storage.count * dtype.itemsize:
        raise ValueError(f"storage {storage.key!r} is cut off, or longer than its tensors say")
    numbers = np.frombuffer(raw, dtype).astype(dtype.newbyteorder("="), copy=False)
    if storage.kind == "BFloat16Storage":
        return (numbers.astype("u4") << 16).view("f4")
    return numbers != 0 if storage.kind == "BoolStorage" else numbers


def _view(key: str, tensor: Tensor, storages: dict[str, np.ndarray], limit: int) -> np.ndarray:
    """View a storage as a tensor; nothing is copied, and nothing outside the storage is seen."""
    storage, offset, size, stride = tensor
    numbers = storages[storage.key]
    for n in (offset, *size, *stride):
        if not isinstance(n, int) or n < 0:
            raise ValueError(f"tensor {key[:80]!r} has an offset, size or stride that is no count")
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if math.prod(size) > limit or (0 not in size and last >= len(numbers)):
        raise ValueError(f"tensor {key[:80]!r} reaches outside its storage")
    if 0 in size:
        return np.zeros(size, numbers.dtype)
    strides = [step * numbers.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(numbers[offset:], size, strides, writeable=False)
