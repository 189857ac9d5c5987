"""`jnst dream`, from its options to its files."""

import json
import os
import subprocess
import sys

import numpy as np
import PIL.Image
import pytest
from helpers import ROOT, check_refused

import jnst.cli
import jnst.commands.dream
import jnst.dreams.dream
from jnst.errors import InputError
from jnst.pictures import animation, files, samples
from jnst.weights import network, store

pytestmark = pytest.mark.usefixtures("tiny")
SMALL = ["--backbone", "vgg19", "--layers", "relu2_1", "--octaves", "2", "--steps", "2"]
SMALL += ["--jitter", "4", "--size", "32", "--no-cache"]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def photo():
    pixels = np.random.default_rng(0).random((1, 24, 32, 3))
    files.write("photo.png", pixels.astype(np.float32))
    return "photo.png"


def run(*arguments):
    return jnst.cli.main([str(argument) for argument in arguments])


def test_a_dream_is_written_beside_nothing_it_could_overwrite(photo, capsys):
    for _ in range(2):
        assert run("dream", photo, *SMALL) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("wrote photo-dream.png (32 x 24), after 4 steps with vgg19, in ")
    assert sorted(os.listdir()) == ["photo-dream-2.png", "photo-dream.png", "photo.png"]
    one, two, before = map(files.read, ("photo-dream.png", "photo-dream-2.png", photo))
    np.testing.assert_array_equal(one, two)
    assert np.abs(one - before).mean() > 0.005


@pytest.mark.parametrize(
    ("output", "frames", "says"),
    [
        ("out.webp", 1, "cannot write 'out.webp': .webp holds no pictures of 17000 x 34 pixels"),
        ("out.webp", 2, "cannot write 'out.webp': .webp holds no pictures of 17000 x 34 pixels"),
        ("f-%02d.webp", 2, "cannot write 'f-01.webp': .webp holds no pictures of 17000 x 34"),
    ],
)
def test_a_format_that_holds_no_such_picture_is_refused_before(
    capsys, monkeypatch, output, frames, says
):
    monkeypatch.setattr(jnst.commands.dream, "dream", None)  # what cannot be called
    files.write("thin.png", np.full((1, 1, 500, 3), 0.5, np.float32))
    words = ["dream", "thin.png", *SMALL, "--size", "17000", "--upscale", "--frames", frames]
    status = run(*words, "--output", output)
    check_refused(status, capsys.readouterr(), says, ["thin.png"])


def test_what_the_format_refuses_in_the_end_is_kept_as_png(photo, capsys, monkeypatch):
    def refusing(*arguments, **options):
        raise OSError("encoder error -2")

    monkeypatch.setattr(PIL.Image, "SAVE", PIL.Image.SAVE | {"WEBP": refusing})
    assert run("dream", photo, *SMALL, "--output", "out.webp") == 2
    assert capsys.readouterr().err.endswith("encoder error -2; wrote out.png instead\n")
    assert files.read("out.png").shape == (1, 24, 32, 3)


def test_the_record_says_how(photo):
    assert run("dream", photo, *SMALL, "-o", "out.jpg", "--seed", "7", "--quiet") == 0
    found = files.read_settings("out.jpg")
    assert found["image"] == "photo.png"
    assert found["dream"]["seed"] == 7
    assert found["dream"]["layers"] == ["relu2_1"]
    assert found["dream"]["objective"] == "mean", "what the default came to"
    assert json.dumps(found)


def test_without_a_picture_it_is_the_built_in_one_and_a_guide_changes_it(photo, capsys):
    assert run("dream", *SMALL, "--quiet") == 0
    PIL.Image.fromarray(samples.content()).save("chelsea.png")
    assert run("dream", "chelsea.png", *SMALL, "--quiet", "--guide", photo) == 0
    one, two = map(files.read, ("chelsea-dream.png", "chelsea-dream-2.png"))
    assert (one != two).any()
    assert files.read_settings("chelsea-dream-2.png")["guide"] == "photo.png"
    capsys.readouterr()
    assert run("dream", *SMALL, "--guide", photo) == 2  # the built-in one is not meant
    assert capsys.readouterr().err.startswith("jnst: no picture is named to dream upon")


@pytest.mark.parametrize("output", ["out.gif", "out.webp"])
def test_frames_move(photo, output):
    assert run("dream", photo, *SMALL, "--frames", "3", "-o", output, "--rate", "10") == 0
    with PIL.Image.open(output) as moving:
        assert moving.n_frames == 3
        moving.load()
        assert moving.info["duration"] == 100
        assert moving.size == (32, 24)
        first = np.asarray(moving.convert("RGB"), int)
        moving.seek(2)
        assert np.abs(np.asarray(moving.convert("RGB"), int) - first).mean() > 2


def test_frames_may_be_numbered_pictures_each_begun_from_the_last(photo):
    words = [*SMALL, "--quiet", "--step-size", "0"]
    assert run("dream", photo, *words, "--frames", "2", "--zoom", "1.5", "-o", "f-%03d.png") == 0
    assert sorted(os.listdir()) == ["f-001.png", "f-002.png", "photo.png"]
    one, two = files.read("f-001.png"), files.read("f-002.png")
    np.testing.assert_array_equal(one, files.read(photo))
    np.testing.assert_allclose(two, animation.zoom(one, 1.5), atol=0.003)


def test_the_network_is_opened_once_for_all_pictures(photo, monkeypatch):
    original, opened = jnst.dreams.dream.open_network, []

    def counted(*arguments):
        opened.append(arguments)
        return original(*arguments)

    monkeypatch.setattr(jnst.dreams.dream, "open_network", counted)
    assert run("dream", photo, *SMALL, "--frames", "3", "--guide", photo, "-o", "out.gif") == 0
    assert len(opened) == 1


@pytest.mark.parametrize("number", [3, 7])
def test_ctrl_c_keeps_what_was_dreamt(photo, number, monkeypatch, capsys):
    original = jnst.commands.dream.dream
    seen = []

    def interrupted(*arguments, **options):
        for progress in original(*arguments, **options):
            seen.append(progress)
            if len(seen) == number:
                raise KeyboardInterrupt
            yield progress

    monkeypatch.setattr(jnst.commands.dream, "dream", interrupted)
    assert run("dream", photo, *SMALL, "--frames", "3", "-o", "out.gif") == 130
    assert "interrupted: wrote 1 pictures as out.gif" in capsys.readouterr().out
    with PIL.Image.open("out.gif") as moving:
        # At the third step nothing is finished: what there is is kept. At the seventh the first is.
        assert moving.size == ((32, 24) if number == 7 else (23, 17))


def test_a_fault_in_a_later_picture_keeps_those_before_it(photo, monkeypatch, capsys):
    original = jnst.commands.dream.dream
    begun = []

    def failing(*arguments, **options):
        begun.append(1)
        if len(begun) == 3:
            raise InputError("nothing responds")
        yield from original(*arguments, **options)

    monkeypatch.setattr(jnst.commands.dream, "dream", failing)
    assert run("dream", photo, *SMALL, "--frames", "5", "-o", "out.gif") == 2
    said = capsys.readouterr()
    assert said.out.startswith("interrupted: wrote 2 pictures as out.gif")
    sizes = "jnst: step 1 of 20: 23 x 17 pixels\njnst: step 3 of 20: 32 x 24 pixels\n"
    assert said.err == f"{sizes}jnst: nothing responds\n"
    with PIL.Image.open("out.gif") as moving:
        assert moving.n_frames == 2


def test_ctrl_c_before_the_first_step_writes_nothing(photo, monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(jnst.commands.dream, "dream", interrupted)
    assert run("dream", photo, *SMALL) == 130
    assert "interrupted: nothing was written" in capsys.readouterr().err
    assert os.listdir() == ["photo.png"]


def test_layers_are_listed(capsys):
    assert run("dream", "--backbone", "vgg16", "--list", "layers") == 0
    assert capsys.readouterr().out.split()[:3] == ["conv1_1", "relu1_1", "conv1_2"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--layers", "relu9_9"], "unknown layer of vgg19 'relu9_9'"),
        (["--frames", "0"], "frames must be a number of at least 1, not 0"),
        (["--zoom", "0.5"], "zoom must be a number of at least 1, not 0.5"),
        (["--frames", "2", "-o", "out.png"], "an animation is .gif or .webp, or numbered pictures"),
        (["--frames", "2", "-o", "out.mp4"], "as in dream-%04d.png; not 'out.mp4'"),
        (["-o", "out.gif"], "unknown suffix '.gif'"),
        (["-o", "photo.png"], "the output photo.png is one of the pictures"),
        (
            ["--frames", "2", "--rate", "60", "-o", "out.gif"],
            "at most 50 pictures a second, not 60",
        ),
        (["--frames", "9", "-o", "%04d.png"], "the output 0007.png is one of the pictures"),
        (["--octaves", "20"], "pixels, but relu2_1 needs at least 2 x 2"),
        (["--objective", "sum"], "--objective"),
    ],
)
def test_bad_input_is_one_line_and_status_2(photo, words, says, capsys):
    os.link(photo, "0007.png")
    before = sorted(os.listdir())
    status = run("dream", photo, *SMALL, *words)
    check_refused(status, capsys.readouterr(), says, before)


def test_missing_weights_are_one_line_and_status_2(photo, monkeypatch, capsys):
    monkeypatch.setitem(network.WEIGHTS, "trained", store.load)
    before = sorted(os.listdir())
    status = run("dream", photo, *SMALL, "--backbone", "resnet50", "--layers", "conv1_relu")
    check_refused(status, capsys.readouterr(), "weights resnet50.h5 not found", before)


@pytest.mark.slow
def test_the_script_is_the_command():
    found = subprocess.run(
        [sys.executable, ROOT / "scripts/dream.py", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert "dream-%04d.png" in found.stdout
