"""Arrays in an .npz, read in no more memory than the file has bytes, whatever it says of itself."""

import io
import math
import zipfile
from typing import BinaryIO

import numpy as np

from jnst.errors import InputError

KINDS = "biuf"
"""Of the types of arrays: truth values and numbers."""


def read_stored(stream: BinaryIO) -> dict[str, np.ndarray]:
    """Read all arrays that `numpy.savez` has written.

    Raises `InputError` for what it does not write: compressed arrays, which a small file can hold
    many gigabytes of, arrays that share their bytes, and such as claim more than there are. Raises
    what `zipfile` and NumPy do for a damaged file.
    """
    if not zipfile.is_zipfile(stream):
        raise InputError("the file is damaged, or none of jnst")
    length = stream.seek(0, io.SEEK_END)
    with zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
        packed = any(member.compress_type != zipfile.ZIP_STORED for member in members)
        if packed or sum(member.file_size for member in members) > length:
            raise InputError("the file is damaged: it would expand to more than it is")
        return {
            member.filename.removesuffix(".npy"): _array(archive.read(member)) for member in members
        }


def _array(data: bytes) -> np.ndarray:
    """Return the array in an .npy of version 1, with its own copy of the numbers."""
    stream = io.BytesIO(data)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise InputError("the file is damaged: an array is of another version")
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(stream)
    numbers = data[stream.tell() :]
    if dtype.kind not in KINDS or math.prod(shape) * dtype.itemsize != len(numbers):
        raise InputError(f"the file is damaged: an array claims to be {dtype} {shape}")
    order = "F" if by_columns else "C"
    return np.frombuffer(numbers, dtype).reshape(shape, order=order).copy()
