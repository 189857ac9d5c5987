import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from helpers import check_refused

import jnst.cli
import jnst.transfer.method
from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError
from jnst.pictures import files, samples
from jnst.transfer.presets import PRESETS, preset

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
    assert (recorded["size"], recorded["steps"], recorded["content"]) == (32, [2], None)


def test_a_default_name_never_overwrites():
    assert run(*SMALL) == run(*SMALL, "--quiet") == 0
    assert sorted(os.listdir()) == ["chelsea-sample-2.png", "chelsea-sample.png"]


def test_a_name_that_another_run_has_taken_meanwhile_is_left_to_it(monkeypatch, capsys):
    original = jnst.transfer.method.paint

    def overtaken(*arguments, **options):
        Path("chelsea-sample.png").write_text("of the other")
        yield from original(*arguments, **options)

    monkeypatch.setattr(jnst.transfer.method, "paint", overtaken)
    assert run(*SMALL, "--plot") == 0
    assert "wrote chelsea-sample-2.png" in capsys.readouterr().out
    assert Path("chelsea-sample.png").read_text() == "of the other"
    assert Path("chelsea-sample-2-loss.png").is_file()


def test_tiles_are_said_and_can_be_asked_for(capsys):
    assert run(*SMALL, "--size", 130, "--steps", 1, "--style-layers", "relu1_1", "--tile", 60) == 0
    told = capsys.readouterr()
    assert "130 in tiles of 60 pixels\n" in told.err
    assert run(*SMALL, "--tile", 60) == 0
    assert capsys.readouterr().err == "jnst: step 1 of 2: 32 x 21 pixels\n"


def test_a_painting_that_nobody_gave_is_said(capsys):
    PIL.Image.fromarray(samples.content()).resize((64, 48)).save("photo.png")
    says = "jnst: no painting is given: the built-in one is taken\n"
    for words, said in ((["photo.png"], True), (["photo.png", samples.STYLE], False), ([], False)):
        assert run(*words, *SMALL, "--style-loss", "gram") == 0
        assert (says in capsys.readouterr().err) == said


def test_what_is_said_of_tiles_is_done(monkeypatch):
    # Planned once: what an earlier run of the program left in memory must not change the plan.
    monkeypatch.setattr(sys.modules["jnst.transfer.recipe"], "plan", None)
    assert run(*SMALL, "--quiet") == 0


def test_a_name_that_no_disk_would_take_is_one_line(capsys):
    assert run(*SMALL, "x" * 300 + ".png") == 2
    error = capsys.readouterr().err
    assert error.startswith("jnst: cannot read 'xxx")
    assert error.count("\n") == 1


def test_quiet_prints_nothing(capfd):
    assert run(*SMALL, "--quiet") == 0
    assert capfd.readouterr() == ("", "")


def test_intermediates_and_the_plot():
    assert run(*SMALL, "--steps", 5, "--save-every", 2, "--plot", "-o", "a.webp") == 0
    assert sorted(os.listdir()) == ["a-0002.webp", "a-0004.webp", "a-loss.png", "a.webp"]
    with PIL.Image.open("a-loss.png") as plot:
        assert np.asarray(plot.convert("L")).std() > 10


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_a_slip_is_one_line_on_every_terminal(encoding):
    command = [sys.executable, "-m", "jnst", "stylize", "--stepz", "3"]
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "LC_ALL": "C"}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    says = "jnst: Unrecognized options: --stepz, 3; see 'jnst stylize --help'\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", says)


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
        (["one.png", "painting.png"], "the content picture is 1 x 1 pixels"),
        (["--style-layers", "relu6_1"], "the nearest names are relu"),
        (["--size", "0"], "size must be a number of at least 1, not 0"),
        (["--size", "big"], "--size"),
        (["--output", "no/such/folder/x.png"], "there is no folder"),
        (["--output", "x.gif"], "unknown suffix '.gif'; choose from .png, "),
        (["--output", "x.png", "--plot"], "x-loss.png"),
        (["painting.png", "--output", "painting.png"], "is one of the pictures"),
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
    check_refused(run(*arguments, "--no-cache"), capfd.readouterr(), says, before)


def test_unknown_command(capsys):
    assert jnst.cli.main(["paint"]) == 2
    assert "choose from stylize" in capsys.readouterr().err


def test_a_fault_of_ours_shows_no_traceback(capsys, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(jnst.transfer.method, "paint", fail)
    assert run(*SMALL) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_what_was_painted_is_kept_when_the_loss_fails_for_good(capsys, monkeypatch):
    original = jnst.transfer.method.paint

    def failing(*arguments, **options):
        yield from original(*arguments, **options)
        raise InputError("the loss was not a finite number 11 times")

    monkeypatch.setattr(jnst.transfer.method, "paint", failing)
    assert run(*SMALL, "-o", "kept.png") == 2
    assert os.path.exists("kept.png")
    assert "not a finite number" in capsys.readouterr().err


def test_ctrl_c_keeps_the_best_picture():
    # What a shell starts in the background ignores Ctrl-C, and so would this.
    program = (
        "import signal, sys, jnst.cli\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "sys.exit(jnst.cli.main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, "stylize", "--size", "48", "--steps", "100000"]
    command += ["--no-cache", "--save-every", "1", "-o", "x.png"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            deadline = time.monotonic() + 120
            while not os.path.exists("x-0003.png") and time.monotonic() < deadline:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "interrupted: wrote x.png" in out
    assert files.read("x.png").shape == (1, 32, 48, 3)


def test_ctrl_c_before_the_first_step_writes_nothing(capsys, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(jnst.transfer.method, "paint", interrupt)
    assert run(*SMALL) == 130
    assert os.listdir() == []
    assert "nothing was written" in capsys.readouterr().err


def test_like_makes_a_picture_again_to_the_byte(tmp_path):
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


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_runs_from_the_command_line(name, capsys):
    status = run("--preset", name, *SMALL, "--steps", 1, "-o", "x.png")
    if name == "johnson-slow":  # VGG16's weights do not come along
        assert status == 2
        assert "weights vgg16.h5 not found" in capsys.readouterr().err
        return
    assert status == 0
    recorded = files.read_settings("x.png")
    expected = dataclasses.asdict(preset(name)) | {"size": 32, "steps": [1]}
    assert {key: recorded[key] for key in expected} == json.loads(json.dumps(expected))


def test_an_unknown_preset_or_quality_lists_the_choices(capsys):
    assert run("--preset", "gatys") == 2
    assert "unknown preset 'gatys'; choose from default, gatys2015, " in capsys.readouterr().err
    assert run("--quality", "great") == 2
    assert "unknown quality 'great'; choose from draft, normal, best" in capsys.readouterr().err
    assert run("--preset") == 2
    assert "--preset" in capsys.readouterr().err


def test_quality_multiplies_the_steps():
    quick = ["--style-loss", "gram", "--no-cache"]
    assert run("--size", 32, *quick, "--quality", "draft", "-o", "x.png") == 0
    recorded = files.read_settings("x.png")
    assert recorded is not None
    assert recorded["steps"] == [60, 30, 18, 9, 4]


def test_alpha_goes_from_the_content_to_the_result():
    alpha = np.zeros((40, 60), np.uint8)
    alpha[:, 30:] = 255
    PIL.Image.fromarray(np.dstack([samples.content()[:40, :60], alpha])).save("a.png")
    assert run("a.png", samples.STYLE, *SMALL, "-o", "x.png") == 0
    with PIL.Image.open("x.png") as picture:
        assert picture.mode == "RGBA"
        found = np.asarray(picture)[..., 3]
    assert found.shape == (21, 32)
    assert found[:, :14].max() == 0
    assert found[:, 18:].min() == 255


def test_quality_multiplies_the_steps_that_are_asked_for_too():
    small = ["--size", 32, "--no-cache", "--quiet"]
    assert run(*small, "--steps", 10, "--quality", "draft", "-o", "x.png") == 0
    assert files.read_settings("x.png")["steps"] == [3]
    assert run(*small, "--like", "x.png", "--quality", "best", "-o", "y.png") == 0
    assert files.read_settings("y.png")["steps"] == [9]


def test_a_picture_that_has_gone_is_named_with_what_needs_it(capsys):
    PIL.Image.fromarray(samples.content()).resize((64, 48)).save("photo.png")
    assert run("photo.png", samples.STYLE, *SMALL, "--quiet", "-o", "x.png") == 0
    os.remove("photo.png")
    assert run("--like", "x.png") == 2
    says = "x.png was made of photo.png, which is not there; run jnst where it was made, or name"
    assert says in capsys.readouterr().err
    assert run("--like", "x.png", samples.STYLE, *SMALL, "-o", "y.png") == 0
