"""The weights that come along."""

import csv
from pathlib import Path

import h5py
import numpy as np
import pytest
from helpers import ROOT, SHARED
from helpers_store import MEANS

from jnst.weights import manifest, onepass, store, trained

FREE = {
    *("public-domain", "CC0-1.0", "CC-BY-2.0", "CC-BY-3.0", "CC-BY-4.0"),
    "LicenseRef-Kodak-unrestricted-use",
}
FLOAT32_VGG19 = SHARED / "data/weights/vgg19_float32_to_conv3_1.npz"


@pytest.fixture
def means(small) -> Path:
    return store.save_means("small", MEANS, {"source": "two pictures"})


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


def test_the_committed_masters_are_multistyle_but_for_the_norms():
    path = ROOT / "weights/masters.jnst"
    entry = manifest.table(ROOT / "weights")[path.name]
    assert manifest.digest(path.read_bytes()) == entry["sha256"]
    assert path.stat().st_size < 1_000_000
    design, params, made_with = trained.read(path)
    assert design.network == "multistyle-mobile"
    assert len(design.styles) == 8
    _, theirs = onepass.load("multistyle")
    for row, kinds in theirs.items():
        for kind in kinds.keys() - {"scale", "shift"}:
            np.testing.assert_array_equal(params[row][kind], kinds[kind])
    table = ROOT / "weights/PHOTOGRAPHS.tsv"
    assert manifest.digest(table.read_bytes()) == entry["source_sha256"]
    with open(table, newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert sorted(row["file"] for row in rows) == sorted(made_with["photographs"])
    assert all(row["licence"] in FREE and row["source"] for row in rows)
