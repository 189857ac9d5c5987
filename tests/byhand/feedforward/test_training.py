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
from jnst.feedforward import noise, trainable
from jnst.feedforward.networks import ulyanov_pyramid
from jnst.feedforward.networks.vgg import ENCODER
from jnst.losses.registry import on_features, on_picture_by_hand
from jnst.training import objective
from jnst.training.lesson import measure
from jnst.training.painter import AVERAGES, Painter
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


FAST = ("multistyle-mobile", "ulyanov-pyramid", "wct1")
LARGE = ("wct4", "wct5")  # as wct3
NAMES = [
    pytest.param(name, marks=[] if name in FAST else [pytest.mark.slow])
    for name in trainable.NAMES
    if name not in LARGE
]


@pytest.fixture
def few_scales(monkeypatch):
    """Leave a pyramid three scales: by six the coarsest moves too many rectifiers of the last."""
    monkeypatch.setattr(ulyanov_pyramid, "RATIOS", (4, 2, 1))
    monkeypatch.setitem(trainable.MULTIPLES, "ulyanov-pyramid", 4)


@pytest.mark.usefixtures("few_scales")
@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_of_a_training_step(name):
    rng = np.random.default_rng(0)  # of each test: where rectifiers change sides is chance
    settings, design = prepared(name, width=1.0 if name in trainable.FIXED else 0.2)
    side = settings.crop
    paintings = rng.random((max(len(design.styles), 1), 1, 17, 18, 3))
    if design.any_style:
        lesson, styles = measure(None, settings), rng.random((2, side, side, 3))
    elif design.level:
        lesson, styles = measure([], settings), np.zeros(2, int)
    else:
        lesson, styles = measure(list(paintings), settings), np.arange(2) % len(design.styles)
    check_step(settings, design, lesson, rng.random((2, side, side, 3)), styles)


@pytest.mark.usefixtures("few_scales")
@pytest.mark.parametrize("shown", ["by a teacher", "by pictures"])
def test_the_gradient_of_a_step_that_is_shown_what_to_paint(shown):
    settings, design = prepared("multistyle-mobile", width=0.1, pixel_weight=30.0, style_weight=0.0)
    rng = np.random.default_rng(0)
    photographs, teacher, params = rng.random((2, 32, 32, 6)), None, None
    if shown == "by a teacher":
        # With noise of its own, and with batch norms, which it does not train.
        teacher = trainable.network(trainable.Design("ulyanov-pyramid", 0.25, ("a",))).table
        photographs, params = photographs[..., :3], _params(teacher, rng)
    lesson = measure([], settings, teacher=params)
    check_step(settings, design, lesson, photographs, np.arange(2), teacher=teacher)


def prepared(name, *, width, **options):
    """Return settings and the design of a network of two styles, one, or none."""
    styles = "ab" if name in trainable.SEVERAL_STYLES else "a"
    if name in trainable.ANY_STYLE or name in trainable.AUTOENCODERS:
        styles, options = "", {"pixel_weight": 30.0, **options}
    if name == "stylebank":
        options["pixel_weight"] = 3.0
    # Gram, for the default's distance has kinks where a picture is nearly of one colour.
    design = trainable.Design(name, width, tuple(styles))
    side = max(32, trainable.network(design).least)
    settings = Settings(
        network=name,
        width=width,
        crop=side,
        tv_weight=0.3,
        style_size=None,
        style_loss="gram",
        content_layers=("relu2_1",),  # the tiny network has no more
        **options,
    )
    return settings, design


def check_step(settings, design, lesson, photographs, styles, *, teacher=None):
    """Check ∂L/∂θ of a step by hand, by autodiff, and against differences."""
    table = trainable.in_training(trainable.network(design).table)
    choices, count = settings.losses.resolved.objective, len(photographs)
    sides = (settings.crop, settings.crop)
    both, rng = (*table, *(teacher or ())), np.random.default_rng(2)
    drawn = double(noise.draw(both, rng, sides, count=count))
    lesson, adain = double(lesson), design.network == "adain"
    params = _params(table, np.random.default_rng(1))
    task = objective.Task(*losses_and_network(choices), table, teacher, adain)
    learned = {
        row: {kind: array for kind, array in kinds.items() if kind not in AVERAGES}
        for row, kinds in params.items()
        if not row.startswith(ENCODER)
    }

    def loss(learned, lesson, drawn):
        mine = {row: {**kinds, **learned.get(row, {})} for row, kinds in params.items()}
        return objective.loss(task, mine, lesson, photographs, styles, noise=drawn)[0]

    def by_numpy(params):
        options = {"noise": drawn, "learned": learned}
        return byhand.evaluate(hand, params, lesson, photographs, styles, **options)

    total, automatic = quick(jax.value_and_grad(loss))(learned, lesson, drawn)
    hand = byhand.Task(*by_hand(choices), table, teacher, adain)
    found, gradients = by_numpy(params)
    close(np.asarray(found), np.asarray(total), rtol=1e-11)
    largest = max(np.abs(g).max() for kinds in gradients.values() for g in kinds.values())
    assert {row: set(kinds) for row, kinds in gradients.items()} == {
        row: set(kinds) for row, kinds in learned.items()
    }
    for row, kinds in gradients.items():
        for kind, gradient in kinds.items():
            error = np.abs(gradient - automatic[row][kind]).max()
            assert error < 1e-9 * largest, f"{row}/{kind}"
    for row, kind in _some(gradients, least=1e-4 * largest):

        def energy(value, row=row, kind=kind):
            mine = {**params, row: {**params[row], kind: value}}
            return by_numpy(mine)[0]

        gradient = np.ascontiguousarray(gradients[row][kind])
        # A step of 1e-6 has rectifiers change sides, the more of them the steeper the loss is.
        eps = EPS * min(1.0, 1e-3 * float(total / np.linalg.norm(gradient)))
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
    chosen = [(row, kind) for row in {*rows[:1], *rows[-2:]} for kind in gradients[row]]
    large = 20_000  # so many numbers move a picture too far for any step
    found = [
        (row, kind)
        for row, kind in chosen
        if np.abs(gradients[row][kind]).max() > least and gradients[row][kind].size < large
    ]
    assert found
    return found
