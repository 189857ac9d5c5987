"""Pictures that single channels respond to."""

import jax.numpy as jnp
import numpy as np
import pytest
from programs import features as maps_of

from jnst.backbones.tables import BACKBONES
from jnst.dreams.visualize import (
    VisualizeSettings,
    before_rectifier,
    check,
    open_for,
    response,
    visualize,
)
from jnst.engines import memory
from jnst.errors import InputError

QUICK = VisualizeSettings(
    backbone="vgg19", layer="relu2_1", channel=(5, 9), size=32, steps=8, learning_rate=0.1
)


def test_the_response_is_a_mean_or_the_middle():
    maps = jnp.zeros((1, 5, 4, 3)).at[0, 2, 2, 1].set(20)
    assert response(maps, 1, neuron=False) == 1
    assert response(maps, 1, neuron=True) == 20
    assert response(maps, 0, neuron=True) == 0


def test_what_is_increased_lies_before_the_rectifier():
    vgg = BACKBONES["vgg19"].table
    assert before_rectifier(vgg, "relu2_1", 7) == ("conv2_1", 7)
    assert before_rectifier(vgg, "conv2_1", 7) == ("conv2_1", 7)
    assert before_rectifier(vgg, "pool2", 7) == ("pool2", 7)
    table = BACKBONES["inception_v3"].table
    by_name = {layer.name: layer for layer in table}
    ends = np.cumsum([by_name[name].channels for name in by_name["mixed4"].inputs])
    for channel in (0, ends[0] - 1, ends[0], ends[2] + 5, ends[3] - 1):
        layer, inside = before_rectifier(table, "mixed4", int(channel))
        branch = int(np.searchsorted(ends, channel, side="right"))
        assert by_name[by_name["mixed4"].inputs[branch]].inputs == (layer,)
        assert inside == channel - (ends[branch - 1] if branch else 0)


@pytest.mark.parametrize("neuron", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_the_channel_that_was_asked_for_responds_more(neuron):
    settings = VisualizeSettings(**{**vars(QUICK), "neuron": neuron})
    network = open_for(settings)
    five, nine = (list(visualize(network, settings, channel)) for channel in settings.channel)
    assert [p.step for p in five] == list(range(1, 9))
    assert five[-1].total > five[0].total

    def responses(picture):
        maps = maps_of(network.params, picture, ["conv2_1"], padding="edge")["conv2_1"]
        return np.array([response(maps, channel, neuron=neuron) for channel in (5, 9)])

    of_five, of_nine = responses(five[-1].image), responses(nine[-1].image)
    assert of_five[0] > of_nine[0] + 20
    assert of_nine[1] > of_five[1] + 20
    again = list(visualize(network, settings, 5))
    np.testing.assert_array_equal(again[-1].image, five[-1].image)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"layer": ""}, "give a layer; --list layers"),
        ({"layer": "mixed4"}, "unknown layer of vgg19 'mixed4'"),
        ({"channel": ()}, "give at least one channel"),
        ({"channel": (3, 128)}, "channel of relu2_1 must be a number from 0 to 127, not 128"),
        ({"channel": (-1,)}, "not -1"),
        ({"channel": (5, 9, 5)}, "channel has a number twice: 5 9 5"),
        ({"steps": 0}, "steps must be a number of at least 1, not 0"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0, not 0"),
        ({"backbone": "lenet"}, "unknown backbone 'lenet'"),
    ],
)
def test_settings_that_cannot_be_used_are_one_line(settings, says):
    chosen = VisualizeSettings(**vars(QUICK))
    for name, value in settings.items():
        object.__setattr__(chosen, name, value)  # past the types that tests insist on
    with pytest.raises(InputError) as caught:
        check(chosen)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_does_not_fit_into_memory_is_refused_before_the_first_step(monkeypatch):
    network = open_for(QUICK)
    monkeypatch.setattr(memory, "available", lambda: 3_000_000)
    says = r"at 32 x 32 pixels a visualisation needs 0\.\d GB, and 0\.0 can be used: take size \d+$"
    with pytest.raises(InputError, match=says):
        next(visualize(network, QUICK, 5))


def test_where_it_is_not_clear_the_compiler_is_asked(monkeypatch):
    network, asked, account = open_for(QUICK), [], memory.account
    bound = memory.stateless_loop_bytes((1, 32, 32, 3)) + memory.at_most(
        "vgg19", ["conv2_1"], (1, 56, 56, 3)
    )
    monkeypatch.setattr(memory, "available", lambda: 0.99 * bound / memory.USABLE)
    monkeypatch.setattr(memory, "account", lambda one: asked.append(account(one)) or asked[-1])
    assert next(visualize(network, QUICK, 5)).step == 1
    assert 0 < asked[0] < bound
