import numpy as np
import pytest

from jnst.byhand.optimize import optimizers as byhand_optim
from jnst.errors import InputError
from jnst.losses.registry import STYLE_LOSSES
from jnst.optimize.optimizers import KEEP_STATE, OPTIMIZERS
from jnst.pictures import samples
from jnst.transfer.pictures import read
from jnst.transfer.settings import Settings
from jnst.transfer.stages import Stage, begins, enlarge, evaluations, plan, sizes


def test_sizes_by_example():
    assert sizes(512, first=128, ratio=2**0.5) == [128, 181, 256, 362, 512]
    assert sizes(512, first=129, ratio=2**0.5) == [181, 256, 362, 512]
    assert sizes(1000, first=200, ratio=2.0) == [250, 500, 1000]
    assert sizes(100, first=128, ratio=2.0) == [100]
    assert sizes(128, first=128, ratio=2.0) == [128]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [((9,), [9, 9, 9]), ((9, 4), [9, 4, 4]), ((9, 4, 2), [9, 4, 2]), ((9, 4, 2, 1), [9, 4, 2])],
)
def test_the_last_number_of_steps_goes_with_all_sizes_that_remain(steps, expected):
    assert evaluations(Settings(steps=steps), [16, 32, 64]) == expected


@pytest.mark.parametrize("name", KEEP_STATE)
@pytest.mark.parametrize("optimizers", [OPTIMIZERS, byhand_optim.OPTIMIZERS])
def test_an_optimizer_state_grows_with_the_picture_and_keeps_its_means(name, optimizers):
    small, large = (np.zeros((1, *size, 3), np.float32) for size in ((6, 8), (9, 12)))
    optimizer = optimizers[name](0.02)
    state = optimizer.init(small)
    ramp = np.broadcast_to(np.linspace(0.1, 1, 8, dtype=np.float32)[:, None], (1, 6, 8, 3))
    for _ in range(3):
        _, state = optimizer.update(ramp, state, small)
    grown = enlarge(state, 9, 12)
    update, _ = optimizer.update(np.zeros_like(large), grown, large)  # what it would do by itself
    expected, _ = optimizer.update(np.zeros_like(small), state, small)
    update, expected = np.asarray(update), np.asarray(expected)
    assert update.shape == large.shape
    assert np.isfinite(update).all()
    assert np.mean(update) == pytest.approx(np.mean(expected), rel=0.05)
    assert update[0, 0, 0, 0] == pytest.approx(expected[0, 0, 0, 0], rel=0.1)


def test_what_is_not_a_picture_is_left_alone():
    state = (np.int32(7), np.ones(3), {"m": np.ones((1, 2, 2, 3), np.float64)})
    count, vector, rest = enlarge(state, 3, 5)
    assert (count, vector.tolist()) == (7, [1, 1, 1])
    np.testing.assert_allclose(rest["m"], np.ones((1, 3, 5, 3)))
    assert rest["m"].dtype == np.float64


def test_the_plan_goes_from_coarse_to_fine():
    def stages(**settings):  # of 300 x 200 and 451 x 360 pixels or so
        chosen = Settings(**settings)
        return plan(read(samples.content()[:200, :300], samples.STYLE, chosen), chosen)

    plain = {"size": 256, "margin": 0}
    assert stages(**plain) == [
        Stage(91, 91, 300, "adam"),
        Stage(128, 128, 50, "lbfgs"),
        Stage(181, 181, 24, "lbfgs"),
        Stage(256, 256, 16, "lbfgs"),
    ]
    assert [stage.size for stage in stages(size=512, margin=0)] == [106, 150, 212, 300], "as it is"
    assert stages(size=512, upscale=True, margin=0)[-1] == Stage(512, 512, 8, "lbfgs")
    assert stages(**plain, first_size=None) == [Stage(256, 256, 300, "lbfgs")]
    plain["first_size"] = 128
    assert [stage.steps for stage in stages(**plain, steps=(9, 5))] == [9, 5, 5]
    assert [stage.style_size for stage in stages(**plain, style_size=512)] == [256, 362, 512]
    assert stages(size=64) == [Stage(64, 64, 300, "lbfgs")]
    for chosen, both in (("lbfgs", ["adam", "lbfgs"]), ("sgd", ["sgd", "sgd"])):
        found = stages(size=64, first_size=32, size_ratio=2.0, optimizer=chosen)
        assert [stage.optimizer for stage in found] == both
    first = stages(size=64, first_size=32, size_ratio=2.0, first_optimizer="lbfgs")[0]
    assert first.optimizer == "lbfgs"
    # 200 x 300 at 16 pixels is 11 high, too little for relu5_1; at 32 it is 21.
    assert [stage.size for stage in stages(size=64, first_size=8, size_ratio=2.0)] == [32, 64]


def test_margins_are_painted_besides_and_styles_keep_their_size_by_the_result():
    chosen = Settings(size=256, margin=12, first_size=128)
    pictures = read(samples.content()[:200, :300], samples.STYLE, chosen)
    assert pictures.content.shape == (1, 171 + 24, 256 + 24, 3)
    found = [(stage.size, stage.style_size) for stage in plan(pictures, chosen)]
    assert found == [(140, 128), (198, 181), (280, 256)]


def test_a_style_too_large_for_memory_is_cut_where_the_picture_is_not():
    chosen = Settings(size=64, first_size=None, style_size=200, tile=100)
    photo, small, large = (np.zeros((side, side, 3), np.float32) for side in (64, 40, 200))
    for styles, tile in (([small], None), ([large], 100), ([small, large], 100)):
        (stage,) = plan(read(photo, styles, chosen), chosen)
        assert stage.tile == tile


@pytest.mark.parametrize("style_loss", sorted(STYLE_LOSSES))
@pytest.mark.parametrize("name", ["content", "style"])
def test_pictures_too_small_in_the_end_are_refused_before_any_is_looked_into(name, style_loss):
    """A report (futscdav/strotss issue 4): the network leaves nothing of a thin picture."""
    chosen = Settings(size=128, style_loss=style_loss)
    thin, square = (np.zeros((height, 100, 3), np.float32) for height in (9, 100))
    pictures = read(*((thin, square) if name == "content" else (square, thin)), chosen)
    with pytest.raises(InputError, match=f"the {name} picture is 100 x 9 pixels, but relu5_1"):
        plan(pictures, chosen)


def test_stages_begin_with_pictures_of_their_own_sizes():
    sizes = ((140, 128, 80), (198, 181, 40), (280, 256, 24))
    stages = [Stage(*size, "lbfgs") for size in sizes]
    found = begins(stages, (195, 280))
    assert found == {0: (98, 140), 80: (138, 198), 120: (195, 280)}
    share = 171 / 195, 256 / 280
    assert begins(stages, (195, 280), share=share)[120] == (171, 256)
