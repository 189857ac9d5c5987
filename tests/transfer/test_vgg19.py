"""What needs VGG19 itself: its depth, its weights, and the default from beginning to end."""

import dataclasses

import numpy as np
import pytest

import jnst
from jnst.errors import InputError
from jnst.pictures import files
from jnst.transfer.loaded import load
from jnst.transfer.pictures import read
from jnst.transfer.recipe import paint
from jnst.transfer.settings import Settings
from jnst.weights import store

SHALLOW = {"content_layers": ("relu1_1",), "style_layers": ("relu1_1", "relu2_1")}
BYHAND = Settings(size=32, steps=(3,), style_loss="gram", engine="byhand", **SHALLOW)


@pytest.mark.parametrize("shape", [(1, 1), (12, 12), (8, 300), (300, 7)])
def test_a_picture_too_small_for_the_layers_is_refused(pair, shape):
    with pytest.raises(InputError, match=r"content picture is .* needs at least 16 x 16"):
        jnst.stylize(np.zeros((*shape, 3), np.uint8), pair[1], size=64, steps=(1,))
    with pytest.raises(InputError, match=r"style picture is .* relu5_1 needs at least 16 x 16"):
        jnst.stylize(pair[0], np.zeros((*shape, 3), np.uint8), size=64, steps=(1,))


def test_normalised_weights_are_the_ones_used(pair):
    def chosen(weights):
        return dataclasses.replace(BYHAND, weights=weights)

    expected = store.load("vgg19", normalized=True)["conv2_1"]["kernel"]
    used = load(chosen("normalized")).params["conv2_1"]["kernel"]
    np.testing.assert_array_equal(used, expected)
    assert np.abs(used - load(BYHAND).params["conv2_1"]["kernel"]).max() > 1e-3
    one, other = (
        next(paint(read(*pair, settings), settings)).parts["style"]
        for settings in map(chosen, ("trained", "normalized"))
    )
    assert abs(one - other) > 0.01


@pytest.mark.slow
def test_the_default_paints_and_lowers_every_style_layer(pair):
    settings = Settings(size=48, first_size=32, steps=(10, 6))
    progress = list(paint(read(*pair, settings), settings))
    assert [p.best.shape[2] for p in progress] == [34] * 10 + [48] * 6
    assert progress[0].parts["content"] < 1e-6
    assert progress[-1].best_total < 0.5 * progress[0].total
    assert progress[10].parts["style"] < 0.7 * progress[0].parts["style"]
    picture = jnst.stylize(*pair, size=48, first_size=32, steps=(10, 6))
    np.testing.assert_array_equal(picture, progress[-1].best[0])
    assert np.isfinite(files.read(picture)).all()


@pytest.mark.slow
def test_the_style_of_the_style_costs_next_to_nothing(pair):
    settings = Settings(size=32, steps=(3,))
    content, _ = pair
    # Directions that are lost in float32's rounding count as a difference.
    same = next(paint(read(content, content, settings), settings))
    assert abs(same.parts["style"]) < 0.02
    assert next(paint(read(*pair, settings), settings)).parts["style"] > 0.1
