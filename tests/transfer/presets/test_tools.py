"""Each preset after a published program, against the constants in its source."""

import numpy as np
import pytest
from formulas import (
    ENGINES,
    GATYS,
    check_parts,
    differences,
    gram,
    kept_means,
    mse,
    nine_point,
    random_vgg16,
    wasserstein,
)

from jnst.transfer.presets import preset, tools
from jnst.weights.network import WEIGHTS


def neural_style(F, P, A, x):
    style = [100 * mse(gram(F[k], "size"), gram(A[k], "size")) for k in GATYS]
    dx, dy = differences(255 * x)
    return 5 * mse(F["4_2"], P["4_2"]), sum(style), 1e-3 * 0.5 * np.sum(dx**2 + dy**2)


def neural_style_pt(F, P, A, x):
    dx, dy = differences(255 * x)
    return *neural_style(F, P, A, x)[:2], 1e-3 * (np.abs(dx).sum() + np.abs(dy).sum())


def johnson_slow(F, P, A, x):
    layers = ("1_2", "2_2", "3_3", "4_3")
    style = [5 * mse(gram(F[k], "size"), gram(A[k], "size")) for k in layers]
    dx, dy = differences(255 * x)
    return mse(F["3_3"], P["3_3"]), sum(style), 1e-6 * 0.5 * np.sum(dx**2 + dy**2)


def pastiche(F, P, A, x):
    style = [10 / F[k].shape[1] ** 2 * mse(gram(F[k]), gram(A[k])) for k in GATYS]
    return 0.01 * mse(F["4_2"], P["4_2"]), sum(style), 0


def crowson(F, P, A, x):
    a = {"1_1": 19.8, "2_1": 112.6, "3_1": 107.6, "4_1": 434.9, "5_1": 38.4, "4_2": 275.6}
    F, P, A = ({k: maps[k] / a[k] for k in a} for maps in (F, P, A))
    shares = dict(zip(GATYS, (256, 64, 16, 4, 1), strict=True))
    style = sum(w / 341 * wasserstein(F[k], A[k]) for k, w in shares.items())
    d = F["4_2"] - P["4_2"]
    content = 0.015 * np.sum(d**2) / (np.abs(d).sum() + 1e-8)
    return content, style, 2 * nine_point(x)


FORMULAS = {
    "neural-style": (neural_style, {}),
    "neural-style-pt": (neural_style_pt, {}),
    "johnson-slow": (johnson_slow, {"name": "vgg16"}),
    "pastiche": (pastiche, {}),
    "crowson": (crowson, {"edge": True}),
}
OPTIMIZERS = {
    "neural-style": ("lbfgs", (1000,), "grey", 512),
    "neural-style-pt": ("lbfgs", (1000,), "grey", 512),
    "johnson-slow": ("lbfgs", (500,), "grey", 512),
    "pastiche": ("lbfgs", (1000,), "content", 577),
    "crowson": ("adam", (1000, 500), "content", 512),
}


@ENGINES
@pytest.mark.parametrize("name", FORMULAS)
def test_parts_equal_the_formulas_of_the_source(name, engine, monkeypatch):
    formula, options = FORMULAS[name]
    if name == "johnson-slow":
        options = options | {"params": random_vgg16()}
        monkeypatch.setitem(WEIGHTS, "trained", lambda name: options["params"])
    check_parts(name, formula, engine, **options)


def test_each_preset_here_has_its_formula():
    found = {
        name.replace("_", "-")
        for name, value in vars(tools).items()
        if getattr(value, "__module__", "") == tools.__name__
    }
    assert found == set(FORMULAS)


def test_activations_are_those_of_the_normalised_network():
    means = kept_means("vgg19_means.h5")
    for layer, activation in tools.ACTIVATION.items():
        mean = means[layer.replace("relu", "conv")].mean()
        assert activation == pytest.approx(mean, rel=3e-3)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_what_the_loss_does_not_say(name):
    chosen = preset(name)
    assert (chosen.optimizer, chosen.steps, chosen.init, chosen.size) == OPTIMIZERS[name]


def test_the_details_that_few_share():
    assert preset("neural-style").history == preset("neural-style-pt").history == 100
    assert preset("neural-style").init_noise == pytest.approx(0.001 / 255)
    assert preset("johnson-slow").init_noise == pytest.approx(1 / 255)
    crowson = preset("crowson")
    assert (crowson.learning_rate, crowson.average) == (0.02, 0.99)
    assert (crowson.first_size, crowson.size_ratio) == (128, 2**0.5)
    assert all(preset(name).first_size is None for name in FORMULAS if name != "crowson")
