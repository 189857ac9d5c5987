"""An objective with its constants, in float64, for comparing ways to evaluate it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import tiny
from gradcheck import close

from jnst.backbones import vgg
from jnst.engines.build import engine, in_tiles
from jnst.losses.objective import Constants, Goal, PictureGoal
from jnst.transfer.settings import Settings

RNG = np.random.default_rng(0)
PHOTOGRAPH, IMAGE = RNG.random((2, 1, 61, 46, 3))
PAINTING = RNG.random((1, 53, 58, 3))
CASES = {
    "default": {},
    "gram": {"style_loss": "gram", "gram_normalization": "sum", "content_scale": "half"},
    "average": {"style_loss": "gram", "pooling": "avg", "padding": "zeros"},
    "l2": {"style_loss": "gram", "pooling": "l2", "rescale_pooling": True},
    "channels": {"style_loss": "gram", "gram_normalization": "positions-channels"},
    "shallow": {"content_layers": ("relu2_2",), "style_layers": ("conv1_2", "pool2")},
}
"""Settings to compare with."""


def doubles(params):
    """Return weights in float64."""
    return jax.tree.map(np.float64, params)


SMALL = doubles(tiny.params())
"""Weights of the network of the fixture `tiny`."""


def thin_vgg19(rng):
    """Draw weights of VGG19 with two channels a layer: where things are, not what VGG sees."""
    params = {"input": {"mean": np.full((1, 1, 1, 3), 100.0)}}
    for name in vgg.LAYERS["vgg19"]:
        if name.startswith("conv"):
            inputs = 3 if name == "conv1_1" else 2
            kernel = rng.normal(size=(3, 3, inputs, 2)) * np.sqrt(2 / 9 / inputs)
            params[name] = {"kernel": kernel, "bias": rng.normal(size=2)}
    return params


def whole(settings, *, params=SMALL, photograph=PHOTOGRAPH, painting=PAINTING, goals=1):
    """Return the engine for all at once, and constants for it."""
    chosen = engine("jax", settings.resolved.objective)
    found = {}
    for term, layers, picture in (
        ("content", settings.resolved.content_layers, photograph),
        ("style", settings.resolved.style_layers, painting),
    ):
        targets = chosen.targets(term, params, picture, dict.fromkeys(layers))
        found[term] = {layer: [Goal(target, 0.7)] * goals for layer, target in targets.items()}
    return chosen, Constants(params, found, {"tv": PictureGoal(0.3)})


def check_tiles(case, size, *, image=IMAGE, **given):
    """Check value, parts and gradient in tiles of `size`; `given` goes to `whole`."""
    settings = Settings(**CASES[case])
    chosen, constants = whole(settings, **given)
    tiled = in_tiles(settings.resolved.objective, size)
    expected = jax.jit(chosen.evaluate)(constants, image)
    found = tiled.evaluate(constants, jnp.asarray(image))
    close(found.gradient, expected.gradient)
    assert found.parts.keys() == expected.parts.keys()
    for name, part in expected.parts.items():
        assert float(found.parts[name]) == pytest.approx(float(part), rel=1e-9), name
    assert float(found.total) == pytest.approx(float(expected.total), rel=1e-9)
