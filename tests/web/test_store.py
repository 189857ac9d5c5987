"""What is kept on the disk, without a server."""

import gc
import io
import os
import weakref

import numpy as np
import PIL.Image
import pytest
from helpers_web import png

from jnst.errors import InputError
from jnst.web import store
from jnst.web.records import Painting


def files_in(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "web"


def fill(folder, count):
    """Keep `count` runs, each of two pictures of its own."""
    with store.opened(folder) as kept:
        for _ in range(count):
            content, style = (kept.add_picture(png(), "a.png").id for _ in range(2))
            chosen = {"preset": "default", "quality": "normal", "changes": {}, "made_with": {}}
            kept.add_run(content=content, paintings=[Painting(style)], **chosen)


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
    key = store.msgspec.json.decode((second / "run.json").read_bytes())["paintings"][0]["picture"]
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


def long_png():
    stream = io.BytesIO()
    PIL.Image.new("L", (70_000, 1)).save(stream, "PNG")
    return stream.getvalue()


def test_a_picture_with_too_long_a_side_is_refused_and_not_kept(folder):
    with store.opened(folder) as kept:
        with pytest.raises(InputError, match=r"'a.png' .*70000 x 1 pixels, more than 65535 a side"):
            kept.add_picture(long_png(), "a.png")
        assert kept.pictures == {}
    assert files_in(folder) == {".jnst-lock"}


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("a decoder is wrong")])
def test_what_fails_is_freed_and_is_no_fault(folder, monkeypatch, error):
    large = []

    def failing(*_, **__):
        pixels = np.zeros(1000)
        large.append(weakref.ref(pixels))
        raise error

    monkeypatch.setattr(store.files.thumbnails.resizing, "resize", failing)
    monkeypatch.setattr(store.files.thumbnails, "upright", failing)
    with store.opened(folder) as kept:
        with pytest.raises(InputError, match=r"cannot read 'a.png' as a picture: ") as caught:
            kept.add_picture(png(), "a.png")
        gc.collect()
        assert large[0]() is None, "the error keeps it"
        assert caught.value.__traceback__ is not None


def test_what_is_new_is_kept_though_the_clock_goes_back(folder, monkeypatch):
    monkeypatch.setattr(store, "UNUSED", 2)
    now = [2e9]
    monkeypatch.setattr(store.time, "time", lambda: now[0])
    names = []
    for _ in range(2):
        with store.opened(folder) as kept:
            for _ in range(2):
                now[0] -= 1000
                names.append(kept.add_picture(png(), f"{len(names)}.png").name)
                assert [one.name for one in kept.pictures.values()] == names[-2:]
    with store.opened(folder) as kept:
        assert {one.name for one in kept.pictures.values()} == {"2.png", "3.png"}


def test_pictures_of_before_they_were_numbered_are_the_oldest(folder, monkeypatch):
    with store.opened(folder) as kept:
        for name in "abc":
            kept.add_picture(png(), name)
    for path in folder.glob("pictures/*/picture.json"):
        facts = store.msgspec.json.decode(path.read_bytes())
        del facts["number"]
        path.write_bytes(store.msgspec.json.encode(facts))
    monkeypatch.setattr(store, "UNUSED", 2)
    with store.opened(folder) as kept:
        assert {one.name for one in kept.pictures.values()} == {"b", "c"}
        kept.add_picture(png(), "d")
        assert {one.name for one in kept.pictures.values()} == {"c", "d"}


LINKS = [
    "pictures/{content}/picture.json",
    "runs/{run}/run.json",
    "pictures/{content}",
    "runs/{run}",
]


@pytest.mark.parametrize("link", LINKS)
def test_records_behind_links_are_not_read(folder, tmp_path, link):
    fill(folder, 1)
    with store.opened(folder) as kept:
        (run,) = kept.runs.values()
    place = folder / link.format(run=run.id, content=run.content)
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    with store.opened(folder) as kept:
        assert run.id not in kept.runs
        assert (run.content in kept.pictures) == ("runs" in link)
    assert place.is_symlink()
    assert (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("part", ["pictures", "runs"])
def test_a_part_that_is_a_link_is_refused(folder, tmp_path, part):
    folder.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (folder / part).symlink_to(tmp_path / "elsewhere")
    with (
        pytest.raises(InputError, match=f"'{part}' in it is a symbolic link"),
        store.opened(folder),
    ):
        pass


def test_what_a_run_has_behind_links_is_not_there(folder, tmp_path):
    fill(folder, 1)
    (tmp_path / "a").write_bytes(
        b'{"step":1,"steps":2,"size":[3,4],"left":null,"seconds":5,"curve":[]}'
    )
    with store.opened(folder) as kept:
        (run,) = kept.runs.values()
        for link in (False, True):
            for name in ("progress.json", "picture.png"):
                path = kept.run_file(run, name)
                if link:
                    path.unlink()
                    path.symlink_to(tmp_path / "a")
                else:
                    path.write_bytes((tmp_path / "a").read_bytes())
            assert (kept.painted(run) is None) == link
            assert kept.is_finished(run) != link
