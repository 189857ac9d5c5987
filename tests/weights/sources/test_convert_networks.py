"""Files of the networks that are not VGG, as NumPy writes them: what is read, and what is refused.

That what is read computes the right maps, tests/parity says.
"""

import json

import h5py
import numpy as np
import pytest
from helpers_torch import state_dict, zipped

from jnst.backbones import graph
from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError
from jnst.weights import convert, folding, store
from jnst.weights.sources import ORIGINS, biased, inception2015, roles, torch_names, weighted

RNG = np.random.default_rng(0)
KERAS = ["resnet50", "densenet121", "inception_v3", "mobilenet_v2", "squeezenet1_1"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    return tmp_path


def random_arrays(name):
    """Draw the weights that a network's layers read, ours in shape; few kernels are not zero."""
    table, found = BACKBONES[name].table, {}
    shapes, needs_bias = graph.kernels(table), biased(table)
    for layer in weighted(table):
        convolution, normalization = roles(layer)
        width = shapes[layer.name][-1:]
        if convolution:
            kernel = np.zeros(shapes[layer.name], np.float32)
            kernel[..., :2] = RNG.normal(size=kernel[..., :2].shape)
            found[convolution] = {"kernel": kernel}
            if needs_bias:
                found[convolution]["bias"] = RNG.normal(size=width).astype(np.float32)
        if normalization:
            keys = ["gamma", "beta", "mean", "variance"]
            draw = RNG.uniform(0.5, 1.5, (4, *width)).astype(np.float32)
            found[normalization] = dict(zip(keys, draw, strict=True))
    return found


def as_keras(name, arrays):
    """Rename what Keras names otherwise, turn depthwise kernels, drop Inception's gamma."""
    depthwise = {la.reads[0] for la in BACKBONES[name].table if la.op == "depthwise"}
    found = {}
    for layer, own in arrays.items():
        names = {"mean": "moving_mean", "variance": "moving_variance"}
        if layer in depthwise:
            own = {"depthwise_kernel": own["kernel"].transpose(0, 1, 3, 2)}
        found[layer] = {
            names.get(key, key): array
            for key, array in own.items()
            if key != "gamma" or name != "inception_v3"
        }
    return found


def write_keras(path, layers, root="/", ending=":0"):
    """Write Keras's layout; a layer without weights and a classifier are there too."""
    with h5py.File(path, "w") as file:
        group = file.require_group(root)
        top = {"predictions": {"kernel": np.ones((4, 3), np.float32)}, "pool": {}}
        for name, arrays in (layers | top).items():
            own = group.create_group(name)
            keys = [f"{name}/{key}{ending}" for key in arrays]
            for key, array in zip(keys, arrays.values(), strict=True):
                own[key] = array
            own.attrs["weight_names"] = np.array([key.encode() for key in keys], "S99")
        group.attrs["layer_names"] = [name.encode() for name in (*layers, *top)]
    return path


def expected(name, arrays, kind):
    """Fold, and for the first layer nothing: what the input asks for is tested on its own."""
    table, origin, found = BACKBONES[name].table, ORIGINS[kind][name], {}
    for layer in weighted(table)[1:]:
        convolution, normalization = roles(layer)
        own = arrays[convolution] if convolution else {}
        if normalization:
            statistics = dict(arrays[normalization])
            if (kind, name) == ("keras", "inception_v3"):
                del statistics["gamma"]
            found[layer.name] = folding.fold(own, statistics, epsilon=origin.epsilon)
        else:
            found[layer.name] = {"bias": np.zeros(layer.channels, np.float32), **own}
    return found


def assert_same(params, wanted, table):
    assert set(params) == {"input", table[0].name, *wanted}
    for name, arrays in wanted.items():
        for key, array in arrays.items():
            np.testing.assert_array_equal(params[name][key], array, strict=True)


@pytest.mark.parametrize("name", KERAS)
def test_keras_round_trip(folder, name):
    arrays = random_arrays(name)
    root = "model_weights" if name == "resnet50" else "/"
    source = write_keras(folder / "any.h5", as_keras(name, arrays), root)
    assert convert.convert(source) == folder / f"{name}.h5"
    assert_same(store.load(name), expected(name, arrays, "keras"), BACKBONES[name].table)
    entry = json.loads((folder / "manifest.json").read_text())[f"{name}.h5"]
    assert (entry["backbone"], entry["source"]) == (name, "any.h5")
    assert {"authors", "licence", "notice"} < set(entry)


@pytest.mark.parametrize("name", [name for name in torch_names.NAMES if "vgg" not in name])
def test_torch_round_trip(folder, name):
    arrays = random_arrays(name)
    source = write_torch(folder / "any.pth", as_torch(name, arrays))
    assert convert.convert(source) == folder / f"{name}.h5"
    assert_same(store.load(name), expected(name, arrays, "torchvision"), BACKBONES[name].table)


def as_torch(name, arrays):
    keys = {"kernel": "weight", "gamma": "weight", "beta": "bias", "mean": "running_mean"}
    keys |= {"variance": "running_var"}
    found = {}
    for layer, own in arrays.items():
        for key, array in own.items():
            array = array.transpose(3, 2, 0, 1).copy() if array.ndim == 4 else array
            found[f"{torch_names.prefixes(name)[layer]}.{keys.get(key, key)}"] = array
    return found


def write_torch(path, tensors):
    path.write_bytes(zipped(*state_dict(tensors)))
    return path


def test_every_network_has_a_name_in_torch_for_each_layer_and_no_other():
    for name in torch_names.NAMES:
        ours = torch_names.prefixes(name)
        assert set(ours) == {read for la in weighted(BACKBONES[name].table) for read in la.reads}
        assert len(set(ours.values())) == len(ours)


def test_published_densenets_have_a_dot_more(folder):
    arrays = random_arrays("densenet121")
    tensors = as_torch("densenet121", arrays)
    dotted = {}
    for key, array in tensors.items():
        for part in ("norm1", "norm2", "conv1", "conv2"):
            if "denselayer" in key:
                key = key.replace(f".{part}.", f".{part[:-1]}.{part[-1]}.")
        dotted[key] = array
    assert dotted.keys() != tensors.keys()
    convert.convert(write_torch(folder / "any.pth", dotted))
    wanted = expected("densenet121", arrays, "torchvision")
    assert_same(store.load("densenet121"), wanted, BACKBONES["densenet121"].table)


@pytest.mark.parametrize("start", [1, 94])
@pytest.mark.parametrize(
    "stems", [("conv2d", "batch_normalization"), ("convolution2d", "batchnormalization")]
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


@pytest.mark.parametrize(
    ("name", "kernel", "mean"),
    [  # BGR of the pixel (R, G, B) = (1, 2, 3) / 4, and a kernel that takes one channel each
        ("resnet50", np.array([3, 2, 1]) * 255 / 4 - [103.939, 116.779, 123.68], None),
        (
            "densenet121",
            (np.array([1, 2, 3]) / 4 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225],
            None,
        ),
        ("mobilenet_v2", np.array([1, 2, 3]) / 2 - 1, 127.5),
    ],
)
def test_the_first_kernel_takes_our_input(folder, name, kernel, mean):
    arrays = random_arrays(name)
    first, normalization = BACKBONES[name].table[0].reads
    arrays[first]["kernel"][:] = 0
    size = arrays[first]["kernel"].shape[0] // 2
    arrays[first]["kernel"][size, size, [0, 1, 2], [0, 1, 2]] = 1  # each its channel, unmixed
    plain = {"gamma": 1, "beta": 0, "mean": 0, "variance": 1 - ORIGINS["keras"][name].epsilon}
    for key, value in plain.items():
        arrays[normalization][key][:] = value
    convert.convert(write_keras(folder / "any.h5", as_keras(name, arrays)))
    params, table = store.load(name), BACKBONES[name].table
    picture = np.broadcast_to(np.float32([1, 2, 3]) / 4, (1, 32, 32, 3))
    got = graph.features(table, params, picture, [table[0].name])[table[0].name]
    np.testing.assert_allclose(got[0, 8, 8, :3], kernel, rtol=1e-5)
    if mean:
        np.testing.assert_array_equal(params["input"]["mean"], np.full((1, 1, 1, 3), mean))


def test_float16_is_widened(folder):
    arrays = random_arrays("squeezenet1_1-torchvision")
    half = {
        k: v.astype(np.float16) for k, v in as_torch("squeezenet1_1-torchvision", arrays).items()
    }
    convert.convert(write_torch(folder / "any.pth", half))
    kernel = store.load("squeezenet1_1-torchvision")["fire9/expand3x3"]["kernel"]
    wanted = arrays["fire9/expand3x3"]["kernel"].astype(np.float16).astype(np.float32)
    np.testing.assert_array_equal(kernel, wanted, strict=True)


def change_keras(layers, what):
    bn = layers["conv3_block2_1_bn"]
    match what:
        case "no layer":
            del layers["conv3_block2_1_conv"]
        case "no normalisation":
            del layers["conv3_block2_1_bn"]
        case "a layer more":
            layers["conv4_block7_1_conv"] = layers["conv3_block2_1_conv"]
        case "no gamma":
            del bn["gamma"]
        case "an array more":
            bn["size"] = np.ones((2, 2), np.float32)
        case "shape":
            bn["beta"] = np.ones(127, np.float32)
        case "kernel":
            layers["conv3_block2_1_conv"]["kernel"] = np.ones((1, 1, 512, 64), np.float32)
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
        ("a layer more", "has conv4_block7_1_conv, which resnet50 has not"),
        (
            "no gamma",
            r"conv3_block2_1_bn has \['beta', 'mean', 'variance'\], not \['beta', 'gamma'",
        ),
        ("an array more", "conv3_block2_1_bn has .*'other'"),
        ("shape", r"conv3_block2_1_bn beta is float32 \(127,\), not float32 \(128,\)"),
        ("kernel", r"conv3_block2_1_conv kernel is float32 \(1, 1, 512, 64\), not .*512, 128\)"),
        ("float64", "conv3_block2_1_bn beta is float64"),
        ("infinite", "conv3_block2_1_bn mean has values that are not finite"),
        ("beyond", "conv3_block2_1_bn scales beyond all numbers"),
        ("negative", "conv3_block2_1_bn has a variance below zero"),
        ("huge", "too large"),
    ],
)
def test_a_keras_file_that_is_no_resnet50_is_refused(folder, what, says, resnet):
    layers = {name: {k: v.copy() for k, v in arrays.items()} for name, arrays in resnet.items()}
    change_keras(layers, what)
    source = write_keras(folder / "any.h5", layers)
    with pytest.raises(InputError, match=says) as caught:
        convert.convert(source)
    assert "\n" not in str(caught.value)
    assert not (folder / "resnet50.h5").exists()


@pytest.fixture(scope="module")
def resnet():
    return as_keras("resnet50", random_arrays("resnet50"))


def test_a_file_cut_off_anywhere_is_refused(folder, resnet):
    source = write_keras(folder / "any.h5", resnet)
    data = source.read_bytes()
    for length in (0, 100, 5000, len(data) // 2, len(data) - 1):
        source.write_bytes(data[:length])
        with pytest.raises(InputError, match=r"cannot read .* as Keras weights"):
            convert.convert(source)


def test_a_state_dict_with_a_layer_more_or_less(folder):
    name = "squeezenet1_1-torchvision"
    tensors = as_torch(name, random_arrays(name))
    more = tensors | {"features.13.squeeze.weight": np.ones((1, 1, 1, 1), np.float32)}
    with pytest.raises(InputError, match=r"has features\.13\.squeeze, which squeezenet1_1-torchv"):
        convert.convert(write_torch(folder / "more.pth", more))
    del tensors["features.4.expand1x1.bias"]
    with pytest.raises(InputError, match=r"has no features\.4\.expand1x1\.bias"):
        convert.convert(write_torch(folder / "less.pth", tensors))
    with pytest.raises(InputError, match=r"holds none of the networks vgg16, .*torchvision"):
        convert.convert(write_torch(folder / "other.pth", {"a.weight": np.ones(3, np.float32)}))


def test_the_network_can_be_said(folder, capsys):
    arrays = random_arrays("squeezenet1_1")
    source = write_keras(folder / "any.h5", as_keras("squeezenet1_1", arrays))
    assert convert.main([str(source), "--backbone", "squeezenet1_1"]) == 0
    assert convert.main([str(source), "--backbone", "resnet50"]) == 2
    assert capsys.readouterr().err == f"error: {source} has no conv1_conv\n"
    assert convert.main([str(source), "--backbone", "resnet50-torchvision"]) == 2
    says = "error: unknown backbone of keras files 'resnet50-torchvision'; choose from vgg16, vgg19"
    assert capsys.readouterr().err.startswith(says)


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


def test_every_pair_that_can_be_converted_is_of_a_network_that_there_is():
    for backbones in ORIGINS.values():
        assert set(backbones) <= set(BACKBONES)
    assert set(ORIGINS["torchvision"]) == set(torch_names.NAMES)
    largest = max(map(np.prod, graph.kernels(BACKBONES["inception_v3"].table).values()))
    assert 4 * largest < inception2015.LARGEST - 128  # behind NumPy's header
