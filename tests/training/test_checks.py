"""Settings of a training: they agree with those of pictures, and with the networks there are."""

import dataclasses
import re
import typing

import pytest
from helpers import ROOT

from jnst.errors import InputError
from jnst.feedforward import trainable
from jnst.training.checks import check
from jnst.training.presets import PRESETS, preset
from jnst.training.settings import WITHOUT_STYLE, Settings
from jnst.transfer import settings as pixels
from jnst.transfer.presets import summary

TYPES, OTHERS = (typing.get_type_hints(kind) for kind in (Settings, pixels.Settings))
OWN = {
    "network",
    "width",
    "learned",
    "steps",
    "batch",
    "crop",
    "photo_size",
    "decay",
    "pixel_weight",
}


def test_the_networks_are_those_that_there_are():
    assert typing.get_args(TYPES["network"]) == trainable.NAMES
    assert tuple(trainable.AUTOENCODERS) == WITHOUT_STYLE


def test_the_losses_are_those_of_pictures_with_the_same_choices():
    for name in TYPES.keys() - OWN:
        if name != "learning_rate":  # for pictures the optimizer's own by default
            assert TYPES[name] == OTHERS[name], name


def test_the_losses_have_the_values_that_are_given():
    given = {"style_loss": "gram", "content_layers": ("relu2_1",), "tv_weight": 3.0}
    losses = dataclasses.replace(Settings(steps=9, crop=64), **given).losses
    assert {name: getattr(losses, name) for name in given} == given
    assert (losses.size, losses.steps) == (64, pixels.Settings().steps)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_can_be_used_and_say_what_they_are(name):
    settings = preset(name)
    if settings.backbone == "vgg19":
        check(settings, styles=1)
    assert summary(PRESETS[name])
    assert dataclasses.replace(settings) == settings


def test_constants_are_the_published_ones():
    johnson, torch = preset("johnson").losses, preset("pytorch-examples").losses
    assert johnson.tv_weight == 4e-6 * 255**2  # 1e-6 of the sum over 4 photographs
    assert johnson.style_weight / len(johnson.style_layers or ()) == 5.0  # of each layer
    # In units of features of pictures that were divided by ImageNet's deviations: 1e5 and 1e10.
    unit = 255 * 0.225
    assert torch.content_weight * unit**2 == pytest.approx(1e5)
    assert torch.style_weight / 4 * unit**4 == pytest.approx(1e10)
    lengstrom, many = preset("lengstrom"), preset("dumoulin")
    assert (lengstrom.content_weight, lengstrom.style_weight / 5) == (7.5, 100.0)
    assert (many.batch, many.style_weight / 4) == (16, 1e-4)
    ulyanov = preset("ulyanov")
    assert (ulyanov.content_weight, ulyanov.style_weight / 4) == (1.0, 10.0)
    assert (ulyanov.crop, ulyanov.photo_size, ulyanov.style_size) == (512, None, 600)
    assert (preset("johnson").network, ulyanov.network) == ("johnson-paper", "ulyanov")
    other = dataclasses.replace(preset("johnson"), network="johnson-batch")
    assert preset("johnson-batch") == other
    pyramid = preset("ulyanov-pyramid")
    assert (pyramid.content_weight, pyramid.style_weight / 5) == (0.6, 1000.0)
    assert (pyramid.batch, pyramid.steps, pyramid.learning_rate) == (16, 3000, 0.1)


def test_a_setting_of_the_losses_is_checked_as_for_pictures():
    with pytest.raises(InputError, match="unknown content_scale of self-similarity 'half'"):
        check(Settings(content_loss="self-similarity", content_scale="half"), styles=1)
    with pytest.raises(InputError, match="unknown layer of vgg19 'relu9_1'"):
        check(Settings(style_layers=("relu9_1",)), styles=1)


def test_a_crop_must_be_a_multiple_of_what_a_network_halves():
    check(Settings(network="ulyanov-pyramid", crop=64), styles=1)
    for crop, says in ((72, "crop must be a multiple of 32, not 72"), (32, "at least 64, not 32")):
        with pytest.raises(InputError, match=says):
            check(Settings(network="ulyanov-pyramid", crop=crop), styles=1)


def test_a_crop_that_a_network_cannot_mirror_is_refused():
    check(Settings(network="johnson-paper", crop=44), styles=1)
    with pytest.raises(InputError, match="crop for johnson-paper must be a number of at least 44"):
        check(Settings(network="johnson-paper", crop=40), styles=1)


@pytest.mark.parametrize(("name", "learned"), [("johnson", "bank"), ("stylebank", "norms")])
def test_what_a_network_has_not_cannot_be_learned_alone(name, learned):
    says = f"unknown learned of network {name} '{learned}'; choose from all, "
    with pytest.raises(InputError, match=says):
        check(Settings(network=name, learned=learned), styles=1)


def test_readme_names_every_network():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (row,) = [line for line in readme.splitlines() if line.startswith("| `--network`")]
    assert set(re.findall(r"`([a-z0-9-]+)`", row)) - {"--network", "--width"} == {*trainable.NAMES}
