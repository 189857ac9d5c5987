"""Runs whose picture is shifted at each step: they see the objective of shifted pictures."""

import dataclasses

import numpy as np
import pytest
from programs import quick

from jnst.byhand.losses.jitter import shift
from jnst.losses import jitter
from jnst.optimize.step import at_step
from jnst.pictures import samples
from jnst.transfer import fitting
from jnst.transfer.pictures import read
from jnst.transfer.recipe import paint, prepare
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny")
STILL = Settings(
    size=40,
    style_loss="gram",
    optimizer="adam",
    steps=(9,),
    first_size=None,
    balance_content=False,  # by all views of the content, or by one
)
SHIFTED = dataclasses.replace(STILL, jitter=8)
RNG = np.random.default_rng(0)
PHOTOGRAPH, PICTURE = RNG.random((2, 26, 40, 3), np.float32)  # of the size of the result
LEFT = np.zeros((26, 40), np.uint8)
LEFT[:, :15] = 255


def with_regions(settings):
    return read(PHOTOGRAPH, [samples.STYLE] * 2, settings, masks=[LEFT, 255 - LEFT])


@pytest.mark.parametrize("engine", ["jax", "byhand"])
def test_a_step_sees_picture_photograph_and_regions_shifted_alike(engine):
    shifted, still = (dataclasses.replace(one, engine=engine) for one in (SHIFTED, STILL))
    pictures, image, totals = with_regions(shifted), PICTURE[None], []
    problem = prepare(pictures, shifted)
    evaluate = quick(problem.evaluate) if engine == "jax" else problem.evaluate
    for step in (0, 3, 3 + jitter.VIEWS):
        constants = at_step(problem.constants, step)
        offset = np.asarray(constants.offset)
        guides = [one._replace(region=shift(one.region, offset)) for one in pictures.guides]
        content = shift(pictures.content, offset)
        seen = prepare(pictures._replace(content=content, guides=guides), still)
        expected = evaluate(seen.constants, shift(image, offset))
        found = evaluate(constants, image)
        assert float(found.total) == pytest.approx(float(expected.total), rel=1e-5)
        totals.append(float(found.total))
    assert totals[0] != pytest.approx(totals[1], rel=1e-5)
    assert totals[1] == totals[2], "offsets come again"


def test_the_photograph_does_not_differ_from_itself_at_any_step():
    settings = dataclasses.replace(SHIFTED, engine="byhand")
    problem = prepare(read(PHOTOGRAPH, samples.STYLE, settings), settings)
    for step in range(jitter.VIEWS):
        found = problem.evaluate(at_step(problem.constants, step), PHOTOGRAPH[None])
        assert found.parts["content"] == 0
        assert found.parts["style"] > 0


def test_offsets_follow_seed_and_limit():
    def offsets(**changes):
        settings = dataclasses.replace(SHIFTED, engine="byhand", **changes)
        problem = prepare(read(PHOTOGRAPH, samples.STYLE, settings), settings)
        return problem.constants.offset.values

    np.testing.assert_array_equal(offsets(), offsets())
    assert not np.array_equal(offsets(), offsets(seed=1))
    assert np.abs(offsets(jitter=2)).max() == 2


def test_both_engines_paint_the_same():
    totals = []
    for engine in ("jax", "byhand"):
        settings = dataclasses.replace(SHIFTED, engine=engine, content_scale="mean")
        pictures = read(PHOTOGRAPH, samples.STYLE, settings)
        totals.append([progress.total for progress in paint(pictures, settings)])
    np.testing.assert_allclose(*totals, rtol=1e-3)


def test_memory_counts_the_content_once_for_each_view():
    taken = (fitting.loop_bytes(one, (1, 400, 600, 3), 10) for one in (SHIFTED, STILL))
    assert next(taken) - next(taken) == jitter.VIEWS * 4 * 8 * 200 * 300  # relu2_2
