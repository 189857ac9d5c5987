"""Small files of weights to be damaged, and how one is refused."""

import io
import tracemalloc
import zipfile

import h5py
import numpy as np
import pytest

from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError
from jnst.weights import sources
from jnst.weights.sources import torch_names, weighted

KERAS = [layer.reads[0].replace("/", "_") for layer in weighted(BACKBONES["squeezenet1_1"].table)]
TORCH = torch_names.prefixes("squeezenet1_1-torchvision").values()
TENSORS = {f"{name}.weight": np.ones((2, 1, 1, 1), np.float32) for name in TORCH}
TENSORS |= {f"{name}.bias": np.ones(2, np.float32) for name in TORCH}


def hdf5(version="earliest", **options):
    """Write a file with all layers of SqueezeNet by name, each far too small."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver=version) as file:
        file.attrs["layer_names"] = np.array(KERAS, "S")
        for name in KERAS:
            group = file.create_group(name)
            group.create_dataset("k:0", data=np.ones((1, 1, 1, 2), np.float32), **options)
            group["b:0"] = np.ones(2, np.float32)
            group.attrs["weight_names"] = np.array(["k:0", "b:0"], "S")
    return buffer.getvalue()


def numpy_array():
    buffer = io.BytesIO()
    np.save(buffer, np.ones((3, 3, 3, 2), np.float32))
    return buffer.getvalue()


def zipped(entries):
    """Zip after the damage, or the check sums would find it first."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def npz_of(kernel):
    return zipped({"a/kernel.npy": kernel, "a/bias.npy": numpy_array()})


def refused(path, match, kind="auto"):
    """Assert that it is refused in one line, without much memory."""
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=match) as caught:
            sources.read(path, kind=kind, backbone="auto")
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()
    assert "\n" not in str(caught.value)
