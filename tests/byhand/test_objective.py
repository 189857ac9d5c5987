"""The whole chain, from the total loss to the pixels, against `jax.grad` in float64."""

from functools import partial
from pathlib import Path

import jax
import numpy as np
import pytest
from gradcheck import check, close, float64
from PIL import Image
from skimage.data import chelsea

import jnst.losses as losses_package
from jnst import objective
from jnst.backbones import vgg, weights
from jnst.byhand import objective as byhand
from jnst.byhand.losses import content as byhand_content
from jnst.byhand.losses import gram as byhand_gram
from jnst.losses import content, gram

RNG = np.random.default_rng(0)
SAMPLE = Path(losses_package.__file__).parents[1] / "samples" / "style.jpg"
STYLE = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
SETUPS = {
    "relative": {
        "content": ({"relu4_2": 1.0}, {"scale": "relative"}, {}),
        "style": (dict.fromkeys(STYLE, 0.2), {"scale": "relative"}, {}),
    },
    # Layers of every kind, two terms on the same one, and the other names of the tables.
    "mixed": {
        "content": ({"conv3_2": 1e-3, "relu2_1": 1e-4}, {"scale": "half"}, {}),
        "style": (
            {"conv1_2": 1e-3, "relu2_1": 1e-2, "pool3": 1e-2, "relu5_1": 1.0},
            {"scale": "mean"},
            {"normalization": "positions-channels"},
        ),
    },
}


@pytest.fixture(autouse=True)
def _float64():
    with float64():
        yield


@pytest.fixture(scope="module")
def real():
    params = {
        layer: {key: np.float64(array) for key, array in arrays.items()}
        for layer, arrays in weights.load("vgg19").items()
    }
    photograph = chelsea()[None, 100:132, 120:160] / 255  # an eye
    painting = np.asarray(Image.open(SAMPLE).convert("RGB"))[None, 60:95, 80:113] / 255
    return params, photograph, painting, RNG.random((1, 32, 40, 3))


def invented(name):
    """Random weights with few channels, and three random pictures."""
    params, width = {"input": {"mean": np.full((1, 1, 1, 3), 120.0)}}, 3
    for layer in vgg.LAYERS[name]:
        if layer.startswith("conv"):
            kernel = RNG.normal(size=(3, 3, width, 8)) * np.sqrt(2 / (9 * width))
            params[layer] = {"kernel": kernel, "bias": RNG.normal(size=8)}
            width = 8
    pictures = [RNG.random((1, *size, 3)) for size in ((37, 45), (35, 33), (37, 45))]
    return params, pictures


def both(name, params, photograph, painting, *, setup, pooling, tv_weight=0.3, tv_beta=1.25):
    """Return the objective as a function of the picture: by `jax.grad`, and by hand."""
    extract = partial(vgg.features, name=name, pooling=pooling)
    by_jax, by_hand, targets, layer_weights = {}, {}, {}, {}
    for term, (layers, distance, statistic) in SETUPS[setup].items():
        one, two = {"content": (content, byhand_content), "style": (gram, byhand_gram)}[term]
        by_jax[term] = objective.Term(
            partial(one.statistic, **statistic), partial(one.distance, **distance)
        )
        by_hand[term] = byhand.Term(
            partial(two.statistic, **statistic),
            partial(two.distance, **distance),
            partial(two.statistic_backward, **statistic),
            partial(two.distance_backward, **distance),
        )
        picture = photograph if term == "content" else painting
        find = jax.jit(partial(objective.targets, by_jax[term], extract, layers=tuple(layers)))
        targets[term] = jax.tree.map(np.asarray, find(params, picture))
        layer_weights[term] = layers
    constants = objective.Constants(params, targets, layer_weights, tv_weight)
    options = {"name": name, "pooling": pooling}
    evaluate = jax.jit(partial(objective.evaluate, by_jax, extract, tv_beta=tv_beta))
    return (
        partial(evaluate, constants),
        partial(byhand.evaluate, by_hand, constants, tv_beta=tv_beta, **options),
    )


def agree(by_jax, by_hand, image):
    expected, got = by_jax(image), by_hand(image)
    np.testing.assert_allclose(got.total, expected.total, rtol=1e-11)
    assert got.parts.keys() == expected.parts.keys() == {"content", "style", "tv"}
    for name, part in got.parts.items():
        assert part > 0
        np.testing.assert_allclose(part, expected.parts[name], rtol=1e-11)
    close(got.gradient, expected.gradient, rtol=1e-9)
    check(lambda x: by_jax(x).total, image, got.gradient, eps=1e-8)


@pytest.mark.parametrize(("name", "setup"), [("vgg16", "mixed"), ("vgg19", "relative")])
@pytest.mark.parametrize("pooling", ["max", "avg"])
def test_grad_of_the_whole_chain_on_random_input(pooling, name, setup):
    params, (photograph, painting, image) = invented(name)
    agree(*both(name, params, photograph, painting, setup=setup, pooling=pooling), image)


@pytest.mark.parametrize("setup", SETUPS)
@pytest.mark.parametrize("pooling", ["max", "avg"])
def test_grad_of_the_whole_chain_on_real_input(real, pooling, setup):
    params, photograph, painting, noise = real
    evaluations = both("vgg19", params, photograph, painting, setup=setup, pooling=pooling)
    agree(*evaluations, 0.9 * photograph + 0.1 * noise)
