"""Torch's state dicts under torchvision's names: round trips, and what is refused."""

import numpy as np
import pytest
from helpers_weights import as_torch, assert_same, expected, random_arrays, write_torch

from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError
from jnst.weights import convert, store
from jnst.weights.sources import torch_names


def large_are_slow(names):
    """Mark the networks of about 100 MB."""
    large = ("resnet50", "inception_v3")
    return [pytest.param(n, marks=[pytest.mark.slow] * n.startswith(large)) for n in names]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    "name", large_are_slow(name for name in torch_names.NAMES if "vgg" not in name)
)
def test_torch_round_trip(folder, name):
    arrays = random_arrays(name)
    source = write_torch(folder / "any.pth", as_torch(name, arrays))
    assert convert.convert(source) == folder / f"{name}.h5"
    assert_same(store.load(name), expected(name, arrays, "torchvision"), BACKBONES[name].table)


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


def test_float16_is_widened(folder):
    arrays = random_arrays("squeezenet1_1-torchvision")
    half = {
        k: v.astype(np.float16) for k, v in as_torch("squeezenet1_1-torchvision", arrays).items()
    }
    convert.convert(write_torch(folder / "any.pth", half))
    kernel = store.load("squeezenet1_1-torchvision")["fire9/expand3x3"]["kernel"]
    wanted = arrays["fire9/expand3x3"]["kernel"].astype(np.float16).astype(np.float32)
    np.testing.assert_array_equal(kernel, wanted, strict=True)


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
