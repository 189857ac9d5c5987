"""What the page offers, and the settings that come of what was chosen."""

import dataclasses

import pytest

from jnst.errors import InputError
from jnst.transfer.presets import PRESETS, preset
from jnst.transfer.settings import Settings
from jnst.video.settings import VideoSettings
from jnst.web.choices import CHANGEABLE, choices, settings_for, video_for


def test_each_preset_is_offered_with_the_values_that_can_be_changed():
    found = choices()["presets"]
    assert [one["name"] for one in found] == list(PRESETS)
    for one in found:
        settings = preset(one["name"])
        assert {name: one[name] for name in CHANGEABLE} == {
            name: getattr(settings, name) for name in CHANGEABLE
        }


def test_only_settings_can_be_changed():
    assert set(CHANGEABLE) <= {field.name for field in dataclasses.fields(Settings)}


def test_changes_are_made_to_the_preset_and_to_nothing_else():
    usual = preset("gatys2016")
    changed = settings_for("gatys2016", "normal", {"size": 77, "colour": "luminance"})
    assert changed == dataclasses.replace(usual, size=77, colour="luminance")
    assert settings_for("default", "normal", {}) == preset("default")


def test_the_quality_is_a_factor_of_the_steps():
    steps = preset("default").steps
    for quality, factor in (("draft", 0.3), ("normal", 1), ("best", 3)):
        found = settings_for("default", quality, {}).steps
        assert found == tuple(max(1, round(factor * count)) for count in steps)


def test_instant_is_one_of_the_qualities():
    assert "instant" in choices()["qualities"]
    assert choices()["instant"] == ["size", "colour", "seed"]
    found = settings_for("default", "instant", {"size": 77, "seed": 3, "colour": "luminance"})
    assert found == Settings(method="ghiasi", size=77, seed=3, colour="luminance")


@pytest.mark.parametrize(
    ("quality", "steps"), [("instant", 30), ("draft", 9), ("normal", 30), ("best", 90)]
)
def test_it_is_so_of_the_steps_of_each_frame_of_a_film(quality, steps):
    assert video_for(quality) == VideoSettings(frame_steps=steps)


@pytest.mark.parametrize(
    ("name", "quality", "changes", "says"),
    [
        ("nothing", "normal", {}, "unknown preset 'nothing'"),
        ("default", "fine", {}, "unknown quality 'fine'"),
        ("default", "instant", {"style_weight": 2.0}, "to which style_weight means nothing"),
        ("gatys2016", "instant", {}, "preset gatys2016 says how pixels are optimized"),
        ("default", "normal", {"backbone": "vgg16"}, "unknown setting 'backbone'"),
        ("default", "normal", {"size": "big"}, "^size: expected `int`, got `str`$"),
        ("default", "normal", {"tv_weight": -1.0}, "^tv_weight must be"),
    ],
)
def test_what_cannot_be_used_is_refused(name, quality, changes, says):
    with pytest.raises(InputError, match=says):
        settings_for(name, quality, changes)
