"""Whole runs, from the pictures to the picture, with the small network."""

import numpy as np
import PIL.Image
import pytest

import jnst
from jnst import xla
from jnst.errors import InputError
from jnst.losses.registry import STYLE_LOSSES
from jnst.pictures import colour, files, resizing, samples
from jnst.transfer.pictures import read
from jnst.transfer.recipe import paint, prepare
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny")
# What compiles quickly. With as many steps to remember as there are at the least, one program does
# for any number of them.
LIGHT = {"size": 32, "steps": (3,), "history": 2, "style_loss": "gram"}
BYHAND = LIGHT | {"engine": "byhand"}  # nothing to compile
ENGINES = pytest.mark.parametrize("engine", ["jax", "byhand"])
OPTIMIZERS = pytest.mark.parametrize("optimizer", ["lbfgs", "adam", "sgd", "scipy-lbfgs"])
BARS = np.tile(np.uint8([[200, 40, 40]] * 4 + [[250, 240, 60]] * 4)[:, None], (6, 48, 1))


@pytest.fixture(scope="module")
def pair():
    with PIL.Image.open(samples.STYLE) as style:
        yield samples.content()[:200, :300], style


def run(pair, **settings):
    chosen = Settings(**LIGHT | settings)
    return list(paint(read(*pair, chosen), chosen))


def test_paths_arrays_and_pil_images_give_the_same_picture(pair, tmp_path):
    content, style = pair
    path = tmp_path / "content.png"
    PIL.Image.fromarray(content).save(path)
    first = jnst.stylize(content, style, **LIGHT)
    assert first.shape == (1, 21, 32, 3)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, jnst.stylize(str(path), samples.STYLE, **LIGHT))
    np.testing.assert_array_equal(first, jnst.stylize(path, np.asarray(style), **LIGHT))


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


@OPTIMIZERS
@pytest.mark.parametrize("init", ["content", "noise", "style"])
def test_every_optimizer_lowers_the_loss_from_every_start(pair, optimizer, init):
    progress = run(pair, steps=(12,), optimizer=optimizer, init=init)
    assert progress[-1].best_total < 0.9 * progress[0].total


def test_a_run_repeats_itself_and_the_seed_decides_the_noise(pair):
    pictures = [jnst.stylize(*pair, init="noise", seed=seed, **LIGHT) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert np.abs(pictures[0] - pictures[2]).max() > 1e-3


@pytest.mark.parametrize("absent", ["content", "style"])
def test_textures_and_reconstructions_need_only_one_term(pair, absent):
    first, *_, last = run(pair, engine="byhand", init="noise", **{f"{absent}_layers": ()})
    present = {"content": "style", "style": "content"}[absent]
    assert last.parts[present] < first.parts[present]
    assert not last.parts.get(absent)


def test_a_content_picture_is_enlarged_only_on_request(pair):
    content, style = pair
    small, quick = content[:24, :32], BYHAND | {"size": 48}
    assert jnst.stylize(small, style, **quick).shape == (1, 24, 32, 3)
    assert jnst.stylize(small, style, upscale=True, **quick).shape == (1, 36, 48, 3)


def test_absurd_weights_end_in_one_clear_line(pair):
    with pytest.raises(InputError, match="not a finite number"):
        jnst.stylize(*pair, style_weight=1e37, style_scale="half", **BYHAND)


@OPTIMIZERS
def test_constant_pictures_stay_finite(optimizer):
    black, white = np.zeros((21, 32, 3), np.uint8), np.full((21, 32, 3), 255, np.uint8)
    picture = jnst.stylize(black, white, **LIGHT | {"optimizer": optimizer, "steps": (4,)})
    assert np.isfinite(files.read(picture)).all()


def test_an_unknown_setting_is_named(pair):
    with pytest.raises(InputError, match="unknown setting 'sise'; choose from size, "):
        jnst.stylize(*pair, sise=32)


def test_every_stage_begins_where_the_last_ended_and_steps_are_counted_through(pair):
    progress = run(pair, engine="byhand", first_size=16, size_ratio=2.0, steps=(6, 2))
    assert [p.step for p in progress] == list(range(1, 9))
    assert [p.best.shape[2] for p in progress] == [16] * 6 + [32] * 2
    fresh, *_ = run(pair, engine="byhand")
    assert progress[6].parts["style"] < 0.7 * fresh.parts["style"]


def test_adam_remembers_from_one_size_to_the_next(pair):
    growing = {"first_size": 16, "size_ratio": 2.0, "steps": (5, 2), "optimizer": "adam"}
    before, after = run(pair, **growing)[4:6]
    # Were its memory empty, the first step would move every value by the whole rate.
    moved = np.abs(after.image - after.best)
    assert 0 < np.median(moved) < 0.9 * 0.02
    assert before.best.shape != after.best.shape


def test_an_average_is_returned_where_it_is_asked_for(pair):
    settings = LIGHT | {"optimizer": "adam", "steps": (6,)}
    last = run(pair, average=0.9, **settings)[-1]
    np.testing.assert_array_equal(jnst.stylize(*pair, average=0.9, **settings), last.best)
    assert np.abs(last.best - jnst.stylize(*pair, **settings)).max() > 1e-3


def test_squares_are_squares(pair):
    content, style = pair
    got = jnst.stylize(content, style, square=True, **BYHAND)
    squeezed = [resizing.resize(files.read(x), 32, 32) for x in (content, style)]
    np.testing.assert_array_equal(got, jnst.stylize(*squeezed, **BYHAND))
    assert got.shape == (1, 32, 32, 3)


@ENGINES
@pytest.mark.parametrize("optimizer", ["lbfgs", "scipy-lbfgs"])
def test_the_history_reaches_the_optimizer(pair, optimizer, engine):
    options = {"steps": (9,), "optimizer": optimizer, "engine": engine}
    long, short = ([p.total for p in run(pair, **options, history=k)] for k in (2, 1))
    # Two pairs are there at the third step.
    assert long[:3] == pytest.approx(short[:3], rel=1e-5)
    assert long[-1] != pytest.approx(short[-1], rel=1e-3)


@pytest.mark.parametrize("kind", colour.METHODS)
def test_the_colours_of_the_content_are_kept(pair, kind):
    content = files.read(pair[0]) * 0.2 + 0.4  # so faint that no colour leaves RGB
    quick = BYHAND | {"tv_weight": 0.0, "steps": (30,)}
    got = jnst.stylize(content, BARS, colour=kind, **quick)
    small = resizing.fit(content, 32)
    if kind == "luminance":
        chroma, expected = (x - (x @ colour.LUMA)[..., None] for x in (got, small))
        np.testing.assert_allclose(chroma, expected, atol=1e-6)
    plain = jnst.stylize(content, BARS, **quick)
    one, other = (np.abs((x - small).mean(axis=(0, 1, 2))).max() for x in (got, plain))
    assert one < other
    assert np.abs(got - small).max() > 0.01


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
