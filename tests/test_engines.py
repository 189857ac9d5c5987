"""The whole optimisation by hand equals the whole optimisation by autodiff."""

import sys

import numpy as np
import pytest

from jnst import samples
from jnst.settings import Settings
from jnst.stylize import iterate, prepare


def run(engine, **settings):
    chosen = Settings(size=64, engine=engine, **settings)
    return list(iterate(prepare(samples.content(), samples.STYLE, chosen), chosen.steps))


@pytest.mark.parametrize("settings", [{}, {"pooling": "avg"}, {"init": "noise"}])
def test_first_twenty_totals_and_the_picture_agree_with_scipy(settings):
    jax, hand = (run(e, optimizer="scipy-lbfgs", steps=20, **settings) for e in ("jax", "byhand"))
    np.testing.assert_allclose([p.total for p in hand], [p.total for p in jax], rtol=1e-9)
    np.testing.assert_allclose(hand[-1].best, jax[-1].best, atol=1e-6)


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam", "sgd"])
def test_the_other_optimisers_agree_too(optimizer):
    settings = {"optimizer": optimizer, "steps": 8}
    jax, hand = run("jax", **settings), run("byhand", **settings)
    np.testing.assert_allclose([p.total for p in hand], [p.total for p in jax], rtol=1e-3)


@pytest.mark.parametrize(
    "settings",
    [
        {"content_scale": "mean", "style_scale": "quarter-mean"},
        {"content_scale": "half", "style_scale": "half", "gram_normalization": "sum"},
        {"style_scale": "mean", "gram_normalization": "positions-channels", "tv_beta": 1.25},
    ],
)
def test_every_scale_agrees(settings):
    jax, hand = (run(e, init="style", steps=1, **settings)[0] for e in ("jax", "byhand"))
    for name, part in jax.parts.items():
        assert hand.parts[name] == pytest.approx(part, rel=1e-4), name


def test_by_hand_no_jax_function_is_called(monkeypatch):
    import jax

    def refuse(*_, **__):
        raise AssertionError("JAX was asked to compute")

    for name in ("jit", "device_put", "value_and_grad", "grad"):
        monkeypatch.setattr(jax, name, refuse)
    for name, module in list(sys.modules.items()):
        if name == "jax.numpy":
            for function in ("asarray", "sum", "where", "matmul", "zeros", "pad", "clip"):
                monkeypatch.setattr(module, function, refuse)
    for optimizer in ("lbfgs", "adam", "sgd", "scipy-lbfgs"):
        assert len(run("byhand", optimizer=optimizer, steps=2)) == 2
