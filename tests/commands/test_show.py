"""`jnst show`: the settings in a picture, as a file that makes it again."""

import json
import tomllib
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import jnst.cli
from jnst.commands.show import as_config
from jnst.pictures import files, samples
from jnst.runs.record import Inputs, record
from jnst.transfer.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny")
SMALL = ["--size", "32", "--steps", "2", "--no-cache", "--quiet", "--engine", "byhand"]


@pytest.fixture(autouse=True)
def _in_a_folder_of_pictures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    PIL.Image.fromarray(samples.content()).resize((64, 48)).save("photo.png")
    PIL.Image.open(samples.STYLE).save("painting.png")


def show(capsys, *words):
    assert jnst.cli.main(["show", *words]) == 0
    return capsys.readouterr().out


def test_what_is_shown_makes_the_picture_again(capsys):
    words = ["photo.png", "painting.png", "painting.png", "--blend", "0.25", "1"]
    words += ["--first-size", "none", "--colour", "luminance", "--style-layers", "relu1_1"]
    assert jnst.cli.main([*words, *SMALL, "-o", "one.png"]) == 0
    shown = show(capsys, "one.png")
    Path("own.toml").write_text(shown, "utf-8")
    changed, plain = shown.split("# As by default:\n")
    expected = {"content": "photo.png", "style": ["painting.png"] * 2, "size": 32, "steps": [2]}
    expected |= {"blend": [0.25, 1.0], "first-size": "None", "colour": "luminance"}
    expected |= {"engine": "byhand", "style-layers": ["relu1_1"]}
    assert tomllib.loads(changed) == expected
    assert list(tomllib.loads(changed))[:2] == ["content", "style"]
    assert tomllib.loads(plain)["content-weight"] == 0.0045
    assert jnst.cli.main(["--config", "own.toml", "--no-cache", "--quiet", "-o", "two.png"]) == 0
    assert Path("one.png").read_bytes() == Path("two.png").read_bytes()


def test_as_json_it_is_what_the_picture_holds(capsys):
    picture = np.full((1, 4, 4, 3), 0.5, np.float32)
    recorded = {"content": "a\x1b[31m\n.png", "steps": [3], "glow": None}
    files.write("a.png", picture, settings=recorded, software="jnst 9")
    assert json.loads(show(capsys, "a.png", "--json")) == recorded
    shown = show(capsys, "a.png")
    assert "\x1b" not in shown
    assert '# unknown here: "glow" = null\n' in shown
    assert tomllib.loads(shown) == {"content": "a\x1b[31m\n.png", "steps": [3]}


def test_of_one_pass_only_what_means_something_is_shown():
    made = record(Settings(method="ghiasi"), Inputs(content=Path("a.png")))
    table = tomllib.loads("\n".join(as_config(json.loads(json.dumps(made, default=str)))))
    assert {"method", "size", "seed"} < set(table)
    assert not {"steps", "content-weight", "backbone", "history"} & set(table)


@pytest.mark.parametrize("command", ["dream", "visualize"])
def test_dreams_are_shown_as_their_commands_take_them(command):
    recorded = {command: {"size": 64, "backbone": "vgg19", "seed": 0}, "image": "photo.png"}
    lines = list(as_config(recorded))
    assert lines[0].endswith(f"jnst {command} --config FILE")
    table = tomllib.loads("\n".join(lines))
    image = {"image": "photo.png"} if command == "dream" else {}
    assert table == {**image, "size": 64, "backbone": "vgg19", "seed": 0}


def test_a_picture_that_says_nothing_is_one_line(capsys):
    assert jnst.cli.main(["show", "photo.png"]) == 2
    says = "jnst: photo.png holds no settings: jnst did not make it, or they were taken out\n"
    assert capsys.readouterr().err == says
