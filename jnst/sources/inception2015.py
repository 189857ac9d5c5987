"""The first layers of Google's Inception of 2015, from a NumPy archive."""

from pathlib import Path

import numpy as np

from jnst.arrays import InputError
from jnst.backbones import BACKBONES
from jnst.sources.common import Found, weighted
from jnst.sources.keras_h5 import LARGEST
from jnst.torchfile import FAILURES

HEADER = 4096
"""Bytes with which NumPy describes an array, at most."""


def read(source: Path) -> Found:
    """Read `NAME/kernel` (HWIO) and `NAME/bias`, normalisation folded in, in order of the file.

    Its convolutions are the first of InceptionV3, in the same order; the table ends with the last.
    Raises `InputError` where it cannot be read, or has more of them.
    """
    table = BACKBONES["inception_v3"].table
    layers = weighted(table)
    try:
        with open(source, "rb") as stream, np.load(stream, allow_pickle=False) as file:
            if any(info.file_size > LARGEST + HEADER for info in file.zip.infolist()):
                raise ValueError("it has an array that is too large for the network")
            stems = [key.removesuffix("/kernel") for key in file.files if key.endswith("/kernel")]
            if len(stems) > len(layers):
                raise ValueError(f"it has {len(stems)} kernels, InceptionV3 {len(layers)}")
            found = [{key: file[f"{stem}/{key}"] for key in ("kernel", "bias")} for stem in stems]
    except FAILURES as error:
        detail = " ".join(str(error).split())
        raise InputError(f"cannot read {source} as a NumPy archive: {detail}") from None
    if not found:
        raise InputError(
            f"{source} has 0 convolutions with a kernel; InceptionV3 has {len(layers)}"
        )
    here = layers[: len(found)]
    arrays = {layer.name: arrays for layer, arrays in zip(here, found, strict=True)}
    last = table.index(here[-1]) + 1
    # The normalisation is folded in already, so that each layer's weights are its own.
    own = tuple(layer._replace(reads=(layer.name,)) for layer in table[:last])
    return Found("inception_v3", own, arrays)
