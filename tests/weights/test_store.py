"""Weight files as they are written, found and verified."""

import hashlib
import json

import h5py
import numpy as np
import pytest
from helpers_store import (
    BIASES,
    CODEBOOK,
    INDEX,
    KERNEL,
    MEAN,
    edit_manifest,
    refused,
    save,
    small_layers,
)

from jnst.errors import InputError
from jnst.weights import store


def test_what_was_saved_is_loaded(small):
    params = store.load("small")
    assert set(params) == {"input", "conv1_1", "conv1_2"}
    np.testing.assert_array_equal(params["input"]["mean"], MEAN)
    for n in range(4):
        np.testing.assert_array_equal(
            params["conv1_1"]["kernel"][..., n], CODEBOOK[INDEX[..., n]], strict=True
        )
    np.testing.assert_array_equal(params["conv1_1"]["bias"], BIASES[4])
    np.testing.assert_array_equal(params["conv1_2"]["kernel"], KERNEL)
    assert all(array.dtype == np.float32 for layer in params.values() for array in layer.values())


def test_saving_is_deterministic_and_keeps_other_entries(small):
    first = small.read_bytes(), small.with_name("manifest.json").read_bytes()
    store.save(small.with_name("another.h5"), small_layers(), {})
    backwards = dict(reversed(small_layers().items()))
    small.with_name("manifest.json").write_bytes(first[1])
    save(small.parent, backwards)
    assert (small.read_bytes(), small.with_name("manifest.json").read_bytes()) == first
    store.save(small.with_name("another.h5"), small_layers(), {})
    assert list(json.loads(small.with_name("manifest.json").read_text())) == [
        "another.h5",
        "small.h5",
    ]
    names = {path.name for path in small.parent.iterdir()}
    assert names == {"another.h5", "manifest.json", "small.h5"}, "temporary files are left"


def test_no_time_is_written(small):
    with h5py.File(small) as file:
        assert h5py.h5g.get_objinfo(file.id, b"conv1_1/index").mtime == 0


def test_a_failed_write_leaves_the_old_file(small, monkeypatch):
    before = small.read_bytes()

    def fail(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(InputError, match=r"cannot write .*small\.h5': the disk is full"):
        save(small.parent, {**small_layers(), "input": {"mean": MEAN + 1}})
    assert small.read_bytes() == before
    assert len(list(small.parent.iterdir())) == 2


def test_any_flipped_byte_is_noticed(small):
    data = small.read_bytes()
    for position in (*range(0, len(data), 997), len(data) - 1):
        damaged = bytearray(data)
        damaged[position] ^= 1
        small.write_bytes(damaged)
        refused("SHA-256")
    small.write_bytes(data[:-1])
    refused(r"SHA-256.*'jnst weights convert SOURCE'")


def test_a_hash_that_is_another_files_is_noticed(small):
    edit_manifest(small, lambda table: table["small.h5"].update(sha256="0" * 64))
    refused("SHA-256")


@pytest.mark.parametrize(
    ("layer", "arrays", "match"),
    [
        ("input", {}, "input/mean is missing"),
        ("input", {"mean": MEAN[0]}, "input/mean is float32"),
        ("conv1_1", {"index": INDEX, "bias": BIASES[4]}, "codebook is missing"),
        (
            "conv1_1",
            {"index": INDEX, "bias": BIASES[4], "codebook": CODEBOOK[:9]},
            "codebook is float32",
        ),
        ("conv1_2", {"kernel": KERNEL.astype(np.float64), "bias": BIASES[5]}, "kernel is float64"),
        ("conv1_2", {"kernel": KERNEL, "bias": BIASES[4]}, "bias is float32"),
    ],
)
def test_a_file_with_other_arrays(small, layer, arrays, match):
    save(small.parent, {**small_layers(), layer: arrays})
    refused(match)


@pytest.mark.parametrize("data", [b"", b"no HDF5", b"\x89HDF\r\n\x1a\n" + b"\x00" * 500])
def test_a_file_that_is_no_hdf5(small, data):
    small.write_bytes(data)
    sha256 = hashlib.sha256(data).hexdigest()
    edit_manifest(small, lambda table: table["small.h5"].update(sha256=sha256))
    refused("broken")


def test_a_group_in_the_place_of_an_array(small):
    with h5py.File(small, "w") as file:
        file.create_group("input/mean")
    sha256 = hashlib.sha256(small.read_bytes()).hexdigest()
    edit_manifest(small, lambda table: table["small.h5"].update(sha256=sha256))
    refused("input/mean is missing")


def test_where_weights_are_looked_for(tmp_path, monkeypatch):
    monkeypatch.delenv("JNST_WEIGHTS", raising=False)
    monkeypatch.setattr(store, "PACKAGE", tmp_path / "site" / "jnst")
    in_wheel, in_repository = tmp_path / "site/jnst/weights", tmp_path / "site/weights"
    save(in_wheel, small_layers())
    assert store.load("small")["input"]["mean"][0, 0, 0, 0] == 1
    save(in_repository, {**small_layers(), "input": {"mean": MEAN + 1}})
    assert store.load("small")["input"]["mean"][0, 0, 0, 0] == 2
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path / "empty"))
    refused("small.h5 not found in .*empty: make them with .*, or point JNST_WEIGHTS")


def test_a_missing_network_says_how_to_make_it(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    with pytest.raises(InputError, match=r"vgg16_weights_tf_dim_ordering_tf_kernels_notop\.h5"):
        store.load("vgg16")


def test_weights_of_another_network_under_its_name_are_refused(tmp_path, monkeypatch):
    """ResNet50 of Keras and of torchvision have the same shapes, and other strides."""
    store.save(
        tmp_path / "resnet50.h5",
        {**small_layers(), "input": {"mean": MEAN}},
        {"backbone": "resnet50-torchvision"},
    )
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    with pytest.raises(InputError, match="are those of resnet50-torchvision, not of resnet50"):
        store.load("resnet50")


@pytest.mark.parametrize(
    ("layers", "match"),
    [
        (
            {"conv1_1": small_layers()["conv1_1"]},
            r"conv1_1 \(3, 3, 3, 4\), and vgg19 \(3, 3, 3, 64\)",
        ),
        ({"conv9_9": small_layers()["conv1_2"]}, r"conv9_9 \(3, 3, 4, 5\), and vgg19 None"),
    ],
)
def test_shapes_that_are_not_those_of_the_network(tmp_path, monkeypatch, layers, match):
    store.save(tmp_path / "vgg19.h5", {"input": {"mean": MEAN}, **layers}, {"backbone": "vgg19"})
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    with pytest.raises(InputError, match=match):
        store.load("vgg19")


@pytest.mark.parametrize("key", ["input/mean", "conv1_2/kernel", "conv1_2/bias"])
def test_an_array_in_another_file_is_not_read(small, key):
    """Not even where the manifest vouches for the bytes that lead there."""
    with h5py.File(small.with_name("other.h5"), "w") as other, h5py.File(small, "a") as file:
        other[key] = file[key][...]
        del file[key]
        file[key] = h5py.ExternalLink("other.h5", key)
    sha256 = hashlib.sha256(small.read_bytes()).hexdigest()
    edit_manifest(small, lambda table: table["small.h5"].update(sha256=sha256))
    refused(f"{key} is a link")
