"""Random weights of VGG, and its files as torch writes them."""

from pathlib import Path

import numpy as np
from helpers_torch import state_dict, zipped

from jnst.backbones import graph
from jnst.backbones.tables import BACKBONES

rng = np.random.default_rng(0)
NUMBERS = {  # of the convolutions in torchvision's Sequential
    "vgg16": (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28),
    "vgg19": (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34),
}


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


def assert_same(params, layers: dict) -> None:
    assert set(params) == {"input", *layers}
    for name, layer in layers.items():
        np.testing.assert_array_equal(params[name]["kernel"], layer["kernel"], strict=True)
        np.testing.assert_array_equal(params[name]["bias"], layer["bias"], strict=True)


CAFFE_MEAN = np.float32([[[[103.939, 116.779, 123.68]]]])
