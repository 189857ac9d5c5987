"""What is found in folders, and what is left out."""

from pathlib import Path

import pytest

from jnst.batch.folders import left_out, pictures_in
from jnst.errors import InputError


@pytest.fixture(autouse=True)
def _some_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b.jpg", "a.PNG", ".hidden.png", "notes.txt", "n.jnst", "deep/x.png"):
        Path("c", name).parent.mkdir(parents=True, exist_ok=True)
        Path("c", name).touch()


def test_pictures_are_found_by_name_and_networks_where_they_are_wanted():
    assert [path.name for path in pictures_in(Path("c"))] == ["a.PNG", "b.jpg"]
    found = pictures_in(Path("c"), networks=True)
    assert [path.name for path in found] == ["a.PNG", "b.jpg", "n.jnst"]


def test_what_is_left_out_is_named():
    Path("c/more").mkdir()
    Path("c/out").mkdir()
    assert left_out(Path("c"), Path("c/out")) == ["deep/", "more/", "n.jnst", "notes.txt"]


@pytest.mark.parametrize(
    ("folder", "says"),
    [("e", "there is no picture in 'e': no .apng, "), ("none", "cannot list 'none': No such file")],
)
def test_a_folder_without_pictures_is_refused(folder, says):
    Path("e").mkdir()
    Path("e/notes.txt").touch()
    with pytest.raises(InputError, match=says):
        pictures_in(Path(folder))


def test_of_a_folder_of_raw_photographs_alone_it_is_said_what_to_do():
    Path("raw").mkdir()
    Path("raw/camera.NEF").touch()
    with pytest.raises(InputError, match="in 'raw', only raw photographs; export them as JPEG"):
        pictures_in(Path("raw"))
