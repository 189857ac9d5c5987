"""Where weights come from, by kind of file and network."""

import numpy as np
import pytest
from helpers_weights import as_keras, random_arrays, write_keras
from programs import quick

from jnst.backbones import graph
from jnst.backbones.tables import BACKBONES
from jnst.weights import convert, store
from jnst.weights.sources import ORIGINS, inception2015, torch_names


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    return tmp_path


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
    first = table[0].name
    got = quick(lambda params, x: graph.features(table, params, x, [first]))(params, picture)[first]
    np.testing.assert_allclose(got[0, 8, 8, :3], kernel, rtol=1e-5)
    if mean:
        np.testing.assert_array_equal(params["input"]["mean"], np.full((1, 1, 1, 3), mean))


def test_every_pair_that_can_be_converted_is_of_a_network_that_there_is():
    for backbones in ORIGINS.values():
        assert set(backbones) <= set(BACKBONES)
    assert set(ORIGINS["torchvision"]) == set(torch_names.NAMES)
    largest = max(map(np.prod, graph.kernels(BACKBONES["inception_v3"].table).values()))
    assert 4 * largest < inception2015.LARGEST - 128  # behind NumPy's header
