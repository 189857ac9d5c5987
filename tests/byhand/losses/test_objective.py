"""The whole chain, from the total loss to the pixels, against `jax.grad` in float64."""

from pathlib import Path

import jax
import numpy as np
import pytest
from gradcheck import check, close
from PIL import Image
from skimage.data import chelsea

import jnst.losses as losses_package
from jnst.backbones import vgg
from jnst.byhand.losses import objective as byhand
from jnst.engines.build import ENGINES
from jnst.losses import objective
from jnst.losses.registry import CONTENT_LOSSES, STYLE_LOSSES, ObjectiveChoices
from jnst.transfer.settings import Settings
from jnst.weights import store

RNG = np.random.default_rng(0)
SAMPLE = Path(losses_package.__file__).parents[1] / "pictures" / "samples" / "style.jpg"
STYLE = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
DEFAULT = ObjectiveChoices(*(getattr(Settings(), name) for name in ObjectiveChoices._fields))
# By name: the losses, then the layers of content and style with their weights.
SETUPS = {
    "default": (DEFAULT, {"relu4_2": 1.0}, dict.fromkeys(STYLE, 0.2)),
    "gram": (
        DEFAULT._replace(style_loss="gram", content_scale="relative", pooling="avg"),
        {"relu4_2": 1.0},
        dict.fromkeys(STYLE, 0.2),
    ),
    "normalized": (
        DEFAULT._replace(style_loss="gram", normalize_gradients=True),
        {"relu2_2": 1.0},
        {"relu1_1": 0.2, "relu3_1": 0.8},
    ),
    "moments": (
        DEFAULT._replace(style_loss="moments"),
        {"relu3_1": 1.0},
        {"relu1_1": 0.5, "relu3_1": 0.5},
    ),
    "sliced": (DEFAULT._replace(style_loss="sliced"), {"relu2_1": 1.0}, {"relu3_1": 1.0}),
    "histogram": (DEFAULT._replace(style_loss="histogram"), {"relu2_1": 1.0}, {"conv3_1": 1.0}),
    "patches": (DEFAULT._replace(style_loss="patches"), {"relu2_1": 1.0}, {"relu3_1": 1.0}),
    "strotss": (
        DEFAULT._replace(style_loss="remd", content_loss="self-similarity", content_scale="mean"),
        {"relu3_1": 1.0},
        {"relu2_1": 0.5, "relu3_1": 0.5},
    ),
    # Layers of every kind, two terms on the same one, and the other names of the tables.
    "mixed": (
        DEFAULT._replace(
            style_loss="gram",
            gram_normalization="positions-channels",
            content_scale="half",
            style_scale="mean",
            tv="squares",
            tv_beta=1.25,
            padding="zeros",
        ),
        {"conv3_2": 1e-3, "relu2_1": 1e-4},
        {"conv1_2": 1e-3, "relu2_1": 1e-2, "pool3": 1e-2, "relu5_1": 1.0},
    ),
    "l2": (
        DEFAULT._replace(
            pooling="l2", rescale_pooling=True, content_scale="mean", style_scale="mean"
        ),
        {"conv2_2": 1.0},
        {"relu1_2": 1e-3, "pool2": 1e-3},
    ),
}


pytestmark = pytest.mark.usefixtures("in_float64")


@pytest.fixture(scope="module")
def real():
    params = {
        layer: {key: np.float64(array) for key, array in arrays.items()}
        for layer, arrays in store.load("vgg19").items()
    }
    photograph = chelsea()[None, 100:132, 120:160] / 255  # an eye
    painting = np.asarray(Image.open(SAMPLE).convert("RGB"))[None, 60:95, 80:113] / 255
    return params, photograph, painting, RNG.random((1, 32, 40, 3))


def invented(name):
    """Random weights with few channels, and three random pictures."""
    rng = np.random.default_rng(1)
    params, width = {"input": {"mean": np.full((1, 1, 1, 3), 120.0)}}, 3
    for layer in vgg.LAYERS[name]:
        if layer.startswith("conv"):
            kernel = rng.normal(size=(3, 3, width, 8)) * np.sqrt(2 / (9 * width))
            params[layer] = {"kernel": kernel, "bias": rng.normal(size=8)}
            width = 8
    pictures = [rng.random((1, *size, 3)) for size in ((37, 45), (35, 33), (37, 45))]
    return params, pictures


def agree(setup, name, params, photograph, painting, image):
    choices, *layer_weights = SETUPS[setup]
    by_jax, by_hand = (ENGINES[e](choices._replace(backbone=name)) for e in ("jax", "byhand"))
    shares = dict(zip(("content", "style"), layer_weights, strict=True))
    pictures = {"content": photograph, "style": painting}

    def region(shape):
        weights = np.random.default_rng(2).random((*shape[:3], 1))
        return weights / weights.mean()

    def constants(engine):
        goals = {}
        for term, layers in shares.items():
            found = engine.targets(term, params, pictures[term], dict.fromkeys(layers))
            goals[term] = {layer: [objective.Goal(found[layer], w)] for layer, w in layers.items()}
        # One layer has a second goal, guided by a region of either picture.
        if STYLE_LOSSES[choices.style_loss].guided:
            layer = next(iter(shares["style"]))
            guided = engine.targets("style", params, painting, {layer: region(painting.shape)})
            goal = objective.Goal(guided[layer], 0.1, region(image.shape))
            goals["style"][layer].append(goal)
        return objective.Constants(params, goals, {"tv": objective.PictureGoal(0.3)})

    theirs = constants(by_jax)
    evaluate = jax.jit(by_jax.evaluate)
    expected, got = evaluate(theirs, image), by_hand.evaluate(constants(by_hand), image)
    np.testing.assert_allclose(got.total, expected.total, rtol=1e-10)
    assert got.parts.keys() == expected.parts.keys() == {"content", "style", "tv"}
    for term, part in got.parts.items():
        assert part > 0
        np.testing.assert_allclose(part, expected.parts[term], rtol=1e-10)
    close(got.gradient, expected.gradient, rtol=1e-9)
    if not choices.normalize_gradients:  # then it is the gradient of no function
        check(lambda x: evaluate(theirs, x).total, image, got.gradient, eps=1e-8)


# Each loss has a gradient test of its own; the chain with the others is in the slow set.
@pytest.mark.parametrize("setup", ["gram", "normalized"])
def test_grad_of_the_whole_chain_on_random_input(setup):
    params, (photograph, painting, image) = invented("vgg19")
    agree(setup, "vgg19", params, photograph, painting, image)


@pytest.mark.slow
def test_grad_of_the_whole_chain_of_another_network():
    params, (photograph, painting, image) = invented("vgg16")
    agree("mixed", "vgg16", params, photograph, painting, image)


@pytest.mark.slow
@pytest.mark.parametrize("setup", [name for name in SETUPS if name not in ("gram", "normalized")])
def test_grad_of_the_whole_chain_on_real_input(real, setup):
    params, photograph, painting, noise = real
    agree(setup, "vgg19", params, photograph, painting, 0.9 * photograph + 0.1 * noise)


def test_every_style_loss_is_in_a_setup():
    assert {choices.style_loss for choices, *_ in SETUPS.values()} == set(STYLE_LOSSES)
    assert {choices.content_loss for choices, *_ in SETUPS.values()} == set(CONTENT_LOSSES)


def squares(picture, target):
    """A loss on the picture with a target and a weight for each pixel, for NumPy and for JAX."""
    return (target["mask"] * (picture - target["picture"]) ** 2).sum()


def squares_backward(picture, target):
    return 2 * target["mask"] * (picture - target["picture"])


def test_grad_of_losses_on_the_picture_with_a_target():
    image, picture = RNG.random((2, 1, 5, 6, 3))
    target = {"picture": picture, "mask": RNG.random((1, 5, 6, 1))}
    goals = {"one": objective.PictureGoal(0.5, target), "other": objective.PictureGoal(3.0)}
    constants = objective.Constants({}, {}, goals)

    def other(picture, target):
        assert target is None
        return (picture**3).sum()

    by_jax = objective.Terms({}, {"one": squares, "other": other})
    by_hand = byhand.Terms(
        {},
        {
            "one": byhand.PictureTerm(squares, squares_backward),
            "other": byhand.PictureTerm(other, lambda picture, target: 3 * picture**2),
        },
    )
    network = byhand.Network(lambda *_: {}, lambda *_: np.zeros_like(image))
    got = byhand.evaluate(by_hand, network, constants, image)
    evaluate = jax.jit(lambda x: objective.evaluate(by_jax, lambda *_: {}, constants, x))
    expected = evaluate(image)
    assert list(got.parts) == list(expected.parts) == ["one", "other"]
    assert got.parts["one"] == pytest.approx(0.5 * squares(image, target), rel=1e-12)
    assert got.parts["other"] == pytest.approx(3 * np.sum(image**3), rel=1e-12)
    assert got.total == pytest.approx(float(expected.total), rel=1e-12)
    close(got.gradient, expected.gradient)
    check(lambda x: evaluate(x).total, image, got.gradient)
