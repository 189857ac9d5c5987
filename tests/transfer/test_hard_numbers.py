"""Pictures, weights and steps at the edge: a finite picture comes out, or one line."""

import contextlib
import dataclasses
import math

import numpy as np
import pytest

from jnst.dreams.checks import aim_of
from jnst.dreams.dream import dream, load
from jnst.dreams.settings import DreamSettings, VisualizeSettings
from jnst.dreams.visualize import check as check_visualize
from jnst.errors import InputError
from jnst.losses.registry import CONTENT_LOSSES, STYLE_LOSSES
from jnst.transfer.pictures import read
from jnst.transfer.recipe import paint
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny")
SIDE = 32
RNG = np.random.default_rng(0)
PICTURES = {
    "black": np.zeros((SIDE, SIDE, 3), np.float32),
    "white": np.ones((SIDE, SIDE, 3), np.float32),
    "grey": np.full((SIDE, SIDE, 3), 0.5, np.float32),
    "one": RNG.random((SIDE, SIDE, 3), np.float32),
    "other": RNG.random((SIDE, SIDE, 3), np.float32) ** 2,
}
QUICK = Settings(
    size=SIDE,
    first_size=None,
    steps=(3,),
    content_layers=("relu1_1",),
    style_layers=("relu1_1",),
)
GRAM = {"style_loss": "gram", "content_scale": "relative"}  # soon compiled
ENGINES = pytest.mark.parametrize("engine", ["jax", "byhand"])


def cases(*optimizers):
    """List optimizer and engine; slow are two by JAX, which take long to compile."""
    found = [(name, engine) for engine in ("jax", "byhand") for name in optimizers]
    more = [("adam", "jax"), ("sgd", "jax")]
    slow = [pytest.param(*case, marks=pytest.mark.slow) for case in found if case in more]
    fast = [case for case in found if case not in more]
    return pytest.mark.parametrize(("optimizer", "engine"), fast + slow)


def painted(content, style, **options):
    settings = dataclasses.replace(QUICK, **options)
    pictures = read(PICTURES[content], PICTURES[style], settings)
    *_, last = paint(pictures, settings)
    assert np.isfinite(last.best).all()
    assert 0 <= last.best.min() <= last.best.max() <= 1
    assert math.isfinite(last.best_total)
    return last


# Each of the other losses compiles for several seconds.
CHEAP = [("jax", loss) for loss in ("wasserstein", "gram")]
SLOW = [("jax", loss) for loss in STYLE_LOSSES if loss not in ("wasserstein", "gram")]
LOSSES = [*CHEAP, *(("byhand", loss) for loss in STYLE_LOSSES)]
LOSSES += [pytest.param(*case, marks=pytest.mark.slow) for case in SLOW]


@pytest.mark.parametrize(("engine", "loss"), LOSSES)
def test_styles_without_any_structure(loss, engine):
    for pair in (("one", "black"), ("black", "other"), ("white", "black"), ("grey", "grey")):
        painted(*pair, style_loss=loss, engine=engine)


@ENGINES
@pytest.mark.parametrize("loss", CONTENT_LOSSES)
def test_contents_without_any_structure(loss, engine):
    scale = {"features": "relative-contraharmonic", "self-similarity": "relative"}[loss]
    for pair in (("black", "one"), ("grey", "grey")):
        painted(*pair, content_loss=loss, content_scale=scale, engine=engine)


@cases("lbfgs", "adam", "sgd", "scipy-lbfgs")
def test_no_slope_at_all(optimizer, engine):
    """The style is the content, and both are one colour: all losses are 0, and so is the slope."""
    options = {**GRAM, "optimizer": optimizer, "engine": engine}
    found = painted("black", "black", **options)
    np.testing.assert_array_equal(found.best[0], PICTURES["black"])
    weights = ("content_weight", "style_weight", "tv_weight", "line_weight")
    zero = dict.fromkeys(weights, 0.0)
    found = painted("one", "other", **options, **zero)
    np.testing.assert_array_equal(found.best[0], PICTURES["one"])
    assert found.total == 0


@cases("lbfgs", "adam", "sgd", "scipy-lbfgs")
@pytest.mark.parametrize("weight", [1e-30, 1e30, 1e37])
def test_extreme_weights(optimizer, engine, weight):
    for what in ("content_weight", "style_weight", "tv_weight", "line_weight"):
        with contextlib.suppress(InputError) if weight > 1 else contextlib.nullcontext():
            painted("one", "other", optimizer=optimizer, engine=engine, **GRAM, **{what: weight})


@cases("lbfgs", "adam", "sgd")
@pytest.mark.parametrize("rate", [1e-30, 1e30])
def test_extreme_steps(optimizer, engine, rate):
    painted("one", "other", optimizer=optimizer, engine=engine, learning_rate=rate, **GRAM)


@pytest.mark.parametrize(
    "optimizer",
    ["lbfgs", *(pytest.param(x, marks=pytest.mark.slow) for x in ("adam", "sgd", "scipy-lbfgs"))],
)
@pytest.mark.parametrize("content", ["black", "one"])
def test_half_precision(optimizer, content):
    options = {**GRAM, "optimizer": optimizer, "precision": "bfloat16"}
    painted(content, "other", **options)
    painted(content, "white", **options, style_weight=1e30)


DREAM = DreamSettings(size=48, layers=("relu1_1",), backbone="vgg19", steps=2, octaves=1)


@pytest.mark.parametrize("picture", ["black", "white", "one"])
@pytest.mark.parametrize("options", [{}, {"step_size": 0.0}, {"step_size": 255.0, "smooth": 0}])
def test_dreams_upon_hard_pictures(picture, options):
    chosen = dataclasses.replace(DREAM, **options)
    for last in dream(PICTURES[picture][None], chosen, load(chosen)):
        assert np.isfinite(last.image).all()
        assert 0 <= last.image.min() <= last.image.max() <= 1


@pytest.mark.parametrize("weight", [1e-30, 1e30, 1e300])
def test_dreams_with_extreme_weights(weight):
    settings = dataclasses.replace(DREAM, layer_weights=(weight,))
    with contextlib.suppress(InputError) if weight > 1e30 else contextlib.nullcontext():
        for last in dream(PICTURES["one"][None], settings, load(settings)):
            assert np.isfinite(last.image).all()


@pytest.mark.parametrize("what", ["size", "steps", "guide_size", "smooth", "step_size"])
def test_dreams_beyond_all_use(what):
    with pytest.raises(InputError, match=f"{what} must be at most"):
        aim_of(dataclasses.replace(DREAM, **{what: 1e9 if what == "step_size" else 10**9}))


@pytest.mark.parametrize("what", ["size", "steps", "seed"])
def test_visualisations_beyond_all_use(what):
    settings = VisualizeSettings(layer="relu1_1", backbone="vgg19")
    with pytest.raises(InputError, match=f"{what} must be at most"):
        check_visualize(dataclasses.replace(settings, **{what: 10**30}))
