"""`jnst stylize`: what its options ask for, and pictures that are made again."""

import os

import numpy as np
import PIL.Image
import pytest

import jnst.cli
from jnst.backbones.tables import BACKBONES
from jnst.pictures import files, samples
from jnst.transfer.presets import PRESETS

pytestmark = pytest.mark.usefixtures("tiny")
SMALL = ["--size", "32", "--steps", "2", "--no-cache", "--quiet"]
BYHAND = [*SMALL, "--engine", "byhand"]  # nothing to compile


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(*arguments):
    return jnst.cli.main(["stylize", *map(str, arguments)])


def test_options_reach_the_run():
    options = ["--style-layers", "relu1_1", "relu2_1", "--content-layers", "conv2_2"]
    options += ["--style-layer-weights", "2", "1", "--optimizer", "adam", "--pooling", "avg"]
    assert run(*BYHAND, *options, "-o", "x.png") == 0
    recorded = files.read_settings("x.png")
    assert recorded is not None
    assert recorded["style_layers"] == ["relu1_1", "relu2_1"]
    assert recorded["style_layer_weights"] == [2, 1]
    assert recorded["content_layers"] == ["conv2_2"]
    assert (recorded["optimizer"], recorded["pooling"]) == ("adam", "avg")
    assert run(*BYHAND, "-o", "plain.png") == 0
    assert (files.read("x.png") != files.read("plain.png")).any()


def test_lists(capsys):
    assert run("--list", "layers") == 0
    assert capsys.readouterr().out.split() == list(BACKBONES["vgg19"].layers)
    assert run("--list", "layers", "--backbone", "resnet50") == 0
    assert capsys.readouterr().out.split() == list(BACKBONES["resnet50"].layers)
    assert run("--list", "backbones") == 0
    assert set(capsys.readouterr().out.split()) == set(BACKBONES)
    assert run("--list", "styles") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[25] == "--method multistyle --style-number 25"
    assert "masters.jnst --style-number great-wave" in lines[26:]
    assert run("--list", "presets") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(PRESETS)


def test_like_makes_a_picture_again_to_the_byte():
    PIL.Image.fromarray(samples.content()[:120, :200]).save("p.png")
    mask = np.zeros((30, 50), np.uint8)
    mask[:, :25] = 255
    PIL.Image.fromarray(mask).save("left.png")
    PIL.Image.fromarray(255 - mask).save("right.png")
    options = ["p.png", samples.STYLE, "p.png", "--masks", "left.png", "right.png"]
    options += ["--optimizer", "adam", "--average", "0.5", "--colour", "pca", "--start", "p.png"]
    assert run(*SMALL, *options, "--init-noise", "0.1", "--seed", "3", "-o", "one.png") == 0
    assert run("--like", "one.png", "--no-cache", "-o", "two.png") == 0
    with open("one.png", "rb") as one, open("two.png", "rb") as two:
        assert one.read() == two.read()
    assert run("--like", "one.png", "--no-cache", "--seed", "4", "-o", "three.png") == 0
    changed, kept = (files.read_settings(name) for name in ("three.png", "one.png"))
    assert changed == kept | {"seed": 4}


def test_like_wants_a_picture_of_ours(capsys):
    PIL.Image.fromarray(samples.content()).save("plain.png")
    assert run("--like", "plain.png") == 2
    assert "plain.png holds no settings of jnst" in capsys.readouterr().err
    assert run("--like", "plain.png", "--preset", "gatys2016") == 2
    assert "not both" in capsys.readouterr().err
    assert run("--like", "missing.png") == 2
    assert "cannot read 'missing.png'" in capsys.readouterr().err


def test_an_unknown_preset_or_quality_lists_the_choices(capsys):
    assert run("--preset", "gatys") == 2
    assert "--preset must be default, gatys2015, gatys2016, " in capsys.readouterr().err
    assert run("--quality", "great") == 2
    says = "--quality must be instant, draft, normal or best, not 'great'"
    assert says in capsys.readouterr().err
    assert run("--preset") == 2
    assert "--preset" in capsys.readouterr().err


def test_quality_multiplies_the_steps():
    quick = ["--no-cache", "--quiet", "--engine", "byhand", "--size", 32]
    assert run(*quick, "--quality", "draft", "-o", "x.png") == 0
    recorded = files.read_settings("x.png")
    assert recorded is not None
    assert recorded["steps"] == [90, 15, 7, 5, 3, 2]


def test_quality_multiplies_the_steps_that_are_asked_for_too():
    assert run(*BYHAND, "--steps", 10, "--quality", "draft", "-o", "x.png") == 0
    assert files.read_settings("x.png")["steps"] == [3]
    again = ["--no-cache", "--quiet", "--like", "x.png"]
    assert run(*again, "--quality", "best", "-o", "y.png") == 0
    assert files.read_settings("y.png")["steps"] == [9]


def test_a_picture_that_has_gone_is_named_with_what_needs_it(capsys):
    PIL.Image.fromarray(samples.content()).resize((64, 48)).save("photo.png")
    assert run("photo.png", samples.STYLE, *BYHAND, "-o", "x.png") == 0
    os.remove("photo.png")
    assert run("--like", "x.png") == 2
    says = "x.png was made of photo.png, which is not there; run jnst where it was made, or name"
    assert says in capsys.readouterr().err
    assert run("--like", "x.png", samples.STYLE, *BYHAND, "-o", "y.png") == 0
