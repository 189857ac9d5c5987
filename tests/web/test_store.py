"""What is kept on the disk, without a server."""

import os

import pytest
from helpers_web import png

from jnst.errors import InputError
from jnst.web import store


def files_in(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "web"


def fill(folder, count):
    """Keep `count` runs, each of two pictures of its own."""
    with store.opened(folder) as kept:
        for _ in range(count):
            pair = [kept.add_picture(png(), "a.png") for _ in range(2)]
            chosen = {"preset": "default", "quality": "normal", "changes": {}, "made_with": {}}
            kept.add_run(*pair, **chosen)


def test_what_is_not_ours_is_left_alone_and_what_was_never_whole_is_removed(folder):
    theirs = {f"{part}/00112233aabbccdd/thesis.txt" for part in ("runs", "pictures")}
    theirs |= {f"{part}/aabbccdd00112233/original/thesis.txt" for part in ("runs", "pictures")}
    ours = {f"pictures/{'ab' * 8}/{name}" for name in ("original", "view.jpg", ".jnst-12.tmp")}
    ours |= {f"runs/{'cd' * 8}/.jnst-12.tmp"}
    for name in theirs | ours:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("years of work")
    (folder / "runs" / ("ef" * 8)).mkdir()
    with store.opened(folder) as kept:
        assert kept.left_out == 0
    assert files_in(folder) == theirs | {".jnst-lock"}
    assert sorted(os.listdir(folder / "runs")) == ["00112233aabbccdd", "aabbccdd00112233"]


@pytest.mark.parametrize("text", ["{", "[]", '{"id": "../../x"}'])
def test_what_cannot_be_read_is_counted_and_nothing_is_lost(folder, monkeypatch, text):
    monkeypatch.setattr(store, "UNUSED", 2)
    fill(folder, 3)
    first, second, _ = sorted((folder / "runs").iterdir())
    (first / "run.json").write_text(text)
    key = store.msgspec.json.decode((second / "run.json").read_bytes())["style"]
    (folder / "pictures" / key / "picture.json").write_text(text)
    before = files_in(folder)
    with store.opened(folder) as kept:
        assert kept.left_out == 3  # a run, a picture, and the run that was made of that
        assert len(kept.runs) == 1
        kept.add_picture(png(), "new.png")
    assert before < files_in(folder)


def test_a_folder_whose_name_is_no_text_is_refused(tmp_path):
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    with pytest.raises(InputError, match="its name is no text"), store.opened(folder):
        pass
    assert not folder.exists()
