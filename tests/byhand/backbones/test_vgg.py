"""The whole networks: forward equal to `jnst.backbones.vgg`, backward to `jax.vjp`."""

import numpy as np
import pytest
from gradcheck import check, close
from programs import value_and_pullback

from jnst.backbones import vgg
from jnst.byhand.backbones import vgg as byhand

RNG = np.random.default_rng(0)
MEAN = np.array([103.939, 116.779, 123.68]).reshape(1, 1, 1, 3)
DEEPEST = "pool5"


pytestmark = pytest.mark.usefixtures("in_float64")


def thin(name, channels=8):
    """Random weights with few channels: the table and the engine are the network's own."""
    params, width = {"input": {"mean": MEAN}}, 3
    for layer in vgg.LAYERS[name]:
        if layer.startswith("conv"):
            kernel = RNG.normal(size=(3, 3, width, channels)) * np.sqrt(2 / (9 * width))
            params[layer] = {"kernel": kernel, "bias": RNG.normal(size=channels)}
            width = channels
    return params


def test_the_tables_of_both_kinds_are_the_same():
    assert set(byhand.TABLES) == set(vgg.TABLES)
    for name, table in byhand.TABLES.items():
        for ours, other in zip(table, vgg.TABLES[name], strict=True):
            assert ours._asdict().items() <= other._asdict().items()


def test_grad_of_preprocessing():
    x, dy = RNG.random((1, 4, 5, 3)), RNG.normal(size=(1, 4, 5, 3))
    y, dx = value_and_pullback(lambda x: vgg.preprocess(x, MEAN))(x, dy)
    close(byhand.preprocess(x, MEAN), y, rtol=1e-14)
    close(byhand.preprocess_backward(dy), dx, rtol=1e-14)
    check(lambda x: np.sum(dy * byhand.preprocess(x, MEAN)), x, byhand.preprocess_backward(dy))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("vgg16", {}),
        ("vgg19", {"pooling": "avg", "rescale": True}),
        pytest.param("vgg19", {}, marks=pytest.mark.slow),
        pytest.param("vgg16", {"pooling": "avg"}, marks=pytest.mark.slow),
        pytest.param(
            "vgg16",
            {"pooling": "l2", "rescale": True, "padding": "edge"},
            marks=pytest.mark.slow,
        ),
    ],
)
def test_grad_of_the_whole_network(name, options):
    params, image = thin(name), RNG.random((1, 37, 45, 3))  # odd at every pooling but one
    options = {"name": name, **options}
    # Every layer takes part, so that the derivative is checked from each of them to the pixels.
    every = vgg.LAYERS[name]
    by_jax = value_and_pullback(lambda x: vgg.features(params, x, every, **options))
    found = byhand.features(params, image, [DEEPEST], **options)
    assert tuple(found) == ("input", *every)
    for layers in (every, ["relu1_1"], ["pool2", "conv3_2"], [DEEPEST]):
        zero = {layer: np.zeros(found[layer].shape) for layer in every}
        gradients = {layer: RNG.normal(size=found[layer].shape) for layer in layers}
        got = byhand.backward(params, found, gradients, **options)
        expected, slope = by_jax(image, zero | gradients)
        for layer in every:
            close(found[layer], expected[layer], rtol=1e-12)
        close(got, slope, rtol=1e-12)

    def loss(image):
        deepest = byhand.features(params, image, [DEEPEST], **options)[DEEPEST]
        return np.sum(gradients[DEEPEST] * deepest)

    check(loss, image, got, eps=1e-8)


def test_nothing_deeper_than_asked_is_computed():
    params = thin("vgg19")
    shallow = {k: params[k] for k in ("input", "conv1_1", "conv1_2")}
    found = byhand.features(shallow, RNG.random((1, 4, 4, 3)), ["relu1_1", "pool1"])
    assert tuple(found) == ("input", *vgg.LAYERS["vgg19"][:5])
