import numpy as np
import PIL.Image
import pytest

import jnst
from jnst import files, samples
from jnst.arrays import InputError
from jnst.pictures import read
from jnst.problem import Stage, plan
from jnst.settings import Settings
from jnst.stylize import paint, prepare

SMALL = {"size": 32, "steps": (3,)}


@pytest.fixture(scope="module")
def pair():
    return samples.content()[:200, :300], PIL.Image.open(samples.STYLE)


def test_paths_arrays_and_pil_images_give_the_same_picture(pair, tmp_path):
    content, style = pair
    path = tmp_path / "content.png"
    PIL.Image.fromarray(content).save(path)
    first = jnst.stylize(content, style, **SMALL)
    assert first.shape == (1, 21, 32, 3)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, jnst.stylize(str(path), samples.STYLE, **SMALL))
    np.testing.assert_array_equal(first, jnst.stylize(path, np.asarray(style), **SMALL))


def run(pair, settings):
    return paint(read(*pair, settings), settings)


def first(pair, **settings):
    return next(run(pair, Settings(size=32, **settings)))


def test_the_picture_returned_is_the_best_evaluated(pair):
    settings = Settings(size=32, steps=(8,))
    problem = prepare(read(*pair, settings), settings)
    progress = list(run(pair, settings))
    totals = [p.total for p in progress]
    assert progress[-1].best_total == min(totals) < totals[0]
    again = problem.evaluate(problem.constants, progress[-1].best)
    assert float(again.total) == pytest.approx(min(totals), rel=1e-4)
    assert progress[-1].best.min() >= 0
    assert progress[-1].best.max() <= 1


def test_parts_add_up_and_follow_their_weights(pair):
    weights = {"content_weight": 0.1, "style_weight": 3.0, "tv_weight": 1.0}
    one = first(pair, init="style", content_weight=0.05, style_weight=1.0, tv_weight=0.5)
    two = first(pair, init="style", **weights)
    assert one.total == pytest.approx(sum(one.parts.values()), rel=1e-6)
    assert two.parts["content"] == pytest.approx(2 * one.parts["content"], rel=1e-4)
    assert two.parts["style"] == pytest.approx(3 * one.parts["style"], rel=1e-4)
    assert two.parts["tv"] == pytest.approx(2 * one.parts["tv"], rel=1e-4)


def test_layer_weights_share_the_style_weight(pair):
    def style(weights):
        layers = ("relu1_1", "relu2_1")
        return first(pair, style_layers=layers, style_layer_weights=weights).parts["style"]

    one, two = style((1.0, 0.0)), style((0.0, 1.0))
    assert style((1.0, 1.0)) == pytest.approx((one + two) / 2, rel=1e-4)
    assert style((6.0, 2.0)) == pytest.approx(0.75 * one + 0.25 * two, rel=1e-4)
    assert style(()) == pytest.approx(0.8 * one + 0.2 * two, rel=1e-4)  # four to one


def test_content_from_the_content_and_style_from_the_style_cost_nothing(pair):
    content, _ = pair
    start = first(pair)
    assert start.parts["content"] < 1e-6
    assert start.parts["style"] > 0.1
    # Of Wasserstein's, directions that are lost in float32's rounding count as a difference.
    for loss, least in (("gram", 1e-10), ("wasserstein", 0.02)):
        same = first((content, content), style_loss=loss)
        assert abs(same.parts["style"]) < least


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam", "sgd", "scipy-lbfgs"])
@pytest.mark.parametrize("init", ["content", "noise", "style"])
def test_every_optimiser_lowers_the_loss_from_every_start(pair, optimizer, init):
    settings = Settings(size=32, steps=(12,), optimizer=optimizer, init=init)
    progress = list(run(pair, settings))
    assert progress[-1].best_total < 0.9 * progress[0].total


def test_a_run_repeats_itself_and_the_seed_decides_the_noise(pair):
    pictures = [jnst.stylize(*pair, init="noise", seed=seed, **SMALL) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert np.abs(pictures[0] - pictures[2]).max() > 1e-3


def test_textures_and_reconstructions_need_only_one_term(pair):
    assert np.isfinite(jnst.stylize(*pair, content_layers=(), **SMALL)).all()
    assert np.isfinite(jnst.stylize(*pair, style_layers=(), init="noise", **SMALL)).all()


def test_a_content_picture_is_enlarged_only_on_request(pair):
    content, style = pair
    small = content[:24, :32]
    assert jnst.stylize(small, style, size=48, steps=(1,)).shape == (1, 24, 32, 3)
    assert jnst.stylize(small, style, size=48, steps=(1,), upscale=True).shape == (1, 36, 48, 3)


@pytest.mark.parametrize("shape", [(1, 1), (12, 12), (8, 300), (300, 7)])
def test_a_picture_too_small_for_the_layers_is_refused(pair, shape):
    with pytest.raises(InputError, match=r"content picture is .* needs at least 16 x 16"):
        jnst.stylize(np.zeros((*shape, 3), np.uint8), pair[1], size=64, steps=(1,))
    with pytest.raises(InputError, match=r"style picture is .* relu5_1 needs at least 16 x 16"):
        jnst.stylize(pair[0], np.zeros((*shape, 3), np.uint8), size=64, steps=(1,))


def test_absurd_weights_end_in_one_clear_line(pair):
    with pytest.raises(InputError, match="not a finite number"):
        jnst.stylize(*pair, style_weight=1e38, style_loss="gram", style_scale="half", **SMALL)


def test_constant_pictures_stay_finite():
    black, white = np.zeros((40, 40, 3), np.uint8), np.full((40, 40, 3), 255, np.uint8)
    for optimizer in ("lbfgs", "adam", "sgd", "scipy-lbfgs"):
        picture = jnst.stylize(black, white, optimizer=optimizer, size=32, steps=(4,))
        assert np.isfinite(files.read(picture)).all()


def test_an_unknown_setting_is_named(pair):
    with pytest.raises(InputError, match="unknown setting 'sise'; choose from size, "):
        jnst.stylize(*pair, sise=32)


def test_the_content_weight_is_shared_among_its_layers(pair):
    def content(*layers):
        return first(pair, init="style", content_layers=layers).parts["content"]

    one, other = content("relu3_1"), content("relu4_1")
    assert content("relu3_1", "relu4_1") == pytest.approx((one + other) / 2, rel=1e-4)


def test_the_plan_goes_from_coarse_to_fine(pair):
    def stages(**settings):  # of 300 x 200 and 451 x 360 pixels or so
        return plan(read(*pair, Settings(**settings)), Settings(**settings))

    assert stages(size=256) == [Stage(128, 128, 200), Stage(181, 181, 100), Stage(256, 256, 60)]
    assert [stage.size for stage in stages(size=512)] == [150, 212, 300], "no larger than it is"
    assert stages(size=512, upscale=True)[-1] == Stage(512, 512, 12)
    assert stages(size=256, first_size=None) == [Stage(256, 256, 200)]
    assert [stage.steps for stage in stages(size=256, steps=(9, 5))] == [9, 5, 5]
    assert [stage.style_size for stage in stages(size=256, style_size=512)] == [256, 362, 512]
    assert stages(size=64) == [Stage(64, 64, 200)]
    # 200 x 300 at 16 pixels is 11 high, too little for relu5_1; at 32 it is 21.
    assert [stage.size for stage in stages(size=64, first_size=8, size_ratio=2.0)] == [32, 64]


def test_every_stage_begins_where_the_last_ended_and_steps_are_counted_through(pair):
    settings = Settings(size=64, first_size=32, size_ratio=2.0, steps=(6, 2))
    progress = list(run(pair, settings))
    assert [p.step for p in progress] == list(range(1, 9))
    assert [p.best.shape[2] for p in progress] == [32] * 6 + [64] * 2
    fresh = next(run(pair, Settings(size=64, first_size=None, steps=(1,))))
    assert progress[6].parts["style"] < 0.7 * fresh.parts["style"]


def test_adam_remembers_from_one_size_to_the_next(pair):
    settings = Settings(size=64, first_size=32, size_ratio=2.0, steps=(5, 2), optimizer="adam")
    before, after = list(run(pair, settings))[4:6]
    # Were its memory empty, the first step would move every value by the whole rate.
    moved = np.abs(after.image - after.best)
    assert 0 < np.median(moved) < 0.9 * 0.02
    assert before.best.shape != after.best.shape


def test_larger_style_pictures_are_another_style(pair):
    one, two = (first(pair, style_size=size).parts["style"] for size in (32, 64))
    assert abs(one - two) > 1e-3


def test_an_average_is_returned_where_it_is_asked_for(pair):
    settings = {"optimizer": "adam", "steps": (6,), "size": 32}
    last = list(run(pair, Settings(average=0.9, **settings)))[-1]
    np.testing.assert_array_equal(jnst.stylize(*pair, average=0.9, **settings), last.best)
    assert np.abs(last.best - jnst.stylize(*pair, **settings)).max() > 1e-3
