"""The tables of losses: what each entry promises is there, and options reach the functions."""

import inspect

import numpy as np
import pytest
from helpers import ROOT

from jnst.errors import InputError
from jnst.losses import registry, tv
from jnst.losses.objective import Term
from jnst.losses.registry import CONTENT_LOSSES, PICTURE_LOSSES, STYLE_LOSSES, check_scale
from jnst.losses.temporal import Earlier
from jnst.methods.keywords import documentation
from jnst.transfer.settings import Settings

BOTH = {"content": CONTENT_LOSSES, "style": STYLE_LOSSES}
ENTRIES = [(term, name) for term, losses in BOTH.items() for name in losses]
F = np.random.default_rng(0).random((1, 3, 4, 5), np.float32)


def choices(**settings):
    return Settings(**settings).resolved.objective


@pytest.mark.parametrize(("term", "name"), ENTRIES)
def test_a_loss_on_features_is_there_in_jax_and_by_hand(term, name):
    loss = BOTH[term][name]
    for function in ("statistic", "distance"):
        assert callable(getattr(loss.module, function)), function
        assert callable(getattr(loss.byhand, function)), function
    for function in ("statistic_backward", "distance_backward"):
        assert callable(getattr(loss.byhand, function)), function
    takes = list(inspect.signature(loss.module.statistic).parameters)
    adds_up = hasattr(loss.module, "of_parts") or "whole" in takes
    assert loss.tiled == adds_up, f"tiled={loss.tiled}, but statistic takes {takes}"
    assert loss.guided == ("region" in takes), f"guided={loss.guided}: statistic takes {takes}"


@pytest.mark.parametrize(("term", "name"), ENTRIES)
def test_a_loss_has_its_tests_and_its_place_in_the_manual(term, name):
    file = BOTH[term][name].module.__name__.rpartition(".")[2]
    for folder in ("tests/losses", "tests/byhand/losses"):
        assert (ROOT / folder / f"test_{file}.py").is_file(), f"{folder}/test_{file}.py"
    if term == "style":
        said = documentation(Settings)["style_loss"]
        assert name in said, f"help does not say what --style-loss {name} is"
        manual = (ROOT / "scripts/manual/look.md").read_text(encoding="utf-8")
        assert f"\n| `{name}` |" in manual, "the manual's table of losses lacks it"


@pytest.mark.parametrize("name", STYLE_LOSSES)
def test_a_style_loss_has_the_scale_of_the_default_settings_and_the_mean(name):
    assert {Settings().style_scale, "mean"} <= set(STYLE_LOSSES[name].scales)


@pytest.mark.parametrize("scale", STYLE_LOSSES["gram"].scales)
def test_scale_and_normalization_reach_the_loss(scale):
    chosen = choices(style_loss="gram", style_scale=scale, gram_normalization="sum")
    style = registry.on_features(chosen, Term, "module")["style"]
    flat, target = F.reshape(-1, 5), np.eye(5, dtype=np.float32)
    plain = flat.T @ flat
    np.testing.assert_allclose(style.statistic(F), plain, rtol=1e-5)
    expected = STYLE_LOSSES["gram"].module.distance(plain, target, scale=scale)
    np.testing.assert_allclose(style.distance(plain, target), expected, rtol=1e-5)


@pytest.mark.parametrize("name", PICTURE_LOSSES)
def test_a_loss_on_the_picture_is_the_same_by_hand(name):
    chosen = choices(tv="squares", tv_scale="sum")
    picture = F[..., :3]
    target = picture[:, ::-1]
    if name == "temporal":
        target = Earlier(target, np.full((1, 3, 4, 1), 0.5, np.float32))
    by_jax = registry.on_picture(chosen)[name](picture, target)
    by_hand = registry.on_picture_by_hand(chosen)[name]
    np.testing.assert_allclose(by_hand.loss(picture, target), by_jax, rtol=1e-5)
    assert by_hand.backward(picture, target).shape == picture.shape


def test_the_kind_of_total_variation_reaches_it():
    picture = F[..., :3]

    def value(kind, scale):
        return float(registry.on_picture(choices(tv=kind, tv_scale=scale))["tv"](picture, None))

    assert value("squares", "sum") == pytest.approx(2 * value("squares", "half"))
    assert value("absolute", "sum") != value("squares", "sum")


def test_a_scale_that_a_loss_does_not_have_is_refused():
    check_scale("style", STYLE_LOSSES, "gram", "mean")
    with pytest.raises(
        InputError, match=r"style_scale of gram 'relatve' \(did you mean relative\?\); choose from"
    ):
        check_scale("style", STYLE_LOSSES, "gram", "relatve")


def test_options_of_total_variation_reach_it():
    picture = np.random.default_rng(1).random((1, 6, 7, 3), np.float32)
    chosen = choices(tv="squares", tv_beta=0.75, tv_scale="sum")
    expected = tv.total_variation(picture, kind="squares", beta=0.75, scale="sum")
    found = registry.on_picture(chosen)["tv"](picture, None)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    by_hand = registry.on_picture_by_hand(chosen)["tv"].loss(picture, None)
    np.testing.assert_allclose(by_hand, expected, rtol=1e-5)
