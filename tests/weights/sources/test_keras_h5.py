"""Keras's files: round trips through NumPy, older names, and what is refused."""

import json

import numpy as np
import pytest
from helpers_weights import KERAS, as_keras, assert_same, expected, random_arrays, write_keras

from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError
from jnst.weights import convert, store


def large_are_slow(names):
    """Mark the networks of about 100 MB."""
    large = ("resnet50", "inception_v3")
    return [pytest.param(n, marks=[pytest.mark.slow] * n.startswith(large)) for n in names]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", large_are_slow(KERAS))
def test_keras_round_trip(folder, name):
    arrays = random_arrays(name)
    root = "model_weights" if name == "resnet50" else "/"
    heap = name == "squeezenet1_1"
    source = write_keras(folder / "any.h5", as_keras(name, arrays), root, heap=heap)
    assert convert.convert(source) == folder / f"{name}.h5"
    assert_same(store.load(name), expected(name, arrays, "keras"), BACKBONES[name].table)
    entry = json.loads((folder / "manifest.json").read_text())[f"{name}.h5"]
    assert (entry["backbone"], entry["source"]) == (name, "any.h5")
    assert {"authors", "licence", "notice"} < set(entry)


def test_weights_from_another_file_are_replaced_only_where_that_is_named(folder):
    arrays = random_arrays("squeezenet1_1")
    source = write_keras(folder / "one.h5", as_keras("squeezenet1_1", arrays))
    made = convert.convert(source)
    before = made.read_bytes()
    first = next(iter(arrays))
    arrays[first] = {kind: array + 1 for kind, array in arrays[first].items()}
    other = write_keras(folder / "two.h5", as_keras("squeezenet1_1", arrays))
    with pytest.raises(InputError, match=r"with other numbers, from one.h5, and is not replaced"):
        convert.convert(other)
    assert made.read_bytes() == before
    assert convert.convert(other, made) == made
    assert made.read_bytes() != before


@pytest.mark.parametrize(
    ("start", "stems"),
    [
        (94, ("conv2d", "batch_normalization")),
        (1, ("convolution2d", "batchnormalization")),
        pytest.param(1, ("conv2d", "batch_normalization"), marks=pytest.mark.slow),
        pytest.param(94, ("convolution2d", "batchnormalization"), marks=pytest.mark.slow),
    ],
)
def test_inception_is_read_by_number(folder, start, stems):
    """Older files begin at 1, a second model of a process where the first one ended.

    The oldest have other names for all, and call the variance running_std.
    """
    arrays = random_arrays("inception_v3")
    layers = as_keras("inception_v3", arrays)
    renamed = {}
    for name in sorted(layers):  # "conv2d_10" before "conv2d_2"
        stem, _, number = (
            name.removeprefix("conv2d").removeprefix("batch_normalization").rpartition("_")
        )
        stem = stems["batch" in name]
        oldest = {"moving_mean": "running_mean", "moving_variance": "running_std"}
        keys = oldest if stem.startswith("batchn") else {}
        own = {keys.get(key, key): array for key, array in layers[name].items()}
        renamed[f"{stem}_{int(number or 0) + start}"] = own
    convert.convert(write_keras(folder / "any.h5", renamed))
    wanted = expected("inception_v3", arrays, "keras")
    assert_same(store.load("inception_v3"), wanted, BACKBONES["inception_v3"].table)


@pytest.mark.parametrize("kept", ["Conv1", "bn_Conv1", None])
def test_the_published_mobilenet_is_read_in_order(folder, kept):
    """Its layers have other names than Keras's network has now."""
    arrays = random_arrays("mobilenet_v2")
    layers = as_keras("mobilenet_v2", arrays)
    renamed = {k if k == kept else f"mobl{i}_{i}": v for i, (k, v) in enumerate(layers.items())}
    source = write_keras(folder / "any.h5", renamed)
    if kept is None:
        with pytest.raises(InputError, match="holds none of the networks vgg16, "):
            convert.convert(source)
    convert.convert(source, backbone="auto" if kept else "mobilenet_v2")
    wanted = expected("mobilenet_v2", arrays, "keras")
    assert_same(store.load("mobilenet_v2"), wanted, BACKBONES["mobilenet_v2"].table)


def change_keras(layers, what):
    bn = layers["conv3_block2_1_bn"]
    match what:
        case "no layer":
            del layers["conv3_block2_1_conv"]
        case "no normalisation":
            del layers["conv3_block2_1_bn"]
        case "a layer more":
            layers["conv4_block99_1_conv"] = layers["conv3_block2_1_conv"]
        case "no gamma":
            del bn["gamma"]
        case "an array more":
            bn["size"] = np.ones((2, 2), np.float32)
        case "shape":
            bn["beta"] = np.ones(127, np.float32)
        case "kernel":
            layers["conv3_block2_1_conv"]["kernel"] = np.ones((1, 1, 160, 64), np.float32)
        case "float64":
            bn["beta"] = bn["beta"].astype(float)
        case "infinite":
            bn["moving_mean"][3] = np.inf
        case "beyond":
            bn["gamma"][3], bn["moving_variance"][3] = 3e38, 0
        case "negative":
            bn["moving_variance"][3] = -0.1
        case "huge":
            layers["conv3_block2_1_conv"]["kernel"] = np.zeros((3, 3, 512, 1024), np.float32)


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("no layer", "has no conv3_block2_1_conv$"),
        ("no normalisation", "has no conv3_block2_1_bn$"),
        ("a layer more", "has conv4_block99_1_conv, which densenet121 has not"),
        (
            "no gamma",
            r"conv3_block2_1_bn has \['beta', 'mean', 'variance'\], not \['beta', 'gamma'",
        ),
        ("an array more", "conv3_block2_1_bn has .*'other'"),
        ("shape", r"conv3_block2_1_bn beta is float32 \(127,\), not float32 \(128,\)"),
        ("kernel", r"conv3_block2_1_conv kernel is float32 \(1, 1, 160, 64\), not .*160, 128\)"),
        ("float64", "conv3_block2_1_bn beta is float64"),
        ("infinite", "conv3_block2_1_bn mean has values that are not finite"),
        ("beyond", "conv3_block2_1_bn scales beyond all numbers"),
        ("negative", "conv3_block2_1_bn has a variance below zero"),
        ("huge", "too large"),
    ],
)
def test_a_keras_file_that_is_no_densenet_is_refused(folder, what, says, densenet):
    layers = {name: {k: v.copy() for k, v in arrays.items()} for name, arrays in densenet.items()}
    change_keras(layers, what)
    source = write_keras(folder / "any.h5", layers)
    with pytest.raises(InputError, match=says) as caught:
        convert.convert(source)
    assert "\n" not in str(caught.value)
    assert not (folder / "densenet121.h5").exists()


@pytest.fixture(scope="module")
def densenet():
    return as_keras("densenet121", random_arrays("densenet121"))


@pytest.mark.slow
def test_a_file_cut_off_anywhere_is_refused(folder, densenet):
    source = write_keras(folder / "any.h5", densenet)
    data = source.read_bytes()
    for length in (0, 100, 5000, len(data) // 2, len(data) - 1):
        source.write_bytes(data[:length])
        with pytest.raises(InputError, match=r"cannot read .* as Keras weights"):
            convert.convert(source)
