"""In bfloat16 only the network is coarser: maps, losses and gradient stay near float32's."""

from functools import partial

import jax
import numpy as np
import pytest
from programs import features

import jnst
from jnst.engines.build import engine
from jnst.experiments.compare import compare
from jnst.losses import objective
from jnst.losses.objective import Constants, Goal, PictureGoal
from jnst.pictures import files, resizing, samples
from jnst.transfer.checks import check
from jnst.transfer.settings import Settings
from jnst.weights import store

PARAMS = store.load("vgg19")
CONTENT = resizing.fit(files.read(samples.content()), 64)
STYLE = resizing.fit(files.read(samples.STYLE), 64)
LAYERS = Settings().resolved.style_layers


def norm(x):
    return np.linalg.norm(np.ravel(x))


@pytest.mark.parametrize("pooling", ["max", "avg", "l2"])
def test_maps_are_near_those_in_float32_and_come_in_it(pooling):
    found = partial(features, PARAMS, CONTENT, LAYERS, pooling=pooling)
    fine, coarse = found(), found(precision="bfloat16")
    for layer in LAYERS:
        assert coarse[layer].dtype == np.float32
        # bfloat16 has 8 bits: 0.2 % a rounding.
        assert 1e-4 < norm(coarse[layer] - fine[layer]) / norm(fine[layer]) < 0.02, layer


@pytest.mark.slow
@pytest.mark.parametrize("style_loss", ["gram", "wasserstein"])
def test_total_and_gradient_are_near_those_in_float32(style_loss):
    found = {}
    for precision in ("float32", "bfloat16"):
        settings = Settings(style_loss=style_loss, precision=precision)
        chosen = engine("jax", settings.resolved.objective)
        goals = {
            "content": chosen.targets("content", PARAMS, CONTENT, {"relu4_2": None}),
            "style": chosen.targets("style", PARAMS, STYLE, dict.fromkeys(LAYERS)),
        }
        goals = {term: {k: [Goal(v, 1.0)] for k, v in at.items()} for term, at in goals.items()}
        constants = Constants(PARAMS, goals, {"tv": PictureGoal(1.0)})
        evaluation = jax.jit(chosen.evaluate)(constants, 1 - CONTENT)
        assert evaluation.gradient.dtype == np.float32
        found[precision] = objective.Evaluation(*map(jax.device_get, evaluation))
    fine, coarse = found["float32"], found["bfloat16"]
    np.testing.assert_allclose(coarse.total, fine.total, rtol=0.02)
    cosine = np.vdot(fine.gradient, coarse.gradient) / norm(fine.gradient) / norm(coarse.gradient)
    assert cosine > 0.98


@pytest.mark.slow
@pytest.mark.usefixtures("tiny_alone")
def test_a_run_in_bfloat16_ends_about_as_low_in_float64():
    options = {"size": 48, "first_size": None, "style_loss": "gram"}

    def total(precision):
        given = {**options, "steps": (20,), "precision": precision}
        picture = files.read(jnst.stylize(samples.content(), samples.STYLE, **given))
        found = compare(picture, CONTENT, STYLE, Settings(**given))
        return sum(found.weighted.values())

    fine, coarse = total("float32"), total("bfloat16")
    assert fine != coarse
    assert coarse < 1.2 * fine


@pytest.mark.slow
@pytest.mark.usefixtures("tiny_alone")
def test_comparing_is_as_exact_as_ever():
    fine, coarse = (
        compare(STYLE, CONTENT, STYLE, Settings(size=64, precision=precision)).weighted
        for precision in ("float32", "bfloat16")
    )
    assert coarse == fine


def test_by_hand_there_is_no_bfloat16():
    with pytest.raises(jnst.InputError, match="engine byhand cannot do precision bfloat16"):
        check(Settings(engine="byhand", precision="bfloat16"))
