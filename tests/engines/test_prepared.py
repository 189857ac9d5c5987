"""The weights that evaluations are given: transformed only where that is fast and exact enough."""

import dataclasses

import jax
import numpy as np
import pytest

from jnst.engines.build import engine, in_tiles, on_devices
from jnst.losses.objective import Constants, Goal
from jnst.pictures import samples
from jnst.transfer.loaded import load
from jnst.transfer.pictures import read
from jnst.transfer.recipe import paint
from jnst.transfer.settings import Settings

SETTINGS = Settings(style_loss="gram", style_layers=("relu3_1",), content_layers=("relu3_1",))


def transformed(params):
    return [name for name, weights in params.items() if "winograd" in weights]


def test_a_run_has_both_kinds_of_weights():
    loaded = load(SETTINGS)
    assert transformed(loaded.prepared) == ["conv2_1", "conv2_2", "conv3_1"]
    assert transformed(loaded.params) == []


@pytest.mark.parametrize(
    "choice", [{"optimizer": "scipy-lbfgs"}, {"precision": "bfloat16"}, {"engine": "byhand"}]
)
def test_what_wants_all_digits_or_has_none_to_lose_gets_them_as_they_are(choice):
    settings = Settings(**{"style_loss": "gram", "style_layers": ("relu3_1",), **choice})
    assert transformed(load(settings).prepared) == []


def test_tiles_do_and_several_devices_do_not():
    params, choices = load(SETTINGS).params, SETTINGS.resolved.objective
    assert transformed(in_tiles(choices, 64).prepare(params))
    assert not transformed(on_devices(choices, 1).prepare(params))


def test_total_and_gradient_hardly_change():
    loaded, rng = load(SETTINGS), np.random.default_rng(0)
    chosen = engine("jax", SETTINGS.resolved.objective)
    picture, other = rng.uniform(size=(2, 1, 48, 56, 3)).astype(np.float32)
    goals = {
        term: {
            "relu3_1": [
                Goal(chosen.targets(term, loaded.params, other, {"relu3_1": None})["relu3_1"], 1.0)
            ]
        }
        for term in ("content", "style")
    }
    evaluate = jax.jit(chosen.evaluate)
    plain, faster = (
        evaluate(Constants(params, goals, {}), picture)
        for params in (loaded.params, loaded.prepared)
    )
    np.testing.assert_allclose(faster.total, plain.total, rtol=1e-5)
    difference = np.linalg.norm(faster.gradient - plain.gradient)
    assert 0 < difference < 1e-3 * np.linalg.norm(plain.gradient)


@pytest.mark.slow
def test_a_run_that_begins_with_the_content_finds_no_difference():
    settings = dataclasses.replace(SETTINGS, size=96, steps=(1,), init="content")
    (first,) = paint(read(samples.content(), samples.STYLE, settings), settings)
    assert first.parts["content"] == 0
