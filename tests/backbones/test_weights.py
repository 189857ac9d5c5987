import hashlib
import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from jnst.arrays import InputError
from jnst.backbones import weights

ROOT = Path(__file__).resolve().parents[2]
FLOAT32_VGG19 = ROOT.parent / "shared/data/weights/vgg19_float32_to_conv3_1.npz"
rng = np.random.default_rng(0)
INDEX = rng.integers(0, 256, (3, 3, 3, 4), dtype=np.uint8)
CODEBOOK = rng.normal(size=256).astype(np.float32)
KERNEL = rng.normal(size=(3, 3, 4, 5)).astype(np.float32)
BIASES = {n: rng.normal(size=n).astype(np.float32) for n in (4, 5)}
MEAN = np.float32([[[[1, 2, 3]]]])


def small_layers() -> dict:
    return {
        "input": {"mean": MEAN},
        "conv1_1": {"index": INDEX, "codebook": CODEBOOK, "bias": BIASES[4]},
        "conv1_2": {"kernel": KERNEL, "bias": BIASES[5]},
    }


def save(folder: Path, layers: dict) -> Path:
    weights.save(folder / "small.h5", layers, {"backbone": "small", "licence": "none"})
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


def refused(match: str) -> None:
    with pytest.raises(InputError, match=match) as caught:
        weights.load("small")
    assert "\n" not in str(caught.value)


def test_what_was_saved_is_loaded(small):
    params = weights.load("small")
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
    weights.save(small.with_name("another.h5"), small_layers(), {})
    backwards = dict(reversed(small_layers().items()))
    small.with_name("manifest.json").write_bytes(first[1])
    save(small.parent, backwards)
    assert (small.read_bytes(), small.with_name("manifest.json").read_bytes()) == first
    weights.save(small.with_name("another.h5"), small_layers(), {})
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

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="full"):
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
    refused(r"SHA-256.*'python -m jnst\.convert SOURCE'")


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
    monkeypatch.setattr(weights, "PACKAGE", tmp_path / "site" / "jnst")
    in_wheel, in_repository = tmp_path / "site/jnst/weights", tmp_path / "site/weights"
    save(in_wheel, small_layers())
    assert weights.load("small")["input"]["mean"][0, 0, 0, 0] == 1
    save(in_repository, {**small_layers(), "input": {"mean": MEAN + 1}})
    assert weights.load("small")["input"]["mean"][0, 0, 0, 0] == 2
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path / "empty"))
    refused("small.h5 not found in .*empty: make them with .*, or point JNST_WEIGHTS")


def test_a_missing_network_says_how_to_make_it(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    with pytest.raises(InputError, match=r"vgg16_weights_tf_dim_ordering_tf_kernels_notop\.h5"):
        weights.load("vgg16")


@pytest.fixture
def committed(monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(ROOT / "weights"))
    return weights.load("vgg19")


def test_the_committed_vgg19(committed):
    assert len(committed) == 17
    kernels = [layer["kernel"] for name, layer in committed.items() if name != "input"]
    assert sum(kernel.size for kernel in kernels) == 20_018_880
    np.testing.assert_allclose(committed["input"]["mean"].ravel(), [103.939, 116.779, 123.68])


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
