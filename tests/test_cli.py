import os
import signal
import subprocess
import sys
import time

import numpy as np
import PIL.Image
import pytest

import jnst.cli
from jnst import files, samples
from jnst.arrays import InputError
from jnst.backbones import BACKBONES

SMALL = ["--size", "32", "--steps", "2", "--no-cache"]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(*arguments):
    return jnst.cli.main(["stylize", *map(str, arguments)])


def test_without_pictures_it_paints_the_sample_pair(capsys):
    assert run(*SMALL) == 0
    assert "wrote chelsea-sample.png (32 x 21)" in capsys.readouterr().out
    with PIL.Image.open("chelsea-sample.png") as picture:
        assert picture.size == (32, 21)
    recorded = files.read_settings("chelsea-sample.png")
    assert recorded is not None
    assert (recorded["size"], recorded["steps"], recorded["content"]) == (32, [2], "chelsea")


def test_a_default_name_never_overwrites():
    assert run(*SMALL) == run(*SMALL, "--quiet") == 0
    assert sorted(os.listdir()) == ["chelsea-sample-2.png", "chelsea-sample.png"]


def test_quiet_prints_nothing(capfd):
    assert run(*SMALL, "--quiet") == 0
    assert capfd.readouterr() == ("", "")


def test_intermediates_and_the_plot():
    assert run(*SMALL, "--steps", 5, "--save-every", 2, "--plot", "-o", "a.webp") == 0
    assert sorted(os.listdir()) == ["a-0002.webp", "a-0004.webp", "a-loss.png", "a.webp"]
    with PIL.Image.open("a-loss.png") as plot:
        assert np.asarray(plot.convert("L")).std() > 10


def test_options_reach_the_run(capsys):
    options = ["--style-layers", "relu1_1", "relu2_1", "--content-layers", "conv3_2"]
    options += ["--style-layer-weights", "2", "1", "--optimizer", "adam", "--pooling", "avg"]
    assert run(*SMALL, *options, "-o", "x.png") == 0
    recorded = files.read_settings("x.png")
    assert recorded is not None
    assert recorded["style_layers"] == ["relu1_1", "relu2_1"]
    assert recorded["style_layer_weights"] == [2, 1]
    assert (recorded["optimizer"], recorded["pooling"]) == ("adam", "avg")


def test_lists_version_and_help(capsys):
    assert run("--list", "layers") == 0
    assert capsys.readouterr().out.split() == list(BACKBONES["vgg19"].layers)
    assert run("--version") == jnst.cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"jnst {jnst.__version__}\n" * 2
    assert run("--help") == jnst.cli.main([]) == 0
    assert "--content-weight" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing.jpg"], "cannot read 'missing.jpg'"),
        (["text.jpg"], "cannot read 'text.jpg'"),
        (["one.png"], "the content picture is 1 x 1 pixels"),
        (["--style-layers", "relu6_1"], "choose from conv1_1, relu1_1"),
        (["--size", "0"], "size must be a number of at least 1, not 0"),
        (["--size", "big"], "--size"),
        (["--output", "no/such/folder/x.png"], "there is no folder"),
        (["--output", "x.gif"], "the suffix must be one of"),
        (["--output", "x.png", "--plot"], "x-loss.png"),
        (["painting.png", "--output", "painting.png"], "is one of the two pictures"),
        (["--optimizer", "newton"], "lbfgs"),
        (["--steps", "0"], "steps[0] must be"),
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
    assert run(*arguments, "--no-cache") == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("jnst: ")
    assert says in err
    assert sorted(os.listdir()) == before, "nothing may be left behind"


def test_unknown_command(capsys):
    assert jnst.cli.main(["paint"]) == 2
    assert "choose from stylize" in capsys.readouterr().err


def test_a_fault_of_ours_shows_no_traceback(capsys, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(jnst.cli, "paint", fail)
    assert run(*SMALL) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_what_was_painted_is_kept_when_the_loss_fails_for_good(capsys, monkeypatch):
    original = jnst.cli.paint

    def failing(*arguments, **options):
        yield from original(*arguments, **options)
        raise InputError("the loss was not a finite number 11 times")

    monkeypatch.setattr(jnst.cli, "paint", failing)
    assert run(*SMALL, "-o", "kept.png") == 2
    assert os.path.exists("kept.png")
    assert "not a finite number" in capsys.readouterr().err


def test_ctrl_c_keeps_the_best_picture():
    command = [sys.executable, "-m", "jnst", "stylize", "--size", "48", "--steps", "100000"]
    command += ["--no-cache", "--save-every", "1", "-o", "x.png"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not os.path.exists("x-0003.png") and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted: wrote x.png" in out
    assert files.read("x.png").shape == (1, 32, 48, 3)


def test_ctrl_c_before_the_first_step_writes_nothing(capsys, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(jnst.cli, "paint", interrupt)
    assert run(*SMALL) == 130
    assert os.listdir() == []
    assert "nothing was written" in capsys.readouterr().err
