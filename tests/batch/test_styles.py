"""What the pictures of a batch are painted like: networks beside paintings, or by themselves."""

from pathlib import Path

import numpy as np
import pytest
from painters import random_params

from jnst.batch.styles import Style, styles_of
from jnst.errors import InputError
from jnst.feedforward import trainable
from jnst.weights import trained


@pytest.fixture(autouse=True)
def _paintings_and_networks(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("s").mkdir()
    for name in ("s/b.png", "s/a.jpg", "c.png", "mosaic.pth"):
        Path(name).touch()
    for path, design in {
        "any.jnst": trainable.Design("msgnet", 0.1, ()),
        "two.jnst": trainable.Design("multistyle-mobile", 0.1, ("one", "two")),
    }.items():
        table = trainable.network(design).table
        params = random_params(np.random.default_rng(0), table, np.float32)
        trained.write(Path(path), trained.Trained(design, params, {}))
    Path("broken.jnst").write_bytes(Path("any.jnst").read_bytes()[:2000])


def found(*names, numbers=()):
    return [
        (" ".join(map(str, style.paths)), style.numbers)
        for style in styles_of(map(Path, names), numbers=numbers)
    ]


def test_files_and_those_in_folders_are_styles_each():
    assert found("s", "c.png") == [("s/a.jpg", ()), ("s/b.png", ()), ("c.png", ())]
    assert styles_of([Path("c.png")]) == [Style((Path("c.png"),))]


def test_numbers_are_of_networks():
    assert found("c.png", "two.jnst", "mosaic.pth", numbers=("two",)) == [
        ("c.png", ()),
        ("two.jnst", ("two",)),
        ("mosaic.pth", ("two",)),
    ]


def test_a_network_that_takes_any_painting_paints_like_each_of_them():
    beside = [("s/a.jpg any.jnst", ()), ("s/b.png any.jnst", ())]
    assert found("any.jnst", "s") == found("s", "any.jnst") == beside
    Path("any.jnst").rename("s/any.jnst")
    expected = [("s/a.jpg s/any.jnst", ()), ("s/b.png s/any.jnst", ()), ("two.jnst", ("one",))]
    assert found("s", "two.jnst", numbers=("one",)) == expected


def test_one_that_cannot_be_read_stands_for_itself():
    assert found("c.png", "broken.jnst") == [("c.png", ()), ("broken.jnst", ())]


def test_a_network_without_the_painting_that_it_needs_is_refused():
    with pytest.raises(InputError, match=r"any\.jnst takes any painting; give one beside it, or a"):
        styles_of([Path("any.jnst")])
