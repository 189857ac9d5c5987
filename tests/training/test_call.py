"""`jnst.train`: the network that `jnst train` makes, from a program."""

import dataclasses
import inspect
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from trainings import PAINTINGS, WORDS, make_inputs, make_photos

import jnst
import jnst.cli
from jnst.errors import InputError
from jnst.training.settings import Settings

pytestmark = pytest.mark.usefixtures("tiny", "working_folder")
SMALL = {"network": "multistyle-mobile", "width": 0.1, "crop": 16, "photo_size": None, "batch": 2}
SMALL |= {"steps": 24, "learning_rate": 0.02, "decay": "cosine", "average": 0.9}
SMALL |= {"content_weight": 0.01}


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return make_inputs(tmp_path_factory.mktemp("inputs"))


def left():
    return set(os.listdir()) - {"photos", *PAINTINGS}


def test_it_is_the_network_that_the_command_makes(capsys, caplog):
    words = [*PAINTINGS, "--photos", "photos", *WORDS, "-o", "command.jnst"]
    assert jnst.cli.main(["train", *words]) == 0
    capsys.readouterr()
    seen = []
    with caplog.at_level("INFO", "jnst"):
        network = jnst.train(PAINTINGS, "photos", "both.jnst", callback=seen.append, **SMALL)
    assert capsys.readouterr() == ("", "")
    assert Path("both.jnst").read_bytes() == Path("command.jnst").read_bytes()
    assert [one.step for one in seen] == [*range(1, 25)]
    np.testing.assert_array_equal(network.losses["total"], [one.total for one in seen])
    assert set(network.losses) == {"total", *seen[0].parts}
    assert network.settings.steps == 24
    assert network.left_out == {}
    told = [one.getMessage() for one in caplog.records if one.name == "jnst"]
    assert told[0] == "step 1 of 24: 16 x 16 pixels"
    assert told[-1].startswith("wrote both.jnst, after 24 steps, in ")
    one, other = (
        jnst.stylize("photos/0.png", style, style_number=1) for style in (network, "both.jnst")
    )
    np.testing.assert_array_equal(one, other)
    assert one.inputs.styles == (Path("both.jnst"),)
    assert repr(network) == f"TrainingResult(path={Path('both.jnst')!r}, left_out={{}})"


def test_what_is_broken_is_left_out_and_verbose_shows_the_line(capsys, tmp_path):
    os.unlink("photos")
    make_photos(tmp_path / "photos")
    Path("photos/9.png").write_bytes(b"no picture")
    network = jnst.train(
        [Path(one) for one in PAINTINGS], Path("photos"), "one.jnst", verbose=True,
        **SMALL,
    )  # fmt: skip
    assert capsys.readouterr().err == "jnst: step 1 of 24: 16 x 16 pixels\n"
    assert [path.name for path in network.left_out] == ["9.png"]


def test_interrupted_it_is_written_as_it_is_and_goes_on_to_the_same_bytes(hearing):
    def stop(progress):
        if progress.step == 5:
            signal.raise_signal(signal.SIGINT)

    jnst.train(PAINTINGS, "photos", "whole.jnst", checkpoint="one", **SMALL)
    kept = SMALL | {"checkpoint": "two", "checkpoint_every": 1000.0}
    with pytest.raises(KeyboardInterrupt):
        jnst.train(PAINTINGS, "photos", "part.jnst", callback=stop, **kept)
    assert Path("part.jnst").is_file()
    with pytest.raises(InputError, match="two holds a training already; go on with it by resume=T"):
        jnst.train(PAINTINGS, "photos", "part.jnst", **kept)
    network = jnst.train(PAINTINGS, "photos", "part.jnst", resume=True, **kept)
    assert len(network.losses["total"]) == 24 - 6
    assert Path("part.jnst").read_bytes() == Path("whole.jnst").read_bytes()


def test_what_was_begun_so_the_command_resumes_without_other_words(capsys):
    def fail(progress):
        if progress.step == 5:
            raise InputError("the power went")

    kept = SMALL | {"checkpoint": "two", "checkpoint_every": 0.0}
    with pytest.raises(InputError, match="the power went"):
        jnst.train(PAINTINGS, "photos", "part.jnst", callback=fail, **kept)
    words = ["--checkpoint", "two", "--resume", "--preview-every", "0", "--no-cache"]
    assert jnst.cli.main(["train", *words]) == 0
    assert f"wrote {Path('part.jnst').absolute()}, after 24 steps" in capsys.readouterr().out


BAD = {
    "unknown setting 'stepps' .*; choose from pictures, .*, steps, ": {"stepps": 3},
    "give a painting, or several": {"paintings": ()},
    "there is no folder 'nowhere' of pictures": {"photos": "nowhere"},
    "cannot read 'none.png'": {"paintings": "none.png"},
    "cannot read 'no.png'": {"paintings": Path("no.png")},
    "unknown suffix '.pth'": {"output": "a.pth"},
    "there is no folder 'none'": {"output": "none/a.jnst"},
    "steps must be a number of at least 1, not 0": {"steps": 0},
    "unknown preset 'slow'": {"preset": "slow"},
    "resume goes with checkpoint": {"resume": True},
    "start must be a .jnst file": {"start": "a.h5"},
}


@pytest.mark.parametrize("says", BAD)
def test_bad_input_is_one_line_and_nothing_is_left(says):
    options = {"paintings": PAINTINGS, "photos": "photos", "output": "a.jnst", **SMALL} | BAD[says]
    with pytest.raises(InputError, match=says) as caught:
        jnst.train(**options)
    assert "\n" not in str(caught.value)
    assert not left()


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "jnst.training.checkpoint", None)
    with pytest.raises(InputError, match=r"training needs the package .*pip install 'jnst\[train"):
        jnst.train(PAINTINGS, "photos", "a.jnst", **SMALL)


def test_help_shows_every_setting_with_its_default():
    parameters = inspect.signature(jnst.train).parameters
    for field in dataclasses.fields(Settings):
        assert parameters[field.name].default == field.default
        assert f"- `{field.name}=" in inspect.getdoc(jnst.train)
