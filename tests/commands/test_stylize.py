import dataclasses

import numpy as np
import PIL.Image
import pytest

import jnst
from jnst.errors import InputError
from jnst.losses.registry import STYLE_LOSSES
from jnst.pictures import colour, files, resizing, samples
from jnst.transfer.pictures import read
from jnst.transfer.problem import load, set_up
from jnst.transfer.recipe import paint, prepare
from jnst.transfer.settings import Settings
from jnst.transfer.stages import Stage, plan
from jnst.weights import store

SMALL = {"size": 32, "steps": (3,)}
# What compiles quickly.
LIGHT = SMALL | {
    "content_layers": ("relu1_1",),
    "style_layers": ("relu1_1", "relu2_1"),
    "style_loss": "gram",
}
ENGINES = pytest.mark.parametrize("engine", ["jax", "byhand"])


@pytest.fixture(scope="module")
def pair():
    with PIL.Image.open(samples.STYLE) as style:
        yield samples.content()[:200, :300], style


def test_paths_arrays_and_pil_images_give_the_same_picture(pair, tmp_path):
    content, style = pair
    path = tmp_path / "content.png"
    PIL.Image.fromarray(content).save(path)
    first = jnst.stylize(content, style, **LIGHT)
    assert first.shape == (1, 21, 32, 3)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, jnst.stylize(str(path), samples.STYLE, **LIGHT))
    np.testing.assert_array_equal(first, jnst.stylize(path, np.asarray(style), **LIGHT))


def run(pair, settings):
    return paint(read(*pair, settings), settings)


def first(pair, **settings):
    return next(run(pair, Settings(**{"size": 32, **settings})))


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
def test_every_optimizer_lowers_the_loss_from_every_start(pair, optimizer, init):
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
    small, quick = content[:24, :32], LIGHT | {"size": 48, "steps": (1,)}
    assert jnst.stylize(small, style, **quick).shape == (1, 24, 32, 3)
    assert jnst.stylize(small, style, upscale=True, **quick).shape == (1, 36, 48, 3)


@pytest.mark.parametrize("shape", [(1, 1), (12, 12), (8, 300), (300, 7)])
def test_a_picture_too_small_for_the_layers_is_refused(pair, shape):
    with pytest.raises(InputError, match=r"content picture is .* needs at least 16 x 16"):
        jnst.stylize(np.zeros((*shape, 3), np.uint8), pair[1], size=64, steps=(1,))
    with pytest.raises(InputError, match=r"style picture is .* relu5_1 needs at least 16 x 16"):
        jnst.stylize(pair[0], np.zeros((*shape, 3), np.uint8), size=64, steps=(1,))


def test_absurd_weights_end_in_one_clear_line(pair):
    with pytest.raises(InputError, match="not a finite number"):
        jnst.stylize(*pair, style_weight=1e37, style_loss="gram", style_scale="half", **SMALL)


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


# Two textures: bars, and checks in other colours.
BARS = np.tile(np.uint8([[200, 40, 40]] * 4 + [[250, 240, 60]] * 4)[:, None], (6, 48, 1))
CHECKS = np.tile(np.uint8([[[10, 30, 90], [220] * 3], [[220] * 3, [10, 30, 90]]]), (6, 6, 1))
TEXTURES = [BARS, CHECKS.repeat(4, axis=0).repeat(4, axis=1)]
LEFT = np.zeros((20, 30), np.uint8)
LEFT[:, :15] = 255
HALVES = [LEFT, 255 - LEFT]


def test_styles_are_blended_by_their_shares(pair):
    one, two = (first((pair[0], style), **LIGHT).parts["style"] for style in TEXTURES)
    assert abs(one - two) > 0.02
    for blend, expected in (((6.0, 2.0), 0.75 * one + 0.25 * two), ((), (one + two) / 2)):
        both = first((pair[0], TEXTURES), blend=blend, **LIGHT).parts["style"]
        assert both == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(("engine", "loss"), [("jax", "wasserstein"), ("byhand", "gram")])
def test_each_mask_gets_its_own_style(pair, engine, loss):
    settings = LIGHT | {"size": 48, "steps": (12,), "content_weight": 0.0}
    settings |= {"engine": engine, "style_loss": loss}
    painted = jnst.stylize(pair[0], TEXTURES, masks=HALVES, **settings)
    before = resizing.fit(files.read(pair[0]), 48)
    # Four columns on each side of the border see the other style too.
    halves = painted[:, :, :20], painted[:, :, -20:], before[:, :, :20], before[:, :, -20:]
    far = [[first((half, x), **LIGHT).parts["style"] for x in TEXTURES] for half in halves]
    assert far[0][0] < 0.5 * min(far[0][1], far[2][0])
    assert far[1][1] < 0.5 * min(far[1][0], far[3][1])


def test_both_engines_see_the_same_regions(pair):
    settings = Settings(**LIGHT, init="noise")
    pictures = read(pair[0], TEXTURES, settings, masks=HALVES, style_masks=HALVES[::-1])
    one, other = (
        next(paint(pictures, dataclasses.replace(settings, engine=e))) for e in ("jax", "byhand")
    )
    assert one.parts["style"] == pytest.approx(other.parts["style"], rel=1e-4)


def test_a_style_can_be_taken_from_a_part_of_its_picture(pair):
    beside = np.concatenate(TEXTURES, axis=1)
    settings = Settings(**LIGHT | {"style_size": 96})

    def style(painting, **regions):
        return next(paint(read(pair[0], painting, settings, **regions), settings)).parts["style"]

    everywhere, left = np.ones((1, 1), np.float32), np.repeat([[1.0, 0.0]], 48, axis=1)
    parts = [style(beside, masks=[everywhere], style_masks=[half]) for half in (left, 1 - left)]
    # But for the seam, where positions see both.
    assert parts == pytest.approx([style(texture) for texture in TEXTURES], rel=0.01)
    assert abs(parts[0] - parts[1]) > 0.1 * parts[0]
    both = style(beside, masks=[everywhere] * 2, style_masks=[left, 1 - left])
    assert both == pytest.approx(sum(parts), rel=1e-4)


def test_labels_do_what_masks_do(pair):
    def painted(**regions):
        return jnst.stylize(pair[0], TEXTURES, **regions, **LIGHT)

    masks = HALVES[::-1]  # the first style goes to black, the darker colour
    np.testing.assert_array_equal(painted(labels=LEFT), painted(masks=masks))
    grey = np.full_like(LEFT, 128)
    style_labels = [np.where(LEFT > 0, grey, LEFT), np.where(LEFT > 0, LEFT, grey)]
    by_labels = painted(labels=LEFT, style_labels=style_labels)
    np.testing.assert_array_equal(by_labels, painted(masks=masks, style_masks=masks))


def test_regions_want_a_loss_that_can_be_guided(pair):
    guided = [name for name, loss in STYLE_LOSSES.items() if loss.guided]
    assert 0 < len(guided) < len(STYLE_LOSSES)
    for name in STYLE_LOSSES:
        settings = Settings(**SMALL, content_layers=(), style_layers=("relu2_1",), style_loss=name)
        pictures = read(*pair, settings, masks=[LEFT])
        if name in guided:
            prepare(pictures, settings)
            continue
        with pytest.raises(InputError, match=f"{name} cannot be kept to regions; choose from gram"):
            prepare(pictures, settings)


def test_one_style_for_many_regions_is_measured_once(pair):
    settings, asked = Settings(**LIGHT), []
    kit = load(settings)

    def targets(term, *arguments):
        asked.append(term)
        return kit.engine.targets(term, *arguments)

    counting = kit._replace(engine=kit.engine._replace(targets=targets))
    pictures = read(*pair, settings, masks=[LEFT, 255 - LEFT, LEFT])
    goals = set_up(pictures, settings, counting, stage=Stage(32, 32, 1)).constants.goals["style"]
    assert sorted(asked) == ["content", "style"]
    assert [len(of) for of in goals.values()] == [3, 3]
    np.testing.assert_array_equal(goals["relu1_1"][0].region, goals["relu1_1"][2].region)
    assert (goals["relu1_1"][0].region != goals["relu1_1"][1].region).all()


def test_a_start_of_its_own_is_resized_and_gets_the_noise(pair):
    content = files.read(pair[0])
    for noise in (0.0, 0.1):
        settings = Settings(**LIGHT, init="noise", init_noise=noise)
        start = prepare(read(*pair, settings, start=BARS), settings).image
        added = start - resizing.resize(files.read(BARS), *resizing.size_within(200, 300, 32))
        assert np.abs(added).max() <= 6 * noise
        assert (noise == 0) == (not added.any())
    settings = Settings(**LIGHT, init_noise=0.1)
    assert (
        np.abs(prepare(read(*pair, settings), settings).image - resizing.fit(content, 32)).max() > 0
    )


def test_squares_are_squares(pair):
    content, style = pair
    got = jnst.stylize(content, style, square=True, **LIGHT)
    squeezed = [resizing.resize(files.read(x), 32, 32) for x in (content, style)]
    np.testing.assert_array_equal(got, jnst.stylize(*squeezed, **LIGHT))
    assert got.shape == (1, 32, 32, 3)


@ENGINES
@pytest.mark.parametrize("optimizer", ["lbfgs", "scipy-lbfgs"])
def test_the_history_reaches_the_optimizer(pair, optimizer, engine):
    settings = Settings(**LIGHT | {"steps": (9,)}, optimizer=optimizer, engine=engine)
    long, short = (
        [p.total for p in run(pair, dataclasses.replace(settings, history=history))]
        for history in (20, 1)
    )
    # Two pairs are there at the third step.
    assert long[:3] == pytest.approx(short[:3], rel=1e-5)
    assert long[-1] != pytest.approx(short[-1], rel=1e-3)


def test_normalised_weights_are_the_ones_used(pair):
    settings = Settings(**LIGHT, weights="normalized")
    expected = store.load("vgg19", normalized=True)["conv2_1"]["kernel"]
    used = load(settings).params["conv2_1"]["kernel"]
    np.testing.assert_array_equal(used, expected)
    assert np.abs(used - load(Settings(**LIGHT)).params["conv2_1"]["kernel"]).max() > 1e-3
    one, other = (first(pair, **LIGHT, weights=w).parts["style"] for w in ("trained", "normalized"))
    assert abs(one - other) > 0.01


@ENGINES
def test_normalised_gradients_do_not_follow_the_scale_of_the_loss(pair, engine):
    def evaluated(scale, *, normalize):
        settings = Settings(
            size=32,
            engine=engine,
            content_layers=(),
            style_layers=("relu1_1", "relu2_1"),
            style_loss="gram",
            style_scale=scale,
            tv_weight=0.0,
            normalize_gradients=normalize,
        )
        problem = prepare(read(*pair, settings), settings)
        total, _, gradient = problem.evaluate(problem.constants, problem.image)
        return float(total), np.asarray(gradient)

    (one, slope), (other, same) = (evaluated(s, normalize=True) for s in ("mean", "half"))
    assert other > 10 * one
    np.testing.assert_allclose(same, slope, rtol=0, atol=1e-4 * np.abs(slope).max())
    total, plain = evaluated("mean", normalize=False)
    assert total == pytest.approx(one, rel=1e-5), "only the gradient is scaled"
    assert np.abs(plain).max() > 10 * np.abs(slope).max()


@pytest.mark.parametrize("kind", colour.METHODS)
def test_the_colours_of_the_content_are_kept(pair, kind):
    content = files.read(pair[0]) * 0.2 + 0.4  # so faint that no colour leaves RGB
    got = jnst.stylize(content, BARS, colour=kind, **LIGHT | {"tv_weight": 0.0})
    small = resizing.fit(content, 32)
    if kind == "luminance":
        chroma, expected = (x - (x @ colour.LUMA)[..., None] for x in (got, small))
        np.testing.assert_allclose(chroma, expected, atol=1e-6)
    plain = jnst.stylize(content, BARS, **LIGHT | {"tv_weight": 0.0})
    one, other = (np.abs((x - small).mean(axis=(0, 1, 2))).max() for x in (got, plain))
    assert one < other
    assert np.abs(got - small).max() > 0.01


@pytest.mark.parametrize(
    ("content_loss", "style_loss"),
    [("features", loss) for loss in STYLE_LOSSES] + [("self-similarity", "gram")],
)
def test_every_loss_is_lowered(pair, content_loss, style_loss):
    layers = ("relu1_1", "relu3_1")
    settings = Settings(
        size=32,
        steps=(8,),
        init="noise",
        content_weight=0.5,
        tv_weight=0.0,
        content_layers=("relu3_1",),
        style_layers=layers,
        content_loss=content_loss,
        content_scale="relative",
        style_loss=style_loss,
    )
    progress = list(run(pair, settings))
    best = min(progress, key=lambda p: p.total)
    for part in ("content", "style"):
        assert 0 < best.parts[part] < 0.9 * progress[0].parts[part], part
