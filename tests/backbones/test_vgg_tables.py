"""VGG's layers: their names, and how far they see."""

from itertools import pairwise

import pytest

from jnst.backbones import vgg_tables
from jnst.backbones.layers import Geometry


@pytest.mark.parametrize(("name", "convolutions"), [("vgg16", 13), ("vgg19", 16)])
def test_layer_names(name, convolutions):
    layers = vgg_tables.LAYERS[name]
    assert len(set(layers)) == len(layers) == 2 * convolutions + 5
    assert [sum(layer.startswith(kind) for layer in layers) for kind in ("conv", "relu")] == [
        convolutions
    ] * 2
    assert layers[:6] == ("conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1", "conv2_1")
    assert layers[-3:] == (f"conv5_{vgg_tables.CONVOLUTIONS[name][-1]}", *layers[-2:])
    assert layers[-1] == "pool5"
    for before, after in pairwise(layers):
        assert not before.startswith("conv") or after == before.replace("conv", "relu")


def test_a_convolution_sees_one_position_further_and_a_pooling_doubles_their_distance():
    found = vgg_tables.geometry(("conv1_1", "relu1_1", "conv1_2", "pool1", "conv2_1"))
    assert [*found.values()] == [Geometry(*one) for one in ((1, 1), (1, 1), (1, 2), (2, 2), (2, 4))]
