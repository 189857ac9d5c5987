"""Visualised channels: their parametrisation, their transforms, and the whole, on a small scale."""

import os

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from gradcheck import check as check_gradient
from gradcheck import float64
from helpers import check_refused

import jnst.cli
from jnst.backbones.tables import BACKBONES
from jnst.dreams import fourier, transforms
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
from jnst.pictures import files

QUICK = VisualizeSettings(
    backbone="vgg19", layer="relu2_1", channel=(5, 9), size=32, steps=8, learning_rate=0.1
)
KEY = jax.random.key(0)


@pytest.mark.parametrize("width", [16, 17])
def test_one_wave_is_one_wave(width):
    spectrum = np.zeros((2, 12, width // 2 + 1, 3), np.float32)
    assert np.asarray(fourier.to_image(spectrum, width)).shape == (1, 12, width, 3)
    np.testing.assert_array_equal(fourier.to_image(spectrum, width), 0.5)
    spectrum[0, 0, 2, 0] = 3.0  # twice across, brightness alone
    image = np.asarray(fourier.to_image(spectrum, width), float)
    logit = np.log(image / (1 - image))
    scale = np.sqrt(12 * width) * width / 2 / fourier.SHRINK
    wave = 2 * 3 * scale / (12 * width) * np.cos(2 * np.pi * 2 * np.arange(width) / width)
    expected = wave[:, None] * fourier.COLOURS[:, 0]
    np.testing.assert_allclose(logit[0], np.broadcast_to(expected, (12, width, 3)), atol=1e-4)


def test_pictures_stay_in_range_and_noise_is_faint_and_reproducible():
    image = np.asarray(fourier.to_image(fourier.noise(KEY, 24, 31), 31))
    assert 0.001 < image.std() < 0.2
    np.testing.assert_array_equal(fourier.noise(KEY, 8, 8), fourier.noise(KEY, 8, 8))
    wild = np.asarray(fourier.to_image(1000 * fourier.noise(KEY, 24, 31), 31))
    assert wild.min() >= 0
    assert wild.max() <= 1


def test_grad_reaches_waves_through_transforms():
    with float64():
        rng = np.random.default_rng(0)
        spectrum, weight = 0.05 * rng.normal(size=(2, 9, 5, 3)), rng.normal(size=(1, 33, 33, 3))
        move = np.array([0.3, -1.2]), np.array(1.05), np.array(0.07)

        def f(z):
            seen = transforms.resampled(fourier.to_image(z, 9), *move)
            return jnp.sum(weight * seen)

        check_gradient(f, spectrum, np.asarray(jax.grad(f)(spectrum)), eps=1e-7)


def test_no_movement_only_pads_and_movements_go_where_they_say():
    image = np.random.default_rng(0).random((1, 10, 13, 3)).astype(np.float32)
    still = np.zeros(2, np.float32), np.array(1, np.float32), np.array(0, np.float32)
    padded = np.pad(image, [(0, 0), (12, 12), (12, 12), (0, 0)], constant_values=0.5)
    np.testing.assert_allclose(transforms.resampled(image, *still), padded, atol=1e-6)
    down = np.array([2, -3], np.float32), *still[1:]
    found = np.asarray(transforms.resampled(image, *down))
    np.testing.assert_allclose(found[:, 14:24, 9:22], image, atol=1e-6)
    square = image[:, :10, :10]
    quarter = np.array(np.pi / 2, np.float32)
    turned = np.asarray(transforms.resampled(square, still[0], still[1], quarter))
    clockwise = np.rot90(square, -1, axes=(1, 2))
    np.testing.assert_allclose(turned[:, 12:-12, 12:-12], clockwise, atol=1e-5)
    spot = np.full((1, 9, 9, 3), 0.5, np.float32)
    spot[:, 3:6, 3:6] = 1
    twice = np.array(2, np.float32)
    large = np.asarray(transforms.resampled(spot, still[0], twice, still[2]))
    assert (large - 0.5).sum() == pytest.approx(4 * (spot - 0.5).sum(), rel=0.1)


def test_random_movements_differ_by_key_alone():
    image = np.random.default_rng(0).random((1, 10, 13, 3)).astype(np.float32)
    one, same, other = (np.asarray(transforms.moved(jax.random.key(k), image)) for k in (1, 1, 2))
    assert one.shape == (1, 34, 37, 3)
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


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


@pytest.mark.parametrize("neuron", [False, True])
def test_the_channel_that_was_asked_for_responds_more(neuron):
    settings = VisualizeSettings(**{**vars(QUICK), "neuron": neuron})
    network = open_for(settings)
    five, nine = (list(visualize(network, settings, channel)) for channel in settings.channel)
    assert [p.step for p in five] == list(range(1, 9))
    assert five[-1].total > five[0].total
    features = BACKBONES["vgg19"].features

    def responses(picture):
        maps = features(network.params, picture, ["conv2_1"], padding="edge")["conv2_1"]
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
    with pytest.raises(InputError) as caught:
        check(VisualizeSettings(**{**vars(QUICK), **settings}))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_command_writes_one_picture_or_a_sheet(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["visualize", "--backbone", "vgg19", "--layer", "relu2_1", "--size", "32"]
    words += ["--steps", "2", "--no-cache", "--channel"]
    assert jnst.cli.main([*words, "5"]) == 0
    assert jnst.cli.main([*words, "5", "9", "11"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[1].startswith("wrote vgg19-relu2_1-2.png, 3 of 3 channels of relu2_1 of vgg19, in ")
    one, sheet = files.read("vgg19-relu2_1.png"), files.read("vgg19-relu2_1-2.png")
    assert one.shape == (1, 32, 32, 3)
    assert sheet.shape[2] == 8 + 2 * (160 + 8)
    np.testing.assert_array_equal(sheet[:, 8:40, 8:40], one)
    assert files.read_settings("vgg19-relu2_1.png")["visualize"]["channel"] == [5]
    assert jnst.cli.main(["visualize", "--backbone", "vgg16", "--list", "layers"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["relu1_1", "64"]
    before = sorted(os.listdir())
    check_refused(jnst.cli.main([*words, "128"]), capsys.readouterr(), "from 0 to 127", before)


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
