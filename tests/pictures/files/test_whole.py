"""Pictures appear whole or not at all, and where nothing can be written one line says so."""

import errno
import os
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from helpers import ROOT
from helpers_files import RNG, SUFFIXES, smooth

from jnst.errors import InputError
from jnst.pictures import animation, files


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
@pytest.mark.parametrize("where", ["save", "fsync", "replace"])
def test_a_failed_write_leaves_the_old_picture(tmp_path, monkeypatch, error, where):
    path = tmp_path / "a.png"
    files.write(path, smooth())
    before = path.read_bytes()

    def fail(first, second=None, *args, **kwargs):
        if where == "save":
            second.write(b"half a picture")
        assert len(list(tmp_path.iterdir())) == 2  # the picture is made beside the old one
        raise error

    owner = {"save": PIL.Image.Image, "fsync": os, "replace": Path}[where]
    monkeypatch.setattr(owner, where, fail)
    expected = InputError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected) as caught:
        files.write(path, 1 - smooth())
    if expected is InputError:
        assert str(caught.value) == f"cannot write {str(path)!r}: No space left"
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_picture_is_on_the_disk_before_it_takes_its_name(tmp_path, monkeypatch, suffix):
    sizes, fsync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (sizes.append(os.fstat(fd).st_size), fsync(fd)))
    replace = Path.replace
    monkeypatch.setattr(Path, "replace", lambda a, b: (sizes.append("replace"), replace(a, b)))
    files.write(tmp_path / f"a{suffix}", smooth())
    assert sizes == [(tmp_path / f"a{suffix}").stat().st_size, "replace"]


def test_readers_see_the_old_or_the_new_picture(tmp_path):
    path, done, seen = tmp_path / "a.tif", threading.Event(), set()
    black, white = np.zeros((1, 90, 90, 3), np.float32), np.ones((1, 90, 90, 3), np.float32)
    files.write(path, black)

    def look():
        while not done.is_set():
            seen.add(path.stat().st_size)

    reader = threading.Thread(target=look)
    reader.start()
    for picture in [white, black] * 10:
        files.write(path, picture)
    done.set()
    reader.join()
    assert len(seen) == 1


def test_permissions(tmp_path):
    before = os.umask(0o027)
    try:
        files.write(tmp_path / "new.png", smooth())
        (tmp_path / "old.png").touch(0o604)
        os.chmod(tmp_path / "old.png", 0o604)
        files.write(tmp_path / "old.png", smooth())
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new.png").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "old.png").stat().st_mode) == 0o604


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "link.png").symlink_to(tmp_path / "far" / "real.png")
    files.write(tmp_path / "link.png", smooth())
    assert (tmp_path / "link.png").is_symlink()
    assert files.read(tmp_path / "far" / "real.png").shape == smooth().shape


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a.xyz", r"unknown suffix '\.xyz'; choose from \.png, \.jpg, "),
        ("a", r"unknown suffix ''; choose from \.png, \.jpg, "),
        ("nowhere/a.png", "no folder .*nowhere"),
        ("dangling.png", "no folder .*nowhere"),
        ("circle.png", "a symbolic link that leads to itself"),
        ("file/a.png", "no folder .*file"),
        ("folder.png", "not a regular file"),
        ("pipe.png", "not a regular file"),
        ("n" * 300 + ".png", "name too long"),
        ("nul\0.png", "null"),
    ],
)
def test_places_where_nothing_can_be_written(tmp_path, name, reason):
    (tmp_path / "file").touch()
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "dangling.png").symlink_to(tmp_path / "nowhere" / "a.png")
    (tmp_path / "circle.png").symlink_to("circle.png")
    before = sorted(tmp_path.iterdir())
    for refuse in (files.check_writable, lambda path: files.write(path, smooth())):
        with pytest.raises(InputError, match=f"(?i){reason}") as caught:
            refuse(tmp_path / name)
        assert str(caught.value).startswith(f"cannot write {str(tmp_path / name)!r}: ")
        assert "\n" not in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs a folder closed even to root")
def test_a_folder_closed_even_to_root():
    for refuse in (files.check_writable, lambda path: files.write(path, smooth())):
        with pytest.raises(InputError, match=r"cannot write '/proc/a\.png': "):
            refuse("/proc/a.png")


def test_check_writable_leaves_nothing_behind(tmp_path):
    files.check_writable(tmp_path / "a.webp")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a.png").write_text("older")
    files.check_writable(str(tmp_path / "a.png"))
    assert (tmp_path / "a.png").read_text() == "older"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.png"]


def test_relative_names_are_written_to_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files.check_writable("a.png")
    files.write("a.png", smooth())
    assert files.read("a.png").shape == smooth().shape


@pytest.fixture
def small_disk(tmp_path):
    """A disk with room for one small picture."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting is not permitted")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize(
    ("suffix", "depth"), [(s, 8) for s in SUFFIXES] + [(s, 16) for s in files.DEEP]
)
def test_a_full_disk(small_disk, suffix, depth):
    path, large = small_disk / f"a{suffix}", RNG.random((1, 300, 300, 3), np.float32)
    with pytest.raises(InputError, match=f"^cannot write '{path}': No space left on device$"):
        files.write(path, large, depth=depth)
    assert list(small_disk.iterdir()) == []
    files.write(path, smooth(), depth=depth)
    before = path.read_bytes()
    with pytest.raises(InputError, match=f"^cannot write '{path}': No space left on device$"):
        files.write(path, large, depth=depth)
    assert path.read_bytes() == before
    assert list(small_disk.iterdir()) == [path]
    files.write(path, 1 - smooth(), depth=depth)  # there is room for it again
    assert path.read_bytes() != before


def test_an_animation_on_a_full_disk(small_disk):
    path = small_disk / "a.gif"
    frames = [RNG.random((1, 200, 200, 3), np.float32) for _ in range(3)]
    with pytest.raises(InputError, match=f"^cannot write '{path}': No space left on device$"):
        animation.write(path, frames, rate=10.0)
    assert list(small_disk.iterdir()) == []


def test_a_read_only_disk(small_disk):
    path = small_disk / "a.png"
    files.write(path, smooth())
    before = path.read_bytes()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for refuse in (files.check_writable, lambda path: files.write(path, smooth())):
        with pytest.raises(InputError, match=f"^cannot write '{path}': it exists and is read-only"):
            refuse(path)
        with pytest.raises(InputError, match=r"new\.png': Read-only file system$"):
            refuse(small_disk / "new.png")
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", [0o444, 0o400, 0])
def test_a_read_only_picture_is_not_replaced(tmp_path, mode):
    path = tmp_path / "a.png"
    path.write_text("older")
    path.chmod(mode)
    for refuse in (files.check_writable, lambda path: files.write(path, smooth())):
        with pytest.raises(InputError, match=f"^cannot write '{path}': it exists and is read-only"):
            refuse(path)
    path.chmod(0o600)
    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.slow
def test_two_runs_that_write_the_same_file(tmp_path):
    path = tmp_path / "a.png"
    program = (
        "import sys, numpy as np; from jnst.pictures import files\n"
        "for _ in range(60): files.write(sys.argv[1], np.full((1, 64, 64, 3), float(sys.argv[2])))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    runs = [
        subprocess.Popen([sys.executable, "-c", program, path, grey], env=environment)
        for grey in ("0", "1")
    ]
    seen = set()
    while any(run.poll() is None for run in runs):
        if path.exists():
            seen |= set(np.unique(files.read(path)))
    assert [run.returncode for run in runs] == [0, 0]
    assert seen <= {0, 1}
    assert len(seen) > 0
    assert list(tmp_path.iterdir()) == [path]
