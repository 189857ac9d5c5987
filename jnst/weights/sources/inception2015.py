"""The first layers of Google's Inception of 2015, from a NumPy archive."""

import io
import zipfile
from pathlib import Path

import numpy as np

from jnst.backbones.tables import BACKBONES
from jnst.system import disk
from jnst.weights.formats.torchfile import read_entry
from jnst.weights.sources.common import Found, weighted

LARGEST = 2**23
"""Bytes of an array, at most: the largest kernel of InceptionV3 has 448 x 384 x 3 x 3 numbers."""


def read(source: Path) -> Found:
    """Read `NAME/kernel` (HWIO) and `NAME/bias`, normalisation folded in, in order of the file.

    Its convolutions are the first of InceptionV3, in the same order; the table ends with the last.
    Raises `InputError` where it cannot be read, or has more of them.
    """
    table = BACKBONES["inception_v3"].table
    layers = weighted(table)
    failure = f"cannot read {source} as a NumPy archive"
    with disk.guarded(failure), zipfile.ZipFile(source) as archive:
        names = [name for name in archive.namelist() if name.endswith("/kernel.npy")]
        if not 0 < len(names) <= len(layers):
            raise ValueError(f"it has {len(names)} kernels, InceptionV3 {len(layers)}")
        stems = [name.removesuffix("kernel.npy") for name in names]
        found = [
            {key: _array(archive, f"{s}{key}.npy") for key in ("kernel", "bias")} for s in stems
        ]
    here = layers[: len(found)]
    arrays = {layer.name: arrays for layer, arrays in zip(here, found, strict=True)}
    last = table.index(here[-1]) + 1
    # The normalisation is folded in already, so that each layer's weights are its own.
    own = tuple(layer._replace(reads=(layer.name,)) for layer in table[:last])
    return Found("inception_v3", own, arrays)


def _array(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """Decode NumPy's own format; `np.load` would make an array of the size that is declared."""
    data = read_entry(archive, name, LARGEST)
    stream = io.BytesIO(data)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("an array is in another version of NumPy's format than 1.0")
    shape, columns_first, dtype = np.lib.format.read_array_header_1_0(stream)
    if dtype.kind != "f":
        raise ValueError(f"an array is of {dtype}, not of floating-point numbers")
    return np.frombuffer(data, dtype, offset=stream.tell()).reshape(
        shape, order="F" if columns_first else "C"
    )
