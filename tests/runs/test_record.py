import dataclasses
import json
import os
import types
import typing
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from jnst.errors import InputError
from jnst.pictures import files
from jnst.runs.record import Inputs, record, restore
from jnst.transfer.checks import check
from jnst.transfer.settings import Settings

INPUTS = Inputs(
    content=Path("a.jpg"),
    styles=(Path("b.jpg"), Path("ç d.png")),
    masks=(Path("m.png"), Path("n.png")),
    style_masks=(Path("o.png"), Path("p.png")),
    labels=Path("l.png"),
    style_labels=(Path("q.png"),),
    start=Path("s.png"),
)
OTHER = Settings(
    size=77,
    style_size=90,
    first_size=None,
    steps=(3, 4),
    style_layers=("relu1_1",),
    style_layer_weights=(2.0,),
    blend=(1.0, 2.0),
    colour="pca",
    learning_rate=0.1,
    square=True,
)


def through_json(settings, inputs):
    return restore(json.loads(json.dumps(record(settings, inputs), default=os.fspath)))


def another(hint, default):
    """A value of this type that is not the default."""
    choices = [choice for choice in typing.get_args(hint) if choice is not types.NoneType]
    if hint is bool:
        return not default
    if typing.get_origin(hint) is tuple:
        return (another(choices[0], None),) * 2
    if typing.get_origin(hint) is typing.Literal:
        return next(choice for choice in choices if choice != default)
    return another(choices[0], default) if choices else {int: 77, float: 1 / 3, str: "x"}[hint]


HINTS = typing.get_type_hints(Settings)
CHANGED = Settings(
    **{f.name: another(HINTS[f.name], f.default) for f in dataclasses.fields(Settings)}
)


@pytest.mark.parametrize("settings", [Settings(), OTHER, CHANGED])
@pytest.mark.parametrize("inputs", [Inputs(), INPUTS])
def test_settings_and_pictures_come_back_as_they_were(settings, inputs):
    assert through_json(settings, inputs) == (settings, inputs)


def test_each_field_was_changed_and_is_recorded_once():
    fields = [field.name for kind in (Settings, Inputs) for field in dataclasses.fields(kind)]
    assert list(record(CHANGED, INPUTS)) == fields
    for name, value in {**vars(Settings()), **vars(Inputs())}.items():
        assert record(CHANGED, INPUTS)[name] != value


def test_what_is_not_recorded_has_its_default():
    assert restore({}) == (Settings(), Inputs())
    settings, _ = restore({"size": 64, "content_weight": 2})
    assert settings == dataclasses.replace(Settings(), size=64, content_weight=2.0)
    assert isinstance(settings.content_weight, float)


@pytest.mark.parametrize(
    ("recorded", "says"),
    [
        ({"sise": 3}, "a setting 'sise', which is unknown here"),
        ({"size": "big"}, "Expected `int`, got `str`"),
        ({"size": 2.5}, "Expected `int`, got `float`"),
        ({"steps": "many"}, "Expected `array`, got `str`"),
        ({"steps": ["a"]}, r"Expected `int`, got `str` - at `\$\.steps"),
        ({"init": "magic"}, "Invalid enum value 'magic'"),
        ({"size": True}, "Expected `int`, got `bool`"),
        ({"size": None}, "Expected `int`, got `null`"),
        ({"size": "64"}, "Expected `int`, got `str`"),
        ({"upscale": 1}, "Expected `bool`, got `int`"),
        ({"tv_weight": "nan"}, "Expected `float`, got `str`"),
        ({"tv_weight": 10**400}, "out of range"),
        ({"content": 3}, "cannot be used"),
        ({"content": {"a": 1}}, "cannot be used"),
        ({"masks": "mask.png"}, "Expected `array`, got `str`"),
        ({"masks": None}, "Expected `array`, got `null`"),
        ({"styles": [[]]}, "cannot be used"),
        ({"styles": [json.loads("[" * 900 + "]" * 900)]}, "cannot be used"),
        ({"size": json.loads('{"a":' * 900 + "1" + "}" * 900)}, "Expected `int`, got `object`"),
        ({"": 1}, "a setting '', which is unknown here"),
        ({"a\nb": 1}, r"a setting 'a\\nb', which is unknown here"),
        ({"style_layers": {"a": 1}}, "Expected `array | null`, got `object`"),
        ({"colour": ["pca"]}, "cannot be used"),
    ],
)
def test_hostile_or_foreign_records_are_refused_in_one_line(recorded, says):
    with pytest.raises(InputError, match=says) as caught:
        restore(recorded)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["tv_weight", "blend"])
def test_values_are_left_to_the_check_of_settings(name):
    value = {"tv_weight": "NaN", "blend": "[NaN]"}[name]
    with pytest.raises(InputError, match=f"{name} must be"):
        check(restore(json.loads(f'{{"{name}": {value}}}'))[0])


def test_a_picture_with_hostile_metadata_holds_no_settings(tmp_path):
    exif = PIL.Image.Exif()
    exif[0x010E] = "[" * 100_000
    PIL.Image.fromarray(np.zeros((2, 2), np.uint8)).save(tmp_path / "x.png", exif=exif)
    assert files.read_settings(tmp_path / "x.png") is None


def test_all_paths_of_a_run_are_known():
    assert len(INPUTS.paths()) == 10
    assert Inputs().paths() == []
