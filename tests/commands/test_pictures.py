"""Pictures given by name: those that a command needs are named, and there."""

import os
from pathlib import Path

import pytest

import jnst.cli
from jnst.commands.pictures import check_named, check_readable, check_there
from jnst.errors import InputError
from jnst.runs.record import Inputs
from jnst.transfer.settings import Settings

LEFT, PHOTO, PAINTING = map(Path, ("left.png", "photo.jpg", "painting.jpg"))


@pytest.fixture(autouse=True)
def _in_a_folder_of_pictures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("left.png", "right.png", "photo.jpg", "painting.jpg", "other.jpg"):
        Path(name).touch()


@pytest.mark.parametrize("command", ["stylize", "reconstruct", "sweep --vary seed=1,2"])
def test_an_option_that_took_all_pictures_paints_no_cat(command, capsys):
    words = "--masks left.png right.png photo.jpg painting.jpg other.jpg"
    before = sorted(os.listdir())
    assert jnst.cli.main([*command.split(), *words.split()]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(
        "jnst: --masks takes all pictures that follow it, and no photograph "
    )
    assert f"as in: jnst {command.split()[0]} photo.jpg painting.jpg --masks …" in told.err
    assert sorted(os.listdir()) == before


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        (Inputs(start=PHOTO), "no photograph is named, as in: jnst stylize photo.jpg painting.jpg"),
        (Inputs(style_masks=(LEFT,)), "--style-masks takes all pictures"),
        (Inputs(PHOTO), "no painting is named, as in: jnst stylize photo.jpg painting.jpg"),
        (
            Inputs(PHOTO, masks=(LEFT, PAINTING)),
            "no painting is named, as in: jnst stylize photo.jpg painting.jpg; --masks takes all",
        ),
    ],
)
def test_where_one_is_named_none_is_built_in(inputs, says):
    with pytest.raises(InputError) as refused:
        check_named("stylize", inputs, Settings())
    assert str(refused.value).startswith(says)
    check_named("stylize", inputs, Settings(), like=Path("result.png"))


def test_the_built_in_pair_is_for_nobody_else():
    check_named("stylize", Inputs(), Settings())
    check_named("stylize", Inputs(PHOTO, (PAINTING,), masks=(LEFT,)), Settings())
    check_named("stylize", Inputs(PHOTO), Settings(method="multistyle", style_number=(7,)))


def test_what_is_not_there_is_named():
    check_there([PHOTO, PAINTING, Path("among-the-weights.jnst")])
    with pytest.raises(InputError, match=r"^cannot read 'none.jpg': No such file or directory$"):
        check_there([PHOTO, Path("none.jpg")])
    with pytest.raises(InputError, match=r"^old.png was made of none.jpg, which is not there; "):
        check_there([PHOTO, Path("none.jpg")], like=Path("old.png"))
    os.mkdir("folder.jpg")
    with pytest.raises(InputError, match=r"^cannot read 'folder.jpg': it is not a regular file$"):
        check_readable("folder.jpg")
