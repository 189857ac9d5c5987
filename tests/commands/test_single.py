"""One picture, from the options to the files: what is written, what is said, how it ends."""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from helpers import ROOT

import jnst.cli
import jnst.transfer.method
from jnst.errors import InputError
from jnst.pictures import files, samples

pytestmark = pytest.mark.usefixtures("tiny")
SMALL = ["--size", "32", "--steps", "2", "--no-cache"]
BYHAND = [*SMALL, "--engine", "byhand"]  # nothing to compile


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(*arguments):
    return jnst.cli.main(["stylize", *map(str, arguments)])


def test_without_pictures_it_paints_the_sample_pair(capsys):
    assert run(*SMALL) == 0
    told = capsys.readouterr()
    assert told.out.startswith("wrote chelsea-sample.png (32 x 21), total ")
    assert ", after 2 steps, in " in told.out
    assert told.err == "jnst: step 1 of 2: 32 x 21 pixels\n"
    with PIL.Image.open("chelsea-sample.png") as picture:
        assert picture.size == (32, 21)
    recorded = files.read_settings("chelsea-sample.png")
    assert recorded is not None
    assert (recorded["size"], recorded["steps"], recorded["content"]) == (32, [2], None)


def test_a_canvas_larger_than_the_result_is_said(capsys):
    assert run(*BYHAND, "--canvas", "4") == 0
    told = capsys.readouterr()
    assert told.out.startswith("wrote chelsea-sample.png (32 x 21), ")
    assert told.err == (
        "jnst: painted on a canvas of 32 x 24 pixels, of which 32 x 21 are kept\n"
        "jnst: step 1 of 2: 32 x 21 pixels\n"
    )


def test_a_size_above_the_photographs_is_told_with_what_enlarges_it(capsys):
    PIL.Image.fromarray(samples.content()).resize((24, 18)).save("small.png")
    assert run("small.png", samples.STYLE, *BYHAND) == 0
    says = "jnst: small.png is 24 x 18 pixels, and the result is no larger; --upscale enlarges it "
    assert capsys.readouterr().err.startswith(f"{says}to 32\n")
    assert run("small.png", samples.STYLE, *BYHAND, "--upscale") == 0
    assert "upscale" not in capsys.readouterr().err
    assert run("small.png", samples.STYLE, *BYHAND, "--size", "24") == 0
    assert "upscale" not in capsys.readouterr().err


def test_a_default_name_never_overwrites_and_quiet_prints_nothing(capfd):
    assert run(*BYHAND, "--quiet") == run(*BYHAND, "--quiet") == 0
    assert sorted(os.listdir()) == ["chelsea-sample-2.png", "chelsea-sample.png"]
    assert capfd.readouterr() == ("", "")


def test_a_name_that_another_run_has_taken_meanwhile_is_left_to_it(monkeypatch, capsys):
    original = jnst.transfer.method.paint

    def overtaken(*arguments, **options):
        Path("chelsea-sample.png").write_text("of the other")
        yield from original(*arguments, **options)

    monkeypatch.setattr(jnst.transfer.method, "paint", overtaken)
    assert run(*BYHAND, "--plot") == 0
    assert "wrote chelsea-sample-2.png" in capsys.readouterr().out
    assert Path("chelsea-sample.png").read_text() == "of the other"
    assert Path("chelsea-sample-2-loss.png").is_file()


@pytest.mark.slow
def test_tiles_are_said_and_can_be_asked_for(capsys):
    gram = [*SMALL, "--style-loss", "gram", "--steps", "1", "--tile", "20", "--optimizer", "adam"]
    assert run(*gram, "--size", 40) == 0
    assert "jnst: 40 in tiles of 20 pixels\n" in capsys.readouterr().err
    assert run(*gram, "--size", 20) == 0
    assert capsys.readouterr().err == "jnst: step 1 of 1: 20 x 13 pixels\n"


def test_the_built_in_pair_is_painted_where_no_picture_is_named_at_all(capsys):
    PIL.Image.fromarray(samples.content()).resize((64, 48)).save("photo.png")
    assert run("photo.png", *BYHAND) == 2
    says = "jnst: no painting is named, as in: jnst stylize photo.jpg painting.jpg\n"
    assert capsys.readouterr().err == says


def test_what_is_said_of_tiles_is_done(monkeypatch):
    # Planned once: what an earlier run of the program left in memory must not change the plan.
    monkeypatch.setattr(sys.modules["jnst.transfer.recipe"], "plan", None)
    assert run(*BYHAND, "--quiet") == 0


def test_intermediates_and_the_plot():
    often = ["--steps", 5, "--save-every", 2, "--plot", "--optimizer", "adam"]
    assert run(*BYHAND, *often, "-o", "a.webp") == 0
    assert sorted(os.listdir()) == ["a-0002.webp", "a-0004.webp", "a-loss.png", "a.webp"]
    with PIL.Image.open("a-loss.png") as plot:
        assert np.asarray(plot.convert("L")).std() > 10
    one, two = (files.read(name) for name in ("a-0002.webp", "a-0004.webp"))
    assert (one != two).any()


@pytest.mark.parametrize(
    ("name", "words"),
    [("out-0002.png", ["--save-every", "2"]), ("out-loss.png", ["--plot"])],
)
@pytest.mark.parametrize("read", [True, False])
def test_a_derived_name_never_takes_the_users_picture(name, words, read, capsys):
    picture = PIL.Image.new("RGB", (40, 30), "red")
    picture.save(name)
    before = Path(name).read_bytes()
    content = name if read else "other.png"
    picture.save("other.png")
    assert run(content, samples.STYLE, *BYHAND, *words, "-o", "out.png") == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert told[0].startswith(f"jnst: the output {name} is" if read else f"jnst: {name} is there")
    assert Path(name).read_bytes() == before
    assert not os.path.exists("out.png")


def test_pictures_of_an_earlier_run_are_replaced():
    for steps in (3, 2):
        often = ["--steps", steps, "--save-every", "2", "--plot"]
        assert run(*BYHAND, *often, "-o", "out.png") == 0
    assert sorted(os.listdir()) == ["out-0002.png", "out-loss.png", "out.png"]


def test_what_was_painted_is_kept_when_the_loss_fails_for_good(capsys, monkeypatch):
    original = jnst.transfer.method.paint

    def failing(*arguments, **options):
        yield from original(*arguments, **options)
        raise InputError("the loss was not a finite number 11 times")

    monkeypatch.setattr(jnst.transfer.method, "paint", failing)
    assert run(*BYHAND, "-o", "kept.png") == 2
    assert os.path.exists("kept.png")
    told = capsys.readouterr()
    assert told.out.startswith("interrupted: wrote kept.png")
    assert files.read_settings("kept.png")["interrupted_after"] == 2
    assert jnst.cli.main(["show", "kept.png"]) == 0
    assert capsys.readouterr().out.startswith("# Interrupted after 2 steps")
    monkeypatch.setattr(jnst.transfer.method, "paint", original)
    again = ["stylize", "--like", "kept.png", "--no-cache", "--quiet", "-o", "whole.png"]
    assert jnst.cli.main(again) == 0
    assert "interrupted_after" not in files.read_settings("whole.png")
    assert "not a finite number" in told.err


@pytest.mark.parametrize(
    "number",
    [signal.SIGHUP, pytest.param(signal.SIGINT, marks=pytest.mark.slow)],
    ids=lambda one: one.name,
)
def test_a_signal_keeps_the_best_picture(number):
    # A shell lets what it starts behind it ignore Ctrl-C, `nohup` SIGHUP; so would this.
    program = (
        "import signal, sys, jnst.cli, tiny\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
        "with tiny.installed():\n"
        "    sys.exit(jnst.cli.main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, "stylize", *BYHAND, "--size", "48"]
    command += ["--steps", "100000", "--save-every", "1", "-o", "x.png"]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'support'}"}
    pipes = {"stdout": subprocess.PIPE, "text": True, "env": environment}
    with subprocess.Popen(command, **pipes) as process:
        try:
            deadline = time.monotonic() + 100
            while not os.path.exists("x-0003.png") and time.monotonic() < deadline:
                time.sleep(0.05)
            process.send_signal(number)
            out, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 128 + number
    assert "interrupted: wrote x.png" in out
    assert files.read("x.png").shape == (1, 32, 48, 3)


def test_a_reader_that_goes_costs_no_picture():
    """As in `jnst stylize … 2>&1 | head -1`."""
    given = ["stylize", *BYHAND, "--first-size", "24", "--size-ratio", "1.3", "-o", "x.png"]
    command = shlex.join([sys.executable, str(ROOT / "tests/support/tiny.py"), *given])
    ended = subprocess.run(
        ["sh", "-c", f"{command} 2>&1 | head -1"], capture_output=True, text=True
    )
    assert (ended.stderr, ended.stdout.count("\n")) == ("", 1)
    assert files.read("x.png").shape == (1, 21, 32, 3)


def test_alpha_goes_from_the_content_to_the_result():
    alpha = np.zeros((40, 60), np.uint8)
    alpha[:, 30:] = 255
    PIL.Image.fromarray(np.dstack([samples.content()[:40, :60], alpha])).save("a.png")
    assert run("a.png", samples.STYLE, *BYHAND, "-o", "x.png") == 0
    with PIL.Image.open("x.png") as picture:
        assert picture.mode == "RGBA"
        found = np.asarray(picture)[..., 3]
    assert found.shape == (21, 32)
    assert found[:, :14].max() == 0
    assert found[:, 18:].min() == 255
