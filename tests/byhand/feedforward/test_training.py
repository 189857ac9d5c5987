"""The whole training step: ∂L/∂θ by hand = autodiff = central differences, for each network."""

import functools

import jax
import numpy as np
import pytest
from flax import nnx
from gradcheck import EPS, check, close
from programs import quick

from jnst.byhand.backbones import graph as byhand_graph
from jnst.byhand.feedforward import training as byhand
from jnst.byhand.losses import objective as byhand_objective
from jnst.engines.build import losses_and_network
from jnst.feedforward import trainable
from jnst.losses.registry import on_features, on_picture_by_hand
from jnst.training import objective
from jnst.training.lesson import measure
from jnst.training.painter import Painter
from jnst.training.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny", "in_float64")


def by_hand(choices):
    """Return the losses and the loss network by hand."""
    from tiny import TABLE

    terms = byhand_objective.Terms(
        on_features(choices, byhand_objective.Term, "byhand"), on_picture_by_hand(choices)
    )
    options = byhand_graph.Options(**choices.network)
    network = byhand_objective.Network(
        functools.partial(byhand_graph.features, TABLE, options=options),
        functools.partial(byhand_graph.backward, TABLE, options=options),
    )
    return terms, network


def double(tree):
    return jax.tree.map(lambda array: np.asarray(array, np.float64), tree)


FAST = ("multistyle-mobile",)
NAMES = [
    pytest.param(name, marks=[] if name in FAST else [pytest.mark.slow]) for name in trainable.NAMES
]


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_of_a_training_step(name):
    rng = np.random.default_rng(0)  # of each test: where rectifiers change sides is chance
    count = 2 if name in trainable.SEVERAL_STYLES else 1
    # Gram, for the default's distance has kinks where a picture is nearly of one colour.
    design = trainable.Design(name, 0.2, tuple("ab"[:count]))
    network = trainable.network(design)
    table, side = network.table, max(32, network.least)
    settings = Settings(
        network=name, width=0.2, crop=side, tv_weight=0.3, style_size=None, style_loss="gram"
    )
    choices = settings.losses.resolved.objective
    paintings = rng.random((count, 1, 17, 18, 3))
    lesson = double(measure(list(paintings), settings))
    params, photographs = _params(table, rng), rng.random((2, side, side, 3))
    styles = np.arange(2) % count
    given = losses_and_network(choices)

    def loss(params, lesson):
        return objective.loss(*given, table, params, lesson, photographs, styles)[0]

    total, automatic = quick(jax.value_and_grad(loss))(params, lesson)
    hand = by_hand(choices)
    found, gradients = byhand.evaluate(*hand, table, params, lesson, photographs, styles)
    close(np.asarray(found), np.asarray(total), rtol=1e-11)
    largest = max(np.abs(g).max() for kinds in gradients.values() for g in kinds.values())
    assert {row: set(kinds) for row, kinds in gradients.items()} == {
        row: set(kinds) for row, kinds in params.items()
    }
    for row, kinds in gradients.items():
        for kind, gradient in kinds.items():
            error = np.abs(gradient - automatic[row][kind]).max()
            assert error < 1e-9 * largest, f"{row}/{kind}"
    for row, kind in _some(gradients, least=1e-4 * largest):

        def energy(value, row=row, kind=kind):
            mine = {**params, row: {**params[row], kind: value}}
            return byhand.evaluate(*hand, table, mine, lesson, photographs, styles)[0]

        gradient = np.ascontiguousarray(gradients[row][kind])
        # Where the loss is steep, a step of 1e-6 has rectifiers change sides.
        eps = EPS / max(1.0, 100 * float(np.linalg.norm(gradient)))
        check(energy, params[row][kind], gradient, name=f"{row}/{kind}", eps=eps)


def _params(table, rng):
    """Return parameters as they may be after some steps: with contrast in each channel."""
    params = double(Painter(table, rngs=nnx.Rngs(0)).params)
    moved = {
        row: {
            kind: array if kind == "kernel" else array + 0.2 * rng.normal(size=array.shape)
            for kind, array in kinds.items()
        }
        for row, kinds in params.items()
    }
    last = table[-2].name
    if table[-1].name == "painted" and table[-1].factor == 1 / 255:
        moved[last]["kernel"] = 100 * moved[last]["kernel"]
    return moved


def _some(gradients, *, least):
    """Choose parameters at the beginning and the end; none that hardly counts."""
    rows = list(gradients)
    chosen = [(row, kind) for row in (rows[0], rows[-2], rows[-1]) for kind in gradients[row]]
    return [(row, kind) for row, kind in chosen if np.abs(gradients[row][kind]).max() > least]
