"""`jnst stylize` with VGG19 itself: its presets, what it refuses, and the default."""

import dataclasses
import json
import os

import numpy as np
import PIL.Image
import pytest
from helpers import check_refused

import jnst.cli
import jnst.commands.stylize
from jnst.pictures import files, samples
from jnst.transfer.presets import PRESETS, preset

SMALL = ["--size", "32", "--steps", "2", "--no-cache"]
RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(*arguments):
    return jnst.cli.main(["stylize", *map(str, arguments)])


@pytest.mark.slow
def test_the_default_paints_the_sample_pair(capsys):
    assert run(*SMALL, "--steps", "8", "--plot") == 0
    assert "wrote chelsea-sample.png (32 x 21)" in capsys.readouterr().out
    assert sorted(os.listdir()) == ["chelsea-sample-loss.png", "chelsea-sample.png"]
    small = ["--engine", "byhand", *SMALL]
    assert run(*small, "--steps", "8", "-o", "byhand.png") == 0
    one, other = files.read("chelsea-sample.png"), files.read("byhand.png")
    assert np.abs(one - other).mean() < 0.02


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_reaches_the_run_and_other_options_apply(name, monkeypatch):
    asked = []

    def paint_one(settings, *_, **__):
        asked.append(settings)
        return 0

    monkeypatch.setattr(jnst.commands.stylize, "paint_one", paint_one)
    assert run("--preset", name, *SMALL, "--seed", 3) == 0
    assert asked == [dataclasses.replace(preset(name), size=32, steps=(2,), seed=3)]


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_runs_from_the_command_line(name, capsys):
    status = run("--preset", name, *SMALL, "--engine", "byhand", "--steps", 1, "-o", "x.png")
    if name == "johnson-slow":  # VGG16's weights do not come along
        assert status == 2
        assert "weights vgg16.h5 not found" in capsys.readouterr().err
        return
    assert status == 0
    recorded = files.read_settings("x.png")
    changed = {"size": 32, "steps": [1], "engine": "byhand"}
    expected = dataclasses.asdict(preset(name)) | changed
    assert {key: recorded[key] for key in expected} == json.loads(json.dumps(expected))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing.jpg"], "cannot read 'missing.jpg'"),
        (["text.jpg", "painting.png"], "cannot read 'text.jpg'"),
        (["x" * 300 + ".png"], "cannot read 'xxx"),
        (["one.png", "painting.png"], "the content picture is 1 x 1 pixels"),
        (["--style-layers", "relu6_1"], "the nearest names are relu"),
        (["--size", "0"], "size must be a number of at least 1, not 0"),
        (["--size", "big"], "--size"),
        (["--output", "no/such/folder/x.png"], "there is no folder"),
        (["--output", "x.gif"], "unknown suffix '.gif'; choose from .png, "),
        (["--output", "x.png", "--plot"], "x-loss.png"),
        (["painting.png", "painting.png", "--output", "painting.png"], "is one of the pictures"),
        (["--save-every", "-1"], "--save-every must be a number of at least 0"),
        (["--optimizer", "newton"], "lbfgs"),
        (["--steps", "0"], "--steps must be"),
        (["--backbone", "vgg16"], "vgg16.h5"),
        (["--frobnicate"], "--frobnicate"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments, says, capfd):
    with open("text.jpg", "w") as text:
        text.write("no picture\n" * 50)
    PIL.Image.new("RGB", (1, 1)).save("one.png")
    PIL.Image.open(samples.STYLE).save("painting.png")
    os.mkdir("x-loss.png")
    before = sorted(os.listdir())
    check_refused(run(*SMALL, *arguments), capfd.readouterr(), says, before)


@pytest.mark.parametrize("size", [(1, 1), (3, 20000), (60, 1)])
def test_pictures_too_small_for_the_layers_are_refused(capsys, size):
    for name, shape in {"photo": (40, 50), "painting": (40, 50), "thin": size}.items():
        noise = RNG.integers(0, 256, (*shape, 3), dtype=np.uint8)
        PIL.Image.fromarray(noise).save(f"{name}.png")
    before = sorted(os.listdir())
    for pair in (["thin.png", "painting.png"], ["photo.png", "thin.png"]):
        says = "relu5_1 needs at least 16 x 16"
        check_refused(run(*pair, *SMALL), capsys.readouterr(), says, before)


def test_a_batch_with_a_network_that_is_not_there_is_refused_as_a_whole(capsys):
    os.mkdir("photos")
    PIL.Image.fromarray(samples.content()[:40, :50]).save("photos/a.png")
    words = ["--batch", "photos", "--styles", samples.STYLE, "--out", "out", *SMALL]
    assert run(*words, "--backbone", "vgg16", "--style-layers", "relu1_1") == 2
    told = capsys.readouterr()
    assert "weights vgg16.h5 not found" in told.err
    assert told.err.count("\n") == 1
    assert not [name for name in os.listdir("out") if name != "batch.csv"]
