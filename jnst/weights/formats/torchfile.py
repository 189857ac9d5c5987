"""PyTorch's weight files in both of its formats, read without PyTorch.

A file holds a pickle that describes its tensors, for `torchpickle` to make out, and their numbers.
What a file declares (sizes, strides, counts) is checked against the bytes that are there before an
array is made.
"""

import io
import math
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from jnst.errors import InputError
from jnst.system.process import without_warnings
from jnst.weights.formats.torchpickle import DTYPES, Storage, Tensor, check_type, run

MAGIC = 0x1950A86A20F9469CFC6C
"""The number that torch's older format begins with."""
VERSION = 1001
"""The number that comes next: the version of that format."""
FAILURES = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, EOFError, OSError)
"""Exceptions of `zipfile`, `run` and the functions here for a broken file."""
FAILURES += (RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error, struct.error)


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
        with without_warnings:  # pickletools warns of odd escapes in broken files
            tensors, storages = read_format(data, limit)
        return {key: _view(key, spec, storages, limit) for key, spec in tensors.items()}
    except FAILURES as error:
        told = " ".join(str(error).split())[:200]
        plain = isinstance(error, ValueError | zipfile.BadZipFile) and "opcode" not in told
        detail = told if plain else "it is no file that torch has saved, or damaged"
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
        tensors = _tensors(run(io.BytesIO(read_entry(archive, pickles[0], limit))))
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
    if run(stream) != MAGIC or run(stream) != VERSION:
        raise ValueError("neither of torch's formats")
    run(stream)  # the writer's type sizes; the storages are little-endian whatever they say
    tensors = _tensors(run(stream))
    by_key = {storage.key: storage for storage in _distinct(tensors)}
    storages = {}
    for key in check_type(run(stream), list, "the list of storages"):
        storage = by_key[check_type(key, str, "a storage's key")]
        if stream.read(8) != storage.count.to_bytes(8, "little"):
            raise ValueError(f"storage {key!r} has another length than its tensors say")
        raw = stream.read(storage.count * np.dtype(DTYPES[storage.kind]).itemsize)
        storages[key] = _numbers(raw, storage, "<")
    return tensors, storages


def _tensors(value: object) -> dict[str, Tensor]:
    tensors = check_type(value, dict, "the object in the file")
    for key, tensor in tensors.items():
        check_type(tensor, Tensor, f"its entry {key[:80]!r}")
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
