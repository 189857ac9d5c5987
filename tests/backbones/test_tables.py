"""The tables of all networks: in order, and of the published size."""

import numpy as np
import pytest

from jnst.backbones import graph
from jnst.backbones.layers import INPUT
from jnst.backbones.tables import BACKBONES, SUITING

# The networks.

EACH = pytest.mark.parametrize("name", BACKBONES)


@EACH
def test_a_table_is_in_order_and_fits_together(name):
    table = BACKBONES[name].table
    channels = {INPUT: 3}
    for layer in table:
        given = [channels[other] for other in layer.inputs]  # each comes after those it reads
        expected = {"concat": sum(given), "conv": layer.channels}.get(layer.op, given[0])
        assert layer.channels == expected
        assert len(given) == 2 if layer.op == "add" else len(given) == 1 or layer.op == "concat"
        assert bool(layer.reads) == (layer.op in graph.WEIGHTED)
        assert layer.name not in channels
        channels[layer.name] = layer.channels
    reads = [read for layer in table for read in layer.reads]
    assert len(reads) == len(set(reads))


@EACH
def test_parallel_ways_meet_in_one_size(name):
    for height, width in ((96, 113), (129, 98)):
        found = graph.sizes(BACKBONES[name].table, height, width)
        for layer in BACKBONES[name].table:
            if layer.op in ("add", "concat"):
                assert len({found[other] for other in layer.inputs}) == 1


PARAMETERS = {  # of the convolutions and normalisations, without the classifier, as published
    "vgg16": 14_714_688,
    "vgg19": 20_024_384,
    "squeezenet1_1": 722_496,
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_numbers_of_parameters(name):
    shapes = graph.kernels(BACKBONES[name].table).values()
    assert sum(np.prod(shape) + shape[-1] for shape in shapes) == PARAMETERS[name]


@EACH
def test_suiting_layers_are_there(name):
    backbone = BACKBONES[name]
    assert {*backbone.content, *backbone.style} <= set(backbone.layers)
    assert (name.removesuffix("-torchvision") in SUITING) == ("vgg" not in name)
