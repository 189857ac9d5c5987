"""What a training was begun with, kept in its checkpoint, and what is refused."""

import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import pytest
from painters import random_params

from jnst.errors import InputError
from jnst.feedforward import trainable
from jnst.training.resume import begun_with, words_of
from jnst.training.settings import Settings
from jnst.training.sources import Sources
from jnst.weights import trained

SETTINGS = Settings(network="multistyle", steps=7, style_layers=("relu1_1",), photo_size=None)
SOURCES = Sources((Path("a.png"), Path("sub/b.png")), Path("photos"), Path("made"), "mine.jnst")
WORDLESS = {"resume": True, "named": False}


@pytest.fixture(autouse=True)
def _in_a_folder_with_a_network_among_the_weights(tmp_path, monkeypatch):
    for name in ("here", "weights"):
        (tmp_path / name).mkdir()
    (tmp_path / "weights/mine.jnst").touch()
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.chdir(tmp_path / "here")


def kept(sources=SOURCES, **more):
    """Return the facts of a checkpoint as they come back from it."""
    facts = {"settings": dataclasses.asdict(SETTINGS), "version": "1"}
    return json.loads(json.dumps({**facts, **begun_with(sources, Path("out.jnst")), **more}))


def test_it_comes_back_whole_in_any_folder(tmp_path):
    found = kept()
    os.chdir(tmp_path)
    here = tmp_path / "here"
    assert words_of(found, Path("run"), **WORDLESS) == {
        "settings": SETTINGS,
        "paintings": (here / "a.png", here / "sub/b.png"),
        "photos": here / "photos",
        "pictures": here / "made",
        "start": str(tmp_path / "weights/mine.jnst"),
        "teacher": None,
        "output": here / "out.jnst",
    }


def test_a_network_that_comes_along_is_begun_with_by_its_name():
    Path("multistyle").touch()
    found = kept(dataclasses.replace(SOURCES, start="multistyle", teacher=Path("mine.jnst")))
    words = words_of(found, Path("run"), **WORDLESS)
    assert words["start"] == "multistyle"
    assert words["teacher"].name == "mine.jnst"
    assert words["teacher"].is_file()


def test_what_is_named_counts_and_the_output_is_still_the_same():
    words = words_of(kept(), Path("run"), resume=True, named=True)
    assert words == {"output": Path("out.jnst").absolute()}
    assert words_of({"settings": {}}, Path("run"), resume=True, named=True) == {}
    assert words_of(None, Path("run"), resume=True, named=True) == {}
    assert words_of(None, Path("run"), resume=False, named=False) == {}


def test_the_output_is_the_same_unless_another_file_is_there_by_now():
    design = trainable.Design("johnson", 0.05, ("a",))
    params = random_params(np.random.default_rng(0), trainable.network(design).table, np.float32)
    facts = {"settings": dataclasses.asdict(SETTINGS), "version": "1"}

    def says(made_with):
        trained.write(Path("out.jnst"), trained.Trained(design, params, made_with))
        return "output" in words_of(kept(), Path("run"), **WORDLESS)

    assert says(facts), "as Ctrl-C left it"
    assert not says({**facts, "version": "2"})
    Path("out.jnst").write_text("a letter")
    assert "output" not in words_of(kept(), Path("run"), **WORDLESS)


@pytest.mark.parametrize(
    ("found", "how", "says"),
    [
        (None, WORDLESS, "run holds no training to go on with; name paintings and photos to begin"),
        ({}, {"resume": False, "named": True}, "run holds a training already; go on with it by"),
        ({"settings": {}}, WORDLESS, "does not say what its training was begun with: 'begun'"),
        (
            {"settings": {"steps": "many"}},
            WORDLESS,
            r"was begun with: Expected `int`, got `str` - at `\$.steps`",
        ),
    ],
)
def test_what_cannot_be_gone_on_with_is_refused(found, how, says):
    with pytest.raises(InputError, match=says):
        words_of(found, Path("run"), **how)
