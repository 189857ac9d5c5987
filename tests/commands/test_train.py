"""`jnst train`: what is written and said, how it ends, and what it refuses."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from helpers import ROOT
from trainings import PAINTINGS, WORDS, make_inputs

import jnst.cli
from jnst.commands.options import train as options
from jnst.pictures import files
from jnst.training import presets
from jnst.training import run as runs
from jnst.training.settings import Settings
from jnst.weights import trained
from jnst.weights.formats import torchfile

pytestmark = pytest.mark.usefixtures("tiny", "working_folder")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return make_inputs(tmp_path_factory.mktemp("inputs"))


def train(*words, paintings=PAINTINGS, photos="photos"):
    return jnst.cli.main(["train", *paintings, "--photos", photos, *WORDS, *words])


def test_a_network_of_two_styles_is_trained_and_paints(capsys):
    assert train("-o", "both.jnst", "--preview-every", "1e-3") == 0
    told = capsys.readouterr()
    assert told.out.startswith("wrote both.jnst, after 24 steps, in ")
    assert told.err.startswith("jnst: step 1 of 24: 16 x 16 pixels\n")
    found = trained.read(Path("both.jnst"))
    assert found.design == ("multistyle-mobile", 0.1, ("painting0", "painting1"))
    assert found.made_with["settings"]["steps"] == 24
    assert files.read("both-preview.png").shape[3] == 3
    painted = []
    for i, words in enumerate(["0", "1", "0 1 --blend 3 1", "painting1"]):
        style = ["both.jnst", "--style-number", *words.split()]
        assert jnst.cli.main(["stylize", "photos/0.png", *style, "-o", f"{i}.png"]) == 0
        painted.append(files.read(f"{i}.png"))
        assert painted[-1].shape == (1, 17, 24, 3)
    assert not np.array_equal(painted[0], painted[1])
    assert not np.array_equal(painted[0], painted[2])
    assert np.array_equal(painted[1], painted[3])
    capsys.readouterr()
    for words, message in {
        "": "jnst: both.jnst needs --style-number, a name or number: 0 painting0, 1 painting1\n",
        "--style-number monet": "jnst: unknown --style-number 'monet'; choose from painting0, "
        "painting1\n",
        "--style-number 2": "jnst: --style-number must be from 0 to 1, not 2\n",
        "--style-number 0 --blend 1 1": "jnst: --blend has 2 numbers, but there is 1 style; give "
        "one number for each style\n",
        "--style-number 0 --strength 1": "jnst: --strength is for networks that take any painting, "
        "and both.jnst has its own style; leave it out\n",
    }.items():
        assert jnst.cli.main(["stylize", "photos/0.png", "both.jnst", *words.split()]) == 2
        assert capsys.readouterr().err == message


def test_of_one_style_no_number_is_needed():
    assert train("-o", "one.jnst", "--steps", "1", paintings=PAINTINGS[:1]) == 0
    for words in ([], ["--style-number", "0"]):
        name = f"{len(words)}.png"
        assert jnst.cli.main(["stylize", "photos/0.png", "one.jnst", *words, "-o", name]) == 0
    assert np.array_equal(files.read("0.png"), files.read("2.png"))


def test_stopped_it_keeps_what_there_is_and_goes_on_to_the_same_bytes(
    capsys, monkeypatch, hearing, tmp_path
):
    assert train("-o", "whole.jnst", "--checkpoint", "one") == 0
    real = runs.train

    def stopping(training):
        for progress in real(training):
            yield progress
            if progress.step in (5, 12):
                signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(runs, "train", stopping)
    kept = ["--checkpoint", "two", "--checkpoint-every", "1000"]
    assert train("-o", "part.jnst", *kept) == 130
    assert "interrupted: wrote part.jnst, after 6 steps, in " in capsys.readouterr().out
    assert train("-o", "part.jnst", *kept) == 2
    assert "holds a training already; go on with it by --resume" in capsys.readouterr().err
    assert train("-o", "part.jnst", *kept, "--resume", "--seed", "1") == 2
    assert "the training in the checkpoint has seed 0, not 1; go on" in capsys.readouterr().err
    assert train("-o", "part.jnst", *kept, "--resume", paintings=PAINTINGS[::-1]) == 2
    assert "the training in the checkpoint has other paintings" in capsys.readouterr().err
    assert train(*kept, "--resume") == 130
    told = capsys.readouterr()
    assert "jnst: going on after 6 of 24 steps\n" in told.err
    assert f"wrote {tmp_path / 'part.jnst'}, after 13 steps, in " in told.out
    monkeypatch.setattr(runs, "train", real)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    alone = ["--resume", "--preview-every", "0", "--no-cache"]
    assert jnst.cli.main(["train", "--checkpoint", "../two", *alone]) == 0
    assert "jnst: going on after 13 of 24 steps\n" in capsys.readouterr().err
    assert (tmp_path / "part.jnst").read_bytes() == (tmp_path / "whole.jnst").read_bytes()
    assert jnst.cli.main(["train", "--checkpoint", "three", *alone]) == 2
    assert "three holds no training to go on with; name paint" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--photos photos -o a.jnst", "give a painting, or several; see 'jnst train --help'"),
        ("--photos photos --preset pupil", "give --teacher or --pictures, which show what to"),
        ("painting0.png", "give --photos, a folder of photographs to learn from"),
        ("painting0.png --photos nowhere", "there is no folder 'nowhere' of pictures"),
        ("none.png --photos photos", "cannot read 'none.png'"),
        ("painting0.png --photos empty", "the folder 'empty' holds no pictures"),
        ("painting0.png --photos photos -o a.png", "'.png'; choose from .jnst"),
        ("painting0.png --photos photos -o no/a.jnst", "there is no folder 'no'"),
        ("painting0.png --photos photos --resume", "resume goes with checkpoint"),
        ("painting0.png --photos photos --preset nobody", "--preset must be default, quick"),
        ("painting0.png painting1.png --photos photos", "network johnson has one style, not 2"),
        ("painting0.png --photos photos --crop 18", "crop must be a multiple of 4, not 18"),
        ("painting0.png --photos photos --network adain --crop 36", "multiple of 8, not 36"),
        ("painting0.png --photos photos --decay slowly", "slowly"),
        (
            "painting0.png --photos photos --network adain --style-size 64",
            "--style-size must be at least --crop, 256, not 64",
        ),
        (
            "painting0.png --photos photos --content-weight 0 --style-weight 0",
            "--content-weight, --style-weight and --pixel-weight are all 0",
        ),
        ("painting0.png --photos photos --crop 300", "--photo-size must be at least --crop, 300"),
        ("painting0.png --photos photos --steps 0", "steps must be a number of at least 1"),
        ("painting0.png --photos photos --learning-rate 0", "--learning-rate must be above 0"),
        ("painting0.png --photos photos --average 1", "average must be at most 0.99999"),
        (
            "painting0.png --photos photos --style-layers relu9_9",
            "unknown layer of vgg19 'relu9_9'",
        ),
        ("dot.png --photos photos", "the style picture is 1 x 1 pixels"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_nothing_is_written(words, message, capsys):
    os.mkdir("empty")
    files.write("dot.png", np.zeros((1, 1, 1, 3)))
    before = sorted(os.listdir())
    assert jnst.cli.main(["train", *words.split(), "--no-cache"]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert message in told.err
    assert sorted(os.listdir()) == before


def test_a_package_that_is_missing_is_named(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "jnst.training.run", None)
    assert train("-o", "a.jnst") == 2
    said = capsys.readouterr().err
    assert said.startswith("jnst: training needs the package jnst.training.run: pip install")
    assert not os.path.exists("a.jnst")


def test_presets_are_listed_and_are_the_defaults_of_the_other_options(capsys):
    assert jnst.cli.main(["train", "--list", "presets"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [*presets.PRESETS]
    assert options.starting_point(["--preset", "dumoulin"])["settings"].batch == 16
    assert options.starting_point([])["settings"] == Settings()


KILLED = [str(ROOT / "tests/support/tiny.py"), "train", *PAINTINGS, "--photos", "photos", *WORDS]
KILLED.remove("--no-cache")
KILLED += ["--quiet", "--steps", "60", "--checkpoint-every", "0", "--style-loss", "gram"]
KILLED += ["--style-layers", "relu1_1", "--content-layers", "relu1_1"]


@pytest.mark.slow
def test_a_training_killed_again_and_again_ends_with_the_same_bytes():
    """SIGKILL at random moments; JNST_KILLS says how often."""

    def start(*more):
        return subprocess.Popen([sys.executable, *KILLED, *more])

    with start("-o", "whole.jnst") as whole:
        assert whole.wait(300) == 0
    chance = np.random.default_rng(1)
    for _ in range(int(os.environ.get("JNST_KILLS", 2))):
        with start("--checkpoint", "kept", "--resume", "-o", "out.jnst") as process:
            before = set(os.listdir("kept")) if os.path.isdir("kept") else set()
            while process.poll() is None and not set(_kept()) - before:
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.5))
            process.kill()
    assert _kept(), "no kill came in the middle"
    with start("--checkpoint", "kept", "--resume", "-o", "out.jnst") as process:
        assert process.wait(300) == 0
    assert Path("out.jnst").read_bytes() == Path("whole.jnst").read_bytes()


def _kept():
    return [name for name in os.listdir("kept") if name.isdigit()] if os.path.isdir("kept") else []


def test_a_network_is_exported_for_torch(capsys):
    words = ["-o", "one.jnst", "--network", "johnson", "--steps", "1"]
    assert train(*words, paintings=PAINTINGS[:1]) == 0
    assert jnst.cli.main(["weights", "export", "one.jnst"]) == 0
    assert capsys.readouterr().out.endswith("wrote one.pth\n")
    assert torchfile.read("one.pth")["conv1.conv2d.weight"].shape == (3, 3, 9, 9)
    assert jnst.cli.main(["weights", "export", "one.pth", "-o", "two.pth"]) == 2
    assert "'.pth'; choose from .jnst" in capsys.readouterr().err
