"""Whole runs, from the pictures to the picture, with the small network."""

import numpy as np
import pytest

from jnst import xla
from jnst.losses.registry import STYLE_LOSSES
from jnst.transfer.pictures import read
from jnst.transfer.recipe import paint, prepare
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny")
# What compiles quickly. With as many steps to remember as there are at the least, one program does
# for any number of them.
LIGHT = {"size": 32, "steps": (3,), "history": 2, "style_loss": "gram"}
BYHAND = LIGHT | {"engine": "byhand"}  # nothing to compile
ENGINES = pytest.mark.parametrize("engine", ["jax", "byhand"])


def run(pair, **settings):
    chosen = Settings(**LIGHT | settings)
    return list(paint(read(*pair, chosen), chosen))


def test_the_picture_returned_is_the_best_evaluated(pair):
    settings = Settings(**LIGHT | {"steps": (8,)})
    problem = prepare(read(*pair, settings), settings)
    progress = run(pair, steps=(8,))
    totals = [p.total for p in progress]
    assert progress[-1].best_total == min(totals) < totals[0]
    again = xla.jit(problem.evaluate)(problem.constants, progress[-1].best)
    assert float(again.total) == pytest.approx(min(totals), rel=1e-4)
    assert progress[-1].best.min() >= 0
    assert progress[-1].best.max() <= 1


@pytest.mark.parametrize(
    ("optimizer", "init"),
    [("lbfgs", "content"), ("adam", "noise"), ("sgd", "style"), ("scipy-lbfgs", "noise")],
)
def test_every_optimizer_lowers_the_loss_from_every_start(pair, optimizer, init):
    progress = run(pair, steps=(12,), optimizer=optimizer, init=init)
    assert progress[-1].best_total < 0.9 * progress[0].total


@pytest.mark.parametrize("absent", ["content", "style"])
def test_textures_and_reconstructions_need_only_one_term(pair, absent):
    first, *_, last = run(pair, engine="byhand", init="noise", **{f"{absent}_layers": ()})
    present = {"content": "style", "style": "content"}[absent]
    assert last.parts[present] < first.parts[present]
    assert not last.parts.get(absent)


def test_every_stage_begins_where_the_last_ended_and_steps_are_counted_through(pair):
    progress = run(pair, engine="byhand", first_size=16, size_ratio=2.0, steps=(6, 2))
    assert [p.step for p in progress] == list(range(1, 9))
    assert [p.best.shape[2] for p in progress] == [16] * 6 + [32] * 2
    fresh, *_ = run(pair, engine="byhand")
    assert progress[6].parts["style"] < 0.7 * fresh.parts["style"]


@ENGINES
def test_adam_moves_the_picture_at_the_first_of_several_sizes_and_then_lbfgs(pair, engine):
    two = {"engine": engine, "first_size": 16, "size_ratio": 2.0, "steps": (4, 2)}
    both, adam, lbfgs = (
        run(pair, **two, **chosen)
        for chosen in ({}, {"optimizer": "adam"}, {"first_optimizer": "lbfgs"})
    )
    totals = [[p.total for p in progress] for progress in (both, adam, lbfgs)]
    assert totals[0][:5] == totals[1][:5], (
        "the fifth is of the picture that the first size ends with"
    )
    assert totals[0][5] != totals[1][5], "Adam has gone"
    assert totals[0][1] != totals[2][1]
    moved = np.abs(both[1].image - both[0].image)
    np.testing.assert_allclose(moved[moved > 1e-6].max(), 0.02, rtol=1e-2)  # Adam's own rate


def test_a_learning_rate_is_the_optimizers_and_not_that_of_the_first(pair):
    two = {"engine": "byhand", "first_size": 16, "size_ratio": 2.0, "steps": (3, 3)}
    own, given = (run(pair, **two, **chosen) for chosen in ({}, {"learning_rate": 0.5}))
    totals = [[p.total for p in progress] for progress in (own, given)]
    assert totals[0][:4] == totals[1][:4]
    assert totals[0][5] != totals[1][5]


def test_adam_remembers_from_one_size_to_the_next(pair):
    growing = {"first_size": 16, "size_ratio": 2.0, "steps": (5, 2), "optimizer": "adam"}
    before, after = run(pair, **growing)[4:6]
    # Were its memory empty, the first step would move every value by the whole rate.
    moved = np.abs(after.image - after.best)
    assert 0 < np.median(moved) < 0.9 * 0.02
    assert before.best.shape != after.best.shape


@ENGINES
@pytest.mark.parametrize("optimizer", ["lbfgs", "scipy-lbfgs"])
def test_the_history_reaches_the_optimizer(pair, optimizer, engine):
    options = {"steps": (9,), "optimizer": optimizer, "engine": engine}
    long, short = ([p.total for p in run(pair, **options, history=k)] for k in (2, 1))
    # Two pairs are there at the third step.
    assert long[:3] == pytest.approx(short[:3], rel=1e-5)
    assert long[-1] != pytest.approx(short[-1], rel=1e-4)


@pytest.mark.parametrize("engine", [pytest.param("jax", marks=pytest.mark.slow), "byhand"])
@pytest.mark.parametrize(
    ("content_loss", "style_loss"),
    [("features", loss) for loss in STYLE_LOSSES] + [("self-similarity", "gram")],
)
def test_every_loss_is_lowered(pair, content_loss, style_loss, engine):
    progress = run(
        pair,
        engine=engine,
        steps=(8,),
        init="noise",
        content_weight=0.5,
        tv_weight=0.0,
        content_loss=content_loss,
        content_scale="relative",
        style_loss=style_loss,
    )
    best = min(progress, key=lambda p: p.total)
    for part in ("content", "style"):
        assert 0 < best.parts[part] < 0.9 * progress[0].parts[part], part


def test_both_engines_paint_the_same(pair):
    one, other = (run(pair, engine=engine, init="noise") for engine in ("jax", "byhand"))
    for by_jax, by_hand in zip(one, other, strict=True):
        assert by_jax.parts == pytest.approx(by_hand.parts, rel=1e-3)
