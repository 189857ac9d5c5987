"""Runs that are stopped, or killed, and go on: in the end the picture is the same, bit by bit."""

import os
import signal
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest

import jnst.cli
import jnst.transfer.method
from jnst.pictures import files, samples
from jnst.runs import checkpoint

pytestmark = pytest.mark.usefixtures("tiny", "hearing")

# Two sizes, of a network that ends early.
QUICK = ["--size", "32", "--first-size", "24", "--size-ratio", "1.3", "--steps", "4", "6"]
QUICK += ["--content-layers", "relu1_1", "--style-layers", "relu1_1", "relu1_2", "--no-cache"]
QUICK += ["--style-loss", "gram", "--engine", "byhand"]  # nothing is compiled
KEPT = ["--checkpoint", "kept", "--checkpoint-every", "0"]
FILE = f"kept/{checkpoint.FILE}"
FACTS = checkpoint.Facts({}, "", "", "", "", 8, [], {})


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(*arguments):
    return jnst.cli.main(["stylize", *map(str, arguments)])


@pytest.fixture
def stop_at(monkeypatch):
    """Return a function that lets a signal come at a step, once."""
    original = jnst.transfer.method.paint

    def stop(number, what=signal.SIGTERM):
        def stopped(*arguments, **options):
            for progress in original(*arguments, **options):
                if progress.step == number:
                    signal.raise_signal(what)
                yield progress

        monkeypatch.setattr(jnst.transfer.method, "paint", stopped)

    return stop


@pytest.fixture
def go_on(monkeypatch):
    original = jnst.transfer.method.paint
    return lambda: monkeypatch.setattr(jnst.transfer.method, "paint", original)


# Within the first size, at its end, within the second; each optimizer, with averages. The other
# engine differs in how it hands on a state: once for each loop.
@pytest.mark.parametrize(
    ("words", "number", "goes_on_after"),
    [
        (["--engine", "jax", "--history", "2"], 2, 2),
        (["--engine", "jax", "--optimizer", "adam", "--average", "0.8"], 4, 4),
        (["--engine", "jax", "--optimizer", "scipy-lbfgs"], 6, 4),
        ([], 4, 4),
        (["--history", "2"], 6, 6),
        (["--optimizer", "adam", "--average", "0.8"], 2, 2),
        (["--optimizer", "adam", "--jitter", "6"], 6, 6),
        (["--optimizer", "sgd"], 5, 5),
        (["--optimizer", "scipy-lbfgs"], 3, 0),
    ],
)
def test_a_stopped_run_goes_on_and_ends_with_the_same_picture(
    words, number, goes_on_after, stop_at, go_on, capsys
):
    assert run(*QUICK, *words, "-o", "whole.png") == 0
    stop_at(number)
    assert run(*QUICK, *words, *KEPT, "-o", "out.png") == 143
    assert "interrupted: wrote out.png" in capsys.readouterr().out
    partial = files.read("out.png")
    go_on()
    assert run(*QUICK, *words, *KEPT, "-o", "out.png", "--resume") == 0
    assert f"jnst: going on after {goes_on_after} steps\n" in capsys.readouterr().err
    whole = files.read("whole.png")
    np.testing.assert_array_equal(files.read("out.png"), whole)
    assert partial.shape != whole.shape or not np.array_equal(partial, whole)
    assert sorted(os.listdir("kept")) == [".jnst-lock"]


def test_without_other_words_all_is_as_it_was(stop_at, go_on, capsys):
    words = [*QUICK, "--seed", "5", "--init", "noise", "--plot"]
    assert run(*words, "-o", "whole.png") == 0
    stop_at(3, signal.SIGINT)
    assert run(*words, *KEPT, "-o", "out.png") == 130
    go_on()
    os.remove("out.png")
    assert run("--checkpoint", "kept", "--resume", "--plot", "--no-cache") == 0
    for one, other in (("whole.png", "out.png"), ("whole-loss.png", "out-loss.png")):
        np.testing.assert_array_equal(files.read(one), files.read(other))
    one, other = files.read_settings("whole.png"), files.read_settings("out.png")
    assert one == other
    assert one["seed"] == 5


def test_another_picture_in_its_place_is_not_replaced_without_a_word(stop_at, go_on, capsys):
    stop_at(3)
    assert run(*QUICK, *KEPT, "--depth", "16") == 143
    go_on()
    files.write("chelsea-sample.png", np.zeros((1, 3, 3, 3), np.float32))
    assert run("--checkpoint", "kept", "--resume", "--no-cache") == 0
    assert files.read("chelsea-sample.png").shape == (1, 3, 3, 3)
    assert "chelsea-sample-2.png (32 x 21)" in capsys.readouterr().out
    assert Path("chelsea-sample-2.png").read_bytes()[24] == 16  # of PNG: bits of a value


def test_numbered_pictures_go_on_counting(stop_at, go_on):
    stop_at(3)
    words = [*QUICK, *KEPT, "-o", "out.png", "--save-every", "2"]
    assert run(*words) == 143
    go_on()
    assert run(*words, "--resume") == 0
    numbered = [f"out-000{n}.png" for n in (2, 4, 6, 8)] + ["out-0010.png"]
    assert sorted(os.listdir()) == ["kept", *numbered, "out.png"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([*KEPT], "kept holds a run already; go on with it by --resume, or remove"),
        ([*KEPT, "--resume", "--seed", "3"], "the run in kept has seed 0, not 3"),
        ([*KEPT, "--resume", "--colour", "luminance"], "has colour None, not luminance"),
        (["--resume"], "resume goes with checkpoint"),
        ([*KEPT[:3], "-1", "--resume"], "--checkpoint-every must be"),
    ],
)
def test_a_run_that_does_not_fit_its_checkpoint_is_refused(words, says, stop_at, go_on, capsys):
    stop_at(2)
    assert run(*QUICK, *KEPT, "-o", "out.png", "--quiet") == 143
    go_on()
    before = Path(FILE).read_bytes()
    assert run(*QUICK, *words, "-o", "out.png") == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
    assert Path(FILE).read_bytes() == before


def test_other_pictures_are_refused(stop_at, go_on, capsys):
    photo = np.random.default_rng(0).random((1, 32, 32, 3), np.float32)
    files.write("photo.png", photo)
    stop_at(2)
    words = ["photo.png", samples.STYLE, *QUICK, *KEPT, "-o", "out.png", "--quiet"]
    assert run(*words) == 143
    go_on()
    photo[0, 5, 6, 1] = 1 - photo[0, 5, 6, 1]
    files.write("photo.png", photo)
    assert run(*words, "--resume") == 2
    assert capsys.readouterr().err == (
        "jnst: the pictures have changed since the checkpoint was written\n"
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("weights", "the weights have changed since the checkpoint was written"),
        ("version", "jnst 0 began this run, and this is "),
    ],
)
def test_other_weights_or_another_version_are_refused(name, says, stop_at, go_on, capsys):
    stop_at(2)
    assert run(*QUICK, *KEPT) == 143
    go_on()
    found = checkpoint.load(Path("kept"))
    assert found is not None
    facts = msgspec.structs.replace(found.facts, **{name: "0"})
    checkpoint.save(Path("kept"), found.point, facts)
    capsys.readouterr()
    assert run(*QUICK, *KEPT, "--resume") == 2
    assert says in capsys.readouterr().err


def test_where_there_is_nothing_to_go_on_with_it_begins(capsys):
    assert run(*QUICK, *KEPT, "--resume", "-o", "out.png") == 0
    assert "no saved run in kept: starting a new one" in capsys.readouterr().err


def test_where_no_picture_is_named_either_the_sample_pair_is_not_begun(capsys):
    assert run("--checkpoint", "mistyped", "--resume") == 2
    says = "jnst: mistyped holds no run to go on with; name the pictures to begin one\n"
    assert capsys.readouterr().err == says


def test_a_run_killed_before_its_first_step_goes_on_with_its_own_pictures(monkeypatch, capsys):
    files.write("photo.png", np.random.default_rng(0).random((1, 32, 32, 3), np.float32))

    def killed(*arguments, **options):
        raise MemoryError  # nothing of ours is asked when a process is killed

    with monkeypatch.context() as patch:
        patch.setattr(jnst.transfer.method, "paint", killed)
        assert run("photo.png", samples.STYLE, *QUICK, *KEPT, "-o", "out.png") == 1
    assert run("--checkpoint", "kept", "--resume", "--no-cache") == 0
    assert files.read_settings("out.png")["content"] == "photo.png"
    capsys.readouterr()


def test_what_is_named_is_what_was_asked_for(stop_at, go_on, capsys):
    stop_at(2)
    assert run(*QUICK, *KEPT) == 143
    go_on()
    capsys.readouterr()
    assert run("--checkpoint", "kept", "--resume", "--seed", "3") == 2
    assert "the run in kept has seed 0, not 3" in capsys.readouterr().err


@pytest.mark.parametrize("length", [0, 1, 100, -1, -100])
def test_a_damaged_checkpoint_is_one_line(length, stop_at, go_on, capsys):
    stop_at(2)
    assert run(*QUICK, *KEPT, "-o", "out.png", "--quiet") == 143
    go_on()
    Path(FILE).write_bytes(Path(FILE).read_bytes()[:length])
    assert run(*QUICK, *KEPT, "-o", "out.png", "--resume") == 2
    error = capsys.readouterr().err
    assert error.startswith("jnst: cannot read the checkpoint 'kept/checkpoint.npz': ")
    assert error.count("\n") == 1


def test_a_checkpoint_takes_little_of_the_time(monkeypatch):
    clock, saved = [0.0], []
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])

    def slow(folder, point, facts):
        clock[0] += 20
        saved.append(clock[0])

    monkeypatch.setattr(checkpoint, "save", slow)
    options = jnst.runs.resume.Checkpoints(checkpoint=Path("kept"))
    keep = jnst.runs.resume.checkpoint_writer(options, FACTS)
    for _ in range(1000):
        clock[0] += 1
        keep(checkpoint.START, {})
    # After a minute, and then not before ten times the 20 seconds have gone by.
    assert saved == [80.0, 300.0, 520.0, 740.0, 960.0]
