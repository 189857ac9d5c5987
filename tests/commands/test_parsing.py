"""From words to options: files of options, presets, help, and orders."""

import dataclasses
import json
from pathlib import Path

import pytest

from jnst.commands.options import stylize, weights
from jnst.commands.parsing import parse
from jnst.errors import InputError
from jnst.transfer.presets import preset
from jnst.transfer.settings import Settings


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def parsed(*words):
    return parse("stylize", stylize, words)


def test_numbers_end_where_pictures_begin():
    options = parsed("--steps", "4", "2", "photo.jpg", "painting.jpg")
    assert options.settings.steps == (4, 2)
    assert options.inputs.content == Path("photo.jpg")
    assert options.inputs.styles == (Path("painting.jpg"),)


def test_words_count_more_than_a_file_and_that_more_than_a_preset():
    Path("own.toml").write_text(
        'content = "a.jpg"\nstyle = "b.jpg"\npreset = "gatys2016"\nsize = 300\nseed = 7\n'
    )
    options = parsed("--config", "own.toml", "--seed", "8")
    expected = dataclasses.replace(preset("gatys2016"), size=300, seed=8)
    assert options.settings == expected
    assert options.inputs.content == Path("a.jpg")
    assert parsed("c.jpg", "--config", "own.toml").inputs.content == Path("c.jpg")


def test_what_is_written_is_what_is_read(capsys):
    words = ["-a.jpg", "b.jpg"]
    more = ["--preset", "gatys2016", "--steps", "3", "--first-size", "none", "--no-cache"]
    more += ["--masks", 'le"ft.png', "right.png", "--plot", "--blend", "0.5", "1e-9"]
    asked = parsed(*more, "--", *words)
    assert parsed(*more, "--write-config", "own.toml", "--", *words) is None
    assert capsys.readouterr().out == "wrote own.toml\n"
    found = parsed("--config", "own.toml")
    plain = dataclasses.replace(asked, preset=None)
    assert dataclasses.replace(found, common=asked.common) == plain
    assert found.settings.first_size is None
    assert found.settings != Settings()


def test_a_file_is_written_whole_or_not_at_all():
    with pytest.raises(InputError, match=r"unknown suffix '.txt'.*choose from .toml"):
        parsed("--write-config", "own.txt")
    with pytest.raises(InputError, match="there is no folder 'none'"):
        parsed("--write-config", "none/own.toml")


def test_help_is_no_options(capsys):
    assert parsed("--size", "big", "--help") is None
    assert capsys.readouterr().out.startswith("usage: jnst stylize CONTENT STYLE... [OPTIONS]\n")


def test_without_an_order_it_is_the_first():
    assert parse("weights", weights, []) == weights.Options()
    assert parse("weights", weights, ["get", "vgg16"]).order == weights.Get("vgg16")
    convert = parse("weights", weights, ["convert", "a.pth", "b.pth", "--backbone", "wct"])
    assert convert.order == weights.Convert((Path("a.pth"), Path("b.pth")), backbone="wct")


def test_a_file_that_is_written_is_said_as_everything_is(capsys):
    assert parsed("--write-config", "own.toml") is None
    assert capsys.readouterr().out == "wrote own.toml\n"
    assert parsed("--write-config", "own.toml", "--quiet") is None
    assert capsys.readouterr().out == ""
    assert parsed("--write-config", "own.toml", "--json") is None
    assert json.loads(capsys.readouterr().out) == {"output": "own.toml"}
