"""The first layers of Google's Inception of 2015, from a NumPy archive."""

import zipfile
from pathlib import Path

from jnst.backbones.tables import BACKBONES
from jnst.system import disk
from jnst.weights.formats import npz
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
        kinds = ("kernel", "bias")
        found = [
            {k: npz.array(archive, f"{s}{k}.npy", LARGEST, kinds="f") for k in kinds} for s in stems
        ]
    here = layers[: len(found)]
    arrays = {layer.name: arrays for layer, arrays in zip(here, found, strict=True)}
    last = table.index(here[-1]) + 1
    # The normalisation is folded in already, so that each layer's weights are its own.
    own = tuple(layer._replace(reads=(layer.name,)) for layer in table[:last])
    return Found("inception_v3", own, arrays)
