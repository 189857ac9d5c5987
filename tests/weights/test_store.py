import hashlib
import json
import os
from pathlib import Path

import h5py
import numpy as np
import pytest
from helpers import ROOT, SHARED

from jnst.errors import InputError
from jnst.weights import store

FLOAT32_VGG19 = SHARED / "data/weights/vgg19_float32_to_conv3_1.npz"
rng = np.random.default_rng(0)
INDEX = rng.integers(0, 256, (3, 3, 3, 4), dtype=np.uint8)
CODEBOOK = rng.normal(size=256).astype(np.float32)
KERNEL = rng.normal(size=(3, 3, 4, 5)).astype(np.float32)
BIASES = {n: rng.normal(size=n).astype(np.float32) for n in (4, 5)}
MEAN = np.float32([[[[1, 2, 3]]]])
MEANS = {"conv1_1": np.float32([1, 2, 3, 4]), "conv1_2": np.float32([5, 6, 7, 8, 0])}


def small_layers() -> dict:
    return {
        "input": {"mean": MEAN},
        "conv1_1": {"index": INDEX, "codebook": CODEBOOK, "bias": BIASES[4]},
        "conv1_2": {"kernel": KERNEL, "bias": BIASES[5]},
    }


def save(folder: Path, layers: dict) -> Path:
    store.save(folder / "small.h5", layers, {"backbone": "small", "licence": "none"})
    return folder / "small.h5"


@pytest.fixture
def small(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    return save(tmp_path, small_layers())


def edit_manifest(path: Path, change) -> None:
    manifest = path.with_name("manifest.json")
    table = json.loads(manifest.read_text())
    change(table)
    manifest.write_text(json.dumps(table))


def refused(match: str, *, normalized: bool = False) -> None:
    with pytest.raises(InputError, match=match) as caught:
        store.load("small", normalized=normalized)
    assert "\n" not in str(caught.value)


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


def test_the_manifest_says_what_the_file_is(small):
    assert json.loads(small.with_name("manifest.json").read_text()) == {
        "small.h5": {
            "backbone": "small",
            "licence": "none",
            "sha256": hashlib.sha256(small.read_bytes()).hexdigest(),
            "layers": {"conv1_1": [3, 3, 3, 4], "conv1_2": [3, 3, 4, 5]},
        }
    }


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
    ("change", "match"),
    [
        (lambda t: t["small.h5"]["layers"].update(conv1_1=[3, 3, 4, 4]), r"conv1_1/index is uint8"),
        (
            lambda t: t["small.h5"]["layers"].update(conv1_2=[3, 3, 4, 6]),
            r"conv1_2/kernel is float",
        ),
        (
            lambda t: t["small.h5"]["layers"].update(conv9_9=[3, 3, 4, 5]),
            "conv9_9/index is missing",
        ),
        (lambda t: t["small.h5"]["layers"].update(conv1_1=[3, 3]), "no entry"),
        (lambda t: t["small.h5"]["layers"].update(conv1_1="3"), "no entry"),
        (lambda t: t["small.h5"].pop("sha256"), "no entry 'small.h5'"),
        (lambda t: t["small.h5"].update(layers=[]), "no entry"),
        (lambda t: t.update({"small.h5": None}), "no entry"),
        (lambda t: t.clear(), "no entry 'small.h5'"),
    ],
)
def test_a_manifest_that_does_not_fit(small, change, match):
    edit_manifest(small, change)
    refused(match)


@pytest.mark.parametrize("shape", [[3, 3, 3.0, 4], [3, 3, True, 4], [3, 3, "3", 4], [[[]]] * 4])
def test_shapes_in_a_manifest_are_whole_numbers(small, shape):
    edit_manifest(small, lambda table: table["small.h5"]["layers"].update(conv1_1=shape))
    refused("no entry")


def test_a_pipe_in_the_place_of_the_manifest(small):
    small.with_name("manifest.json").unlink()
    os.mkfifo(small.with_name("manifest.json"))
    refused("manifest.json: it is not a regular file")


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "\x00", "[" * 10**5, '{"small.h5"'])
def test_a_broken_manifest(small, text):
    small.with_name("manifest.json").write_text(text)
    refused("manifest.json")


def test_a_missing_manifest(small):
    small.with_name("manifest.json").unlink()
    refused("manifest.json")


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


@pytest.fixture
def means(small) -> Path:
    return store.save_means("small", MEANS, {"source": "two pictures"})


def test_normalised_weights_are_divided_by_the_means(means):
    plain, normalised = store.load("small"), store.load("small", normalized=True)
    scales = [MEANS["conv1_1"], np.float32([5, 6, 7, 8, 1])]  # no mean, no rescaling
    first = plain["conv1_1"]["kernel"] / scales[0]
    second = plain["conv1_2"]["kernel"] * scales[0][:, None] / scales[1]
    for layer, kernel, scale in zip(MEANS, (first, second), scales, strict=True):
        np.testing.assert_allclose(normalised[layer]["kernel"], kernel, rtol=1e-6)
        bias = plain[layer]["bias"] / scale
        np.testing.assert_allclose(normalised[layer]["bias"], bias, rtol=1e-6)
        assert {array.dtype for array in normalised[layer].values()} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(normalised["input"]["mean"], MEAN)


def test_the_manifest_says_whose_the_means_are(means, small):
    entries = json.loads(small.with_name("manifest.json").read_text())
    assert entries["small_means.h5"] == {
        "backbone": "small",
        "licence": "none",
        "source": "two pictures",
        "sha256": hashlib.sha256(means.read_bytes()).hexdigest(),
        "weights_sha256": entries["small.h5"]["sha256"],
        "layers": {"conv1_1": [4], "conv1_2": [5]},
    }
    before = means.read_bytes()
    store.save_means("small", dict(reversed(MEANS.items())), {})
    assert means.read_bytes() == before


def test_weights_without_means_load_but_not_normalised(small):
    store.load("small")
    hint = "'jnst weights measure PICTURES --backbone small'"
    refused(f"no small_means.h5 in .*make it with {hint}", normalized=True)


def test_means_without_weights(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    refused("small.h5 not found", normalized=True)
    with pytest.raises(InputError, match=r"small\.h5 not found"):
        store.save_means("small", MEANS, {})


def test_means_of_another_folder_are_not_taken(means, tmp_path, monkeypatch):
    monkeypatch.setattr(store, "PACKAGE", tmp_path / "jnst")
    monkeypatch.delenv("JNST_WEIGHTS")
    save(tmp_path / "weights", small_layers())
    (tmp_path / "jnst").mkdir()
    for name in ("small.h5", "small_means.h5", "manifest.json"):
        (tmp_path / "jnst/weights").mkdir(exist_ok=True)
        (tmp_path / "jnst/weights" / name).write_bytes((tmp_path / name).read_bytes())
    refused("no small_means.h5", normalized=True)


def test_any_flipped_byte_of_the_means_is_noticed(means):
    data = means.read_bytes()
    for position in (*range(0, len(data), 499), len(data) - 1):
        damaged = bytearray(data)
        damaged[position] ^= 1
        means.write_bytes(damaged)
        refused("small_means.h5 do not have the SHA-256.*jnst weights measure", normalized=True)
    store.load("small")


def test_means_of_other_weights_are_refused(means, small):
    save(small.parent, {**small_layers(), "input": {"mean": MEAN + 1}})
    store.load("small")
    refused("small_means.h5 was measured with other weights", normalized=True)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"conv1_2": MEANS["conv1_1"]}, r"conv1_2/mean is float32 \(4,\)"),
        ({"conv1_2": -MEANS["conv1_2"]}, "not negative"),
        ({"conv1_2": MEANS["conv1_2"] * np.float32(np.nan)}, "finite"),
    ],
)
def test_means_that_do_not_fit(small, change, match):
    store.save_means("small", MEANS | change, {})
    refused(match, normalized=True)


def test_means_that_are_missing_for_a_layer(small):
    store.save_means("small", {"conv1_1": MEANS["conv1_1"]}, {})
    refused("small_means.h5 are broken: conv1_2/mean is missing", normalized=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.pop("small_means.h5"),
        lambda t: t["small_means.h5"].pop("sha256"),
        lambda t: t["small_means.h5"]["layers"].update(conv1_1=[3, 3, 3, 4]),
    ],
)
def test_a_manifest_that_does_not_fit_the_means(means, change):
    edit_manifest(means, change)
    refused("no entry 'small_means.h5'", normalized=True)


@pytest.fixture
def committed(monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(ROOT / "weights"))
    return store.load("vgg19")


def test_the_committed_vgg19(committed):
    assert len(committed) == 17
    kernels = [layer["kernel"] for name, layer in committed.items() if name != "input"]
    assert sum(kernel.size for kernel in kernels) == 20_018_880
    np.testing.assert_allclose(committed["input"]["mean"].ravel(), [103.939, 116.779, 123.68])


def test_the_committed_means_are_those_of_the_committed_vgg19(committed):
    path = ROOT / "weights/vgg19_means.h5"
    assert path.stat().st_size < 50_000
    with h5py.File(path) as file:
        means = {layer: file[layer]["mean"][...] for layer in file}
    assert {k: v.shape for k, v in means.items()} == {
        layer: arrays["bias"].shape for layer, arrays in committed.items() if layer != "input"
    }
    assert sum(mean.size for mean in means.values()) == 5504
    everything = np.concatenate(list(means.values()))
    assert 0.1 < everything.min() < everything.max() < 2000
    got, layer = store.load("vgg19", normalized=True)["conv5_4"], committed["conv5_4"]
    np.testing.assert_allclose(got["bias"], layer["bias"] / means["conv5_4"], rtol=1e-6)


def test_the_committed_vgg19_is_the_one_trained_on_imagenet(committed):
    if not FLOAT32_VGG19.exists():
        pytest.skip("the float32 VGG19 to compare with is not part of the repository")
    with np.load(FLOAT32_VGG19) as originals:
        assert len(originals.files) == 19
        for key in originals.files:
            block, convolution, kind = key.replace("_", "/").split("/")
            ours = committed[f"conv{block[-1]}_{convolution[-1]}"][kind]
            if kind == "bias":
                np.testing.assert_array_equal(ours, originals[key], strict=True)
            else:
                assert np.linalg.norm(ours - originals[key]) < 0.01 * np.linalg.norm(originals[key])


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
