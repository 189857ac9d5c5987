"""What is measured, and with which weights, before a run: its numbers at the first evaluation."""

import numpy as np
import pytest

from jnst import xla
from jnst.errors import InputError
from jnst.losses.registry import STYLE_LOSSES
from jnst.pictures import files, resizing
from jnst.transfer.loaded import load
from jnst.transfer.pictures import read
from jnst.transfer.problem import set_up
from jnst.transfer.recipe import paint, prepare
from jnst.transfer.settings import Settings
from jnst.transfer.stages import Stage

pytestmark = pytest.mark.usefixtures("tiny")
LIGHT = {"size": 32, "steps": (3,), "history": 2, "style_loss": "gram"}
BYHAND = LIGHT | {"engine": "byhand"}  # nothing to compile
# Two textures: bars, and checks in other colours.
BARS = np.tile(np.uint8([[200, 40, 40]] * 4 + [[250, 240, 60]] * 4)[:, None], (6, 48, 1))
CHECKS = np.tile(np.uint8([[[10, 30, 90], [220] * 3], [[220] * 3, [10, 30, 90]]]), (6, 6, 1))
TEXTURES = [BARS, CHECKS.repeat(4, axis=0).repeat(4, axis=1)]
LEFT = np.zeros((20, 30), np.uint8)
LEFT[:, :15] = 255


def first(pair, **settings):
    """Return the `Progress` of the first evaluation."""
    chosen = Settings(**LIGHT | settings)
    return next(paint(read(*pair, chosen), chosen))


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
        return first(pair, style_layer_weights=weights).parts["style"]

    one, two = style((1.0, 0.0)), style((0.0, 1.0))
    assert style((1.0, 1.0)) == pytest.approx((one + two) / 2, rel=1e-4)
    assert style((6.0, 2.0)) == pytest.approx(0.75 * one + 0.25 * two, rel=1e-4)
    assert style(()) == pytest.approx(0.8 * one + 0.2 * two, rel=1e-4)  # four to one


def test_the_content_weight_is_shared_among_its_layers(pair):
    def content(*layers):
        return first(pair, init="style", content_layers=layers, engine="byhand").parts["content"]

    one, other = content("relu1_2"), content("relu2_1")
    assert abs(one - other) > 0.01 * one
    assert content("relu1_2", "relu2_1") == pytest.approx((one + other) / 2, rel=1e-4)


def test_content_from_the_content_and_style_from_the_style_cost_nothing(pair):
    content, _ = pair
    start = first(pair)
    assert start.parts["content"] < 1e-6
    assert start.parts["style"] > 0.1
    # Of Wasserstein's, directions that are lost in float32's rounding count as a difference.
    for loss, least in (("gram", 1e-10), ("wasserstein", 0.02)):
        same = first((content, content), style_loss=loss)
        assert abs(same.parts["style"]) < least


def test_larger_style_pictures_are_another_style(pair):
    one, two = (first(pair, style_size=size, engine="byhand").parts["style"] for size in (32, 64))
    assert abs(one - two) > 1e-3


def test_styles_are_blended_by_their_shares(pair):
    one, two = (first((pair[0], style), **BYHAND).parts["style"] for style in TEXTURES)
    assert abs(one - two) > 0.02
    for blend, expected in (((6.0, 2.0), 0.75 * one + 0.25 * two), ((), (one + two) / 2)):
        both = first((pair[0], TEXTURES), blend=blend, **BYHAND).parts["style"]
        assert both == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("name", STYLE_LOSSES)
def test_regions_want_a_loss_that_can_be_guided(pair, name):
    guided = [name for name, loss in STYLE_LOSSES.items() if loss.guided]
    assert 0 < len(guided) < len(STYLE_LOSSES)
    settings = Settings(**BYHAND | {"style_loss": name}, content_layers=())
    pictures = read(*pair, settings, masks=[LEFT])
    if name in guided:
        assert prepare(pictures, settings).constants.goals["style"]["relu2_1"][0].region is not None
        return
    with pytest.raises(InputError, match=f"{name} cannot be kept to regions; choose from gram"):
        prepare(pictures, settings)


def test_a_style_is_measured_in_each_of_its_parts_and_for_the_balance_once(pair):
    settings, asked = Settings(**LIGHT), []
    loaded = load(settings)

    def targets(term, *arguments):
        asked.append(term)
        return loaded.engine.targets(term, *arguments)

    counting = loaded._replace(engine=loaded.engine._replace(targets=targets))
    masks = [LEFT, 255 - LEFT, LEFT]
    pictures = read(*pair, settings, masks=masks, style_masks=masks)
    goals = set_up(pictures, settings, counting, stage=Stage(32, 32, 1, "lbfgs")).constants.goals[
        "style"
    ]
    assert sorted(asked) == ["content"] * 2 + ["style"] * 3
    assert [len(of) for of in goals.values()] == [3, 3]
    np.testing.assert_array_equal(goals["relu1_1"][0].region, goals["relu1_1"][2].region)
    assert (goals["relu1_1"][0].region != goals["relu1_1"][1].region).all()


def test_a_start_of_its_own_is_resized_and_gets_the_noise(pair):
    content = files.read(pair[0])
    for noise in (0.0, 0.1):
        settings = Settings(**BYHAND, init="noise", init_noise=noise)
        start = prepare(read(*pair, settings, start=BARS), settings).image
        added = start - resizing.resize(files.read(BARS), *resizing.size_within(200, 300, 32))
        assert np.abs(added).max() <= 6 * noise
        assert (noise == 0) == (not added.any())
    settings = Settings(**BYHAND, init_noise=0.1)
    begun = prepare(read(*pair, settings), settings).image
    assert np.abs(begun - resizing.fit(content, 32)).max() > 0


@pytest.mark.parametrize("engine", [pytest.param("jax", marks=pytest.mark.slow), "byhand"])
def test_normalised_gradients_do_not_follow_the_scale_of_the_loss(pair, engine):
    def evaluated(scale, *, normalize):
        settings = Settings(
            **LIGHT,
            engine=engine,
            content_layers=(),
            style_scale=scale,
            tv_weight=0.0,
            normalize_gradients=normalize,
        )
        problem = prepare(read(*pair, settings), settings)
        evaluate = xla.jit(problem.evaluate) if engine == "jax" else problem.evaluate
        total, _, gradient = evaluate(problem.constants, problem.image)
        return float(total), np.asarray(gradient)

    (one, slope), (other, same) = (evaluated(s, normalize=True) for s in ("mean", "half"))
    assert other > 10 * one
    np.testing.assert_allclose(same, slope, rtol=0, atol=1e-4 * np.abs(slope).max())
    total, plain = evaluated("mean", normalize=False)
    assert total == pytest.approx(one, rel=1e-5), "only the gradient is scaled"
    assert np.abs(plain).max() > 10 * np.abs(slope).max()
