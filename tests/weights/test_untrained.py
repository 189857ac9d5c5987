"""Random weights: their seed, their size, and the maps they give."""

import jax
import numpy as np
import pytest
from programs import quick

from jnst.backbones import graph
from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError
from jnst.weights.untrained import untrained


@pytest.mark.parametrize("name", ["squeezenet1_1", "mobilenet_v2-torchvision"])
def test_random_weights_keep_maps_alive(name):
    params = untrained(name)
    table = BACKBONES[name].table
    assert {k: v["kernel"].shape for k, v in params.items() if k != "input"} == graph.kernels(table)
    image = np.random.default_rng(0).random((1, 64, 64, 3), np.float32)
    deep = [layer.name for layer in table if layer.op.startswith("relu")][-3:]
    found = quick(lambda params, x: graph.features(table, params, x, deep))(params, image)
    for map_ in map(np.asarray, found.values()):
        assert np.isfinite(map_).all()
        assert 0.05 < np.mean(map_ > 0) < 0.95


def test_random_weights_are_those_of_their_seed():
    first, again, other = (untrained("squeezenet1_1", seed=s) for s in (0, 0, 1))
    assert jax.tree.all(jax.tree.map(np.array_equal, first, again))
    kernels = [params["conv1"]["kernel"] for params in (first, other)]
    assert not np.array_equal(*kernels)
    for kernel, inputs in ((kernels[0], 27), (first["fire9/expand3x3"]["kernel"], 9 * 64)):
        assert kernel.dtype == np.float32
        assert np.isclose(kernel.std(), np.sqrt(2 / inputs), rtol=0.05)
    np.testing.assert_array_equal(first["conv1"]["bias"], 0)
    np.testing.assert_allclose(first["input"]["mean"].ravel(), [103.939, 116.779, 123.68])
    scales = untrained("densenet121")
    np.testing.assert_array_equal(scales["bn"]["kernel"], np.ones((1, 1, 1, 1024), np.float32))
    with pytest.raises(
        InputError, match=r"unknown network 'vgg11' \(did you mean vgg1\d\?\); choose from vgg16"
    ):
        untrained("vgg11")
