"""Conversion of VGG's files, and of the convention in which a first kernel takes its input."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from helpers_torch import legacy, zipped
from helpers_vgg import CAFFE_MEAN, assert_same, random_layers, rng, torch_tensors, write_torch

from jnst.errors import InputError
from jnst.weights import convert, store


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    return tmp_path


def write_keras(path: Path, layers: dict, names="{0}/{0}_W_1:0 {0}/{0}_b_1:0", attributes=True):
    with h5py.File(path, "w") as file:
        file.create_group("block1_pool").attrs["weight_names"] = np.array([], "S1")
        for name, layer in layers.items():
            keras = f"block{name[4]}_conv{name[6]}"
            kernel, bias = (text.removeprefix(f"{keras}/") for text in names.format(keras).split())
            group = file.create_group(keras)
            group[kernel], group[bias] = layer["kernel"], layer["bias"]
            if attributes:
                group.attrs["weight_names"] = np.array([kernel.encode(), bias.encode()])
    return path


@pytest.mark.parametrize(
    ("backbone", "names", "attributes"),
    [
        ("vgg16", "{0}/{0}_W_1:0 {0}/{0}_b_1:0", True),
        ("vgg19", "{0}/{0}_W_1:0 {0}/{0}_b_1:0", False),
        ("vgg16", "{0}/{0}/kernel:0 {0}/{0}/bias:0", True),
        ("vgg16", "{0}/{0}/kernel {0}/{0}/bias", True),
    ],
)
def test_keras_round_trip(folder, backbone, names, attributes):
    layers = random_layers(backbone)
    source = write_keras(folder / "keras.h5", layers, names, attributes)
    convert.convert(source, folder / "net.h5")
    params = store.load("net")
    assert_same(params, layers)
    np.testing.assert_array_equal(params["input"]["mean"], CAFFE_MEAN)
    entry = json.loads((folder / "manifest.json").read_text())["net.h5"]
    assert (entry["backbone"], entry["source"]) == (backbone, "keras.h5")
    assert "Simonyan" in entry["authors"]
    assert entry["licence"] == "CC BY 4.0"


@pytest.mark.parametrize(
    ("backbone", "name", "write"),
    [("vgg19", "vgg19-d01eb7cb.pth", zipped), ("vgg16", "vgg16-00b39a1b.pth", legacy)],
)
def test_the_caffe_originals_in_torch_round_trip(folder, backbone, name, write):
    layers = random_layers(backbone)
    source = write_torch(folder / name, torch_tensors(backbone, layers), write)
    convert.convert(source, folder / f"{backbone}.h5")
    params = store.load(backbone)
    assert_same(params, layers)
    np.testing.assert_array_equal(params["input"]["mean"], CAFFE_MEAN)


def convolve(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Correlate (h, w, 3) with (3, 3, 3, n), zero-padded to the same size, in float64."""
    padded = np.pad(x.astype(np.float64), ((1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (0, 1))  # h w 3 3 3
    return np.einsum("hwcij,ijcn->hwn", windows, kernel.astype(np.float64)) + bias


@pytest.mark.parametrize("backbone", ["vgg16", "vgg19"])
def test_torchvisions_scaling_is_folded_into_the_first_convolution(folder, backbone):
    layers = random_layers(backbone)
    name = {"vgg16": "vgg16-397923af.pth", "vgg19": "vgg19-dcbb9e9d.pth"}[backbone]
    source = write_torch(folder / name, torch_tensors(backbone, layers))
    convert.convert(source, folder / "net.h5")
    params = store.load("net")
    picture = rng.uniform(size=(7, 9, 3))  # RGB
    standard = (picture - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)
    expected = convolve(standard, **layers["conv1_1"])
    ours = 255 * picture[:, :, ::-1] - params["input"]["mean"][0]
    got = convolve(ours, **params["conv1_1"])
    border = np.ones(got.shape[:2], bool)
    border[1:-1, 1:-1] = False
    for part in (border, ~border):
        np.testing.assert_allclose(got[part], expected[part], atol=1e-6 * np.abs(expected).max())
    del layers["conv1_1"]
    assert_same({k: v for k, v in params.items() if k != "conv1_1"}, layers)


def damage(tensors: dict, what: str) -> None:
    kernel = tensors["features.7.weight"]
    match what:
        case "a bias is missing":
            del tensors["features.7.bias"]
        case "a kernel is missing":
            del tensors["features.7.weight"]
        case "a number is wrong":
            tensors["features.8.weight"] = tensors.pop("features.7.weight")
        case "a kernel is of 5 x 5":
            tensors["features.7.weight"] = np.zeros((128, 128, 5, 5), np.float32)
        case "a kernel is flat":
            tensors["features.7.weight"] = kernel.reshape(128, -1)
        case "a kernel is in float64":
            tensors["features.7.weight"] = kernel.astype(np.float64)
        case "a number is not finite":
            kernel[0, 0, 0, 0] = np.nan
        case "batch normalisation":
            tensors["features.1.weight"] = np.ones(64, np.float32)


@pytest.mark.parametrize(
    ("what", "match"),
    [
        ("a bias is missing", r"has no features\.7\.bias"),
        ("a kernel is missing", r"has no features\.7\.weight"),
        ("a number is wrong", r"has no features\.7\.weight"),
        ("a kernel is of 5 x 5", r"conv2_2 kernel is float32 \(5, 5"),
        ("a kernel is flat", "conv2_2 kernel is"),
        ("a kernel is in float64", "conv2_2 kernel is float64"),
        ("a number is not finite", "conv2_2 kernel has values that are not finite"),
        ("batch normalisation", r"has features\.1, which vgg16 has not"),
    ],
)
def test_a_network_that_is_no_vgg_is_refused(folder, what, match):
    tensors = torch_tensors("vgg16", random_layers("vgg16"))
    damage(tensors, what)
    source = write_torch(folder / "vgg16-00b39a1b.pth", tensors)
    with pytest.raises(InputError, match=match):
        convert.convert(source, folder / "net.h5")
    assert not (folder / "net.h5").exists()


def test_a_keras_file_that_is_no_vgg_is_refused(folder):
    layers = random_layers("vgg16")
    layers["conv3_2"]["kernel"] = layers["conv3_2"]["kernel"][:, :, :, :-1]
    source = write_keras(folder / "a.h5", layers)
    with pytest.raises(InputError, match=r"conv3_2 kernel is float32 \(3, 3, 256, 255\)"):
        convert.convert(source)
    with h5py.File(source, "w") as file:
        file["block1_conv1/b"] = np.zeros(64, "f4")
        file.create_dataset("block1_conv2/W", (10**6, 10**6), "f4", chunks=(10, 10))
    with pytest.raises(InputError, match="too large"):
        convert.convert(source)
