"""A small network with every operation: by hand = `jax.vjp` = central differences, in float64."""

import numpy as np
import pytest
from gradcheck import check, close
from programs import value_and_pullback

from jnst.backbones import graph, vgg
from jnst.backbones.tables import BACKBONES
from jnst.byhand.backbones import graph as byhand
from jnst.byhand.backbones import vgg as byhand_vgg

RNG = np.random.default_rng(0)
Layer = graph.Layer

pytestmark = pytest.mark.usefixtures("in_float64")

# Two ways from b, one of them past the next block too; maps read by one, two and three layers.
TABLE = (
    Layer("a", "conv", ("input",), 4, (3, 3), 2, 1, ("a",)),
    Layer("b", "relu", ("a",), 4),
    Layer("c", "max", ("b",), 4, (3, 3), 2, "ceil"),
    Layer("d", "conv", ("c",), 6, (1, 3), 1, "same", ("d",)),
    Layer("e", "relu6", ("d",), 6),
    Layer("f", "depthwise", ("e",), 6, (3, 3), 1, "same", ("f",)),
    Layer("g", "scale", ("f",), 6, reads=("g",)),
    Layer("h", "add", ("e", "g"), 6),
    Layer("i", "avg", ("h",), 6, (3, 3), 1, "same"),
    Layer("j", "framed avg", ("h",), 6, (3, 3), 1, "same"),
    Layer("k", "concat", ("i", "c", "j"), 16),
    Layer("l", "conv", ("k",), 5, (3, 1), 2, "same", ("l",)),
    Layer("m", "max", ("k",), 16, (2, 2), 2, "valid"),
)
LAST = ("l", "m")


def draw(table):
    """Random weights; the mean is such that a picture is about as often above it as below."""
    params = {"input": {"mean": np.full((1, 1, 1, 3), 127.0)}}
    for name, shape in graph.kernels(table).items():
        kernel = RNG.normal(size=shape) * np.sqrt(2 / np.prod(shape[:3]))
        params[name] = {"kernel": kernel, "bias": RNG.normal(size=shape[-1])}
    params["a"]["kernel"] /= 15  # so that some are cut off at 6, and some are not
    return params


PARAMS = draw(TABLE)


def test_the_table_has_every_operation():
    every = {layer.op for backbone in BACKBONES.values() for layer in backbone.table}
    assert {layer.op for layer in TABLE} == every


@pytest.mark.parametrize("size", [(17, 20), pytest.param((18, 23), marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"pooling": "avg", "rescale": True},
        {"pooling": "l2", "rescale": True, "padding": "edge"},
    ],
    ids=lambda options: options.get("pooling", "max"),
)
def test_grad_of_every_operation(options, size):
    image = RNG.random((1, *size, 3))
    by_hand = byhand.Options(**options)
    every = [layer.name for layer in TABLE]
    by_jax = value_and_pullback(lambda x: graph.features(TABLE, PARAMS, x, every, **options))
    found = byhand.features(TABLE, PARAMS, image, LAST, by_hand)
    assert set(found) == {"input", *every}
    rectified = found["e"]
    assert 0.05 < np.mean(rectified == 6) < 0.5
    assert 0.05 < np.mean(rectified == 0) < 0.7
    for layers in (every, LAST, ["b"], ["e", "h"], ["k"]):
        zero = {name: np.zeros(found[name].shape) for name in every}
        gradients = {name: RNG.normal(size=found[name].shape) for name in layers}
        got = byhand.backward(TABLE, PARAMS, found, gradients, by_hand)
        expected, slope = by_jax(image, zero | gradients)
        for name in every:
            close(found[name], expected[name], rtol=1e-12)
        close(got, slope, rtol=1e-12)
    gradients = {name: RNG.normal(size=found[name].shape) for name in LAST}

    def loss(image):
        maps = byhand.features(TABLE, PARAMS, image, LAST, by_hand)
        return sum(np.sum(gradients[name] * maps[name]) for name in LAST)

    check(loss, image, byhand.backward(TABLE, PARAMS, found, gradients, by_hand), eps=1e-8)


def test_no_gradient_asked_for_is_none():
    found = byhand.features(TABLE, PARAMS, RNG.random((1, 9, 9, 3)), ["b"])
    assert list(found) == ["input", "a", "b"]
    gradient = byhand.backward(TABLE, PARAMS, found, {})
    close(gradient, np.zeros((1, 9, 9, 3)))


@pytest.mark.parametrize("name", ["vgg16", "vgg19"])
def test_vggs_tables_are_the_same_by_hand(name):
    ours = [(la.name, la.op, la.inputs, la.size, la.stride, la.frame) for la in vgg.TABLES[name]]
    assert [tuple(layer) for layer in byhand_vgg.TABLES[name]] == ours
