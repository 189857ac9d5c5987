"""Inception as Google released it in 2015, in NumPy's archives."""

import json

import numpy as np
import pytest
from helpers_hostile import npz_of, refused
from helpers_weights import RNG

from jnst.backbones import graph
from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError
from jnst.weights import convert, store
from jnst.weights.sources import weighted


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    return tmp_path


@pytest.fixture
def archive(folder):
    """Write the first layers of Inception, as Google's of 2015 are handed on."""
    layers = weighted(BACKBONES["inception_v3"].table)[:7]
    shapes, arrays = graph.kernels(BACKBONES["inception_v3"].table), {}
    for i, layer in enumerate(layers):
        kernel = RNG.normal(size=shapes[layer.name]).astype(np.float16)
        arrays |= {f"z{9 - i}/kernel": kernel, f"z{9 - i}/bias": np.ones(layer.channels, "f4")}
    np.savez(folder / "any.npz", **arrays)
    return folder / "any.npz", layers, arrays


def test_a_part_of_inception(folder, archive):
    source, layers, arrays = archive
    convert.convert(source)
    params = store.load("inception_v3")
    assert set(params) == {"input", *(layer.name for layer in layers)}
    kernels = [value for key, value in arrays.items() if key.endswith("kernel")]
    for layer, kernel in zip(layers[1:], kernels[1:], strict=True):
        np.testing.assert_array_equal(params[layer.name]["kernel"], kernel.astype(np.float32))
    first = params[layers[0].name]["kernel"]
    np.testing.assert_allclose(first * 127.5, kernels[0][:, :, ::-1].astype("f4"), rtol=1e-6)
    listed = json.loads((folder / "manifest.json").read_text())["inception_v3.h5"]["layers"]
    assert set(listed) == {layer.name for layer in layers}


def test_an_archive_that_is_none(folder, archive):
    source, _, arrays = archive
    np.savez(folder / "b.npz", **{k: v for k, v in arrays.items() if k != "z9/bias"})
    with pytest.raises(InputError, match=r"as a NumPy archive: .*z9/bias"):
        convert.convert(folder / "b.npz")
    np.savez(folder / "b.npz", **(arrays | {"z8/kernel": np.ones((3, 3, 3, 3), "f4")}))
    with pytest.raises(InputError, match=r"batch_normalization_1 kernel is float32 \(3, 3, 3, 3\)"):
        convert.convert(folder / "b.npz")
    np.savez_compressed(folder / "b.npz", **(arrays | {"z8/kernel": np.zeros(10**7, "f4")}))
    with pytest.raises(InputError, match="declares too many bytes"):
        convert.convert(folder / "b.npz")
    np.savez(folder / "b.npz", a=np.ones(3))
    with pytest.raises(InputError, match="it has 0 kernels"):
        convert.convert(folder / "b.npz")
    (folder / "b.npz").write_bytes(source.read_bytes()[:-50])
    with pytest.raises(InputError, match=r"cannot read .* as a NumPy archive"):
        convert.convert(folder / "b.npz")


def npy(header):
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}") + b"cos\nsystem\n", "float"),
        (npy("{'descr': '<i4', 'fortran_order': False, 'shape': (1,)}") + bytes(4), "float"),
        (npy("{'descr': '<f4', 'fortran_order': False, 'shape': (10**12,)}"), "NumPy archive"),
        (
            npy("{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999,)}") + bytes(4),
            "reshape",
        ),
        (
            npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-3, -3)}") + bytes(36),
            "one unknown dimension",
        ),
        (npy("__import__('os').system('true')"), "NumPy archive"),
        (npy("(" * 100), "NumPy archive"),
        (b"\x93NUMPY\x02\x00", "version"),
    ],
)
def test_arrays_of_numpy_that_claim_too_much(tmp_path, data, match):
    (tmp_path / "a.npz").write_bytes(npz_of(data))
    refused(tmp_path / "a.npz", match)
