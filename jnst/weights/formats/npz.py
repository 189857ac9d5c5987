"""Arrays from NumPy archives that may be broken, or made to do harm."""

import io
import zipfile
from pathlib import Path

import numpy as np

from jnst.system import disk
from jnst.weights.formats.torchfile import read_entry

LARGEST = 2**26
"""Bytes that a file may unpack to beyond eight times its own: weights hardly compress."""
KINDS = {"f": "floating-point numbers", "fiu": "numbers"}
"""What arrays may hold, by the letters that NumPy has for kinds of types."""


def read(path: str | Path) -> dict[str, np.ndarray]:
    """Read the arrays of an .npz by name; raise `InputError` where it is damaged or none."""
    with (
        disk.guarded(f"cannot read {path} as a NumPy archive"),
        zipfile.ZipFile(path) as archive,
    ):
        most = 8 * Path(path).stat().st_size + LARGEST
        if sum(entry.file_size for entry in archive.infolist()) > most:
            raise ValueError("it would unpack to far more than it is")
        names = [name for name in archive.namelist() if name.endswith(".npy")]
        return {name.removesuffix(".npy"): array(archive, name, most) for name in names}


def array(archive: zipfile.ZipFile, name: str, limit: int, *, kinds: str = "fiu") -> np.ndarray:
    """Read one array, of at most `limit` bytes, in NumPy's own format.

    `np.load` would make an array of the size that is declared. `kinds` is a key of `KINDS`. Raises
    `KeyError` where there is no such entry, and `ValueError` for one that is damaged, too large, or
    of another kind.
    """
    data = read_entry(archive, name, limit)
    stream = io.BytesIO(data)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("an array is in another version of NumPy's format than 1.0")
    shape, columns_first, dtype = np.lib.format.read_array_header_1_0(stream)
    if dtype.kind not in kinds:
        raise ValueError(f"an array is of {dtype}, not of {KINDS[kinds]}")
    return np.frombuffer(data, dtype, offset=stream.tell()).reshape(
        shape, order="F" if columns_first else "C"
    )
