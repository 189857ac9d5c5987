"""Files that are whole or not there at all. What pictures need of it is in `test_files.py`."""

import csv
import os
import re
import signal
import stat
import subprocess
import sys

import pytest
from helpers import ROOT

from jnst.errors import InputError
from jnst.system import disk


def test_unused(tmp_path):
    assert disk.unused(tmp_path / "a.b.png") == tmp_path / "a.b.png"
    names = ["a.b.png", "a.b-2.png", "a.b-3.png", "a.b-4.png"]
    for name in names[:2]:
        (tmp_path / name).touch()
    (tmp_path / names[2]).symlink_to(tmp_path / "nowhere")
    assert disk.unused(str(tmp_path / "a.b.png")) == tmp_path / names[3]
    assert not (tmp_path / names[3]).exists()


def test_a_table_is_csv_with_every_digit(tmp_path):
    rows = [["name", "value"], ["a, b", 0.1 + 0.2], ['"', 1e-30]]
    disk.write_table(tmp_path / "t.csv", rows)
    assert (tmp_path / "t.csv").read_bytes().count(b"\r") == 0
    with open(tmp_path / "t.csv", newline="") as stream:
        heading, (first, value), (second, small) = csv.reader(stream)
    assert heading == rows[0]
    assert (first, second) == ("a, b", '"')
    assert (float(value), float(small)) == (0.1 + 0.2, 1e-30)


def test_text_replaces_a_file_behind_a_link_and_keeps_its_permissions(tmp_path):
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("older")
    real.chmod(0o604)
    link.symlink_to(real)
    disk.write_text(link, "newer")
    assert link.is_symlink()
    assert real.read_text() == "newer"
    assert stat.S_IMODE(real.stat().st_mode) == 0o604
    assert sorted(tmp_path.iterdir()) == [link, real]


def test_a_failure_leaves_the_older_file(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("older")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"cannot write '.*a\.txt': No space left on device"):
        disk.write_text(tmp_path / "a.txt", "newer")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["older"]


@pytest.mark.parametrize("name", ["t.png", "nowhere/t.csv", "folder.csv"])
def test_places_where_no_table_can_be(tmp_path, name):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="cannot write"):
        disk.check_writable(tmp_path / name, [".csv"])
    disk.check_writable(tmp_path / "t.CSV", [".csv"])
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"cannot make the folder '.*file/a': Not a directory"):
        disk.make_folder(tmp_path / "file" / "a")
    assert disk.make_folder(tmp_path / "a" / "b").is_dir()


def test_names_we_choose_leave_room_for_more(tmp_path):
    long = disk.unused(tmp_path / ("浪" * 100 + ".png"))
    assert long.name == "浪" * 65 + ".png"  # of three bytes each
    long.touch()
    assert disk.unused(tmp_path / ("浪" * 100 + ".png")).name == "浪" * 65 + "-2.png"


def test_a_file_is_read_within_a_folder_and_through_no_link(tmp_path):
    folder = tmp_path / "folder"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "c").write_text("inside")
    (tmp_path / "c").write_text("outside")
    (folder / "file").symlink_to(tmp_path / "c")
    (folder / "a" / "up").symlink_to(tmp_path)
    (folder / "a" / "same").symlink_to("b")
    os.mkfifo(folder / "pipe")
    (tmp_path / "itself").symlink_to(folder)
    before = os.listdir("/proc/self/fd")
    for whole in (folder, tmp_path / "itself"):
        assert disk.read_within(whole, whole / "a" / "b" / "c") == b"inside"
        for name in ("file", "a/up/c", "a/same/c", "pipe", "a", "nothing", "a/b/c/d"):
            with pytest.raises(OSError, match="Errno"):
                disk.read_within(whole, whole / name)
    assert len(os.listdir("/proc/self/fd")) == len(before)


KILLED = """
import os, signal, sys
from jnst.system import disk
os.fsync = lambda number: os.kill(os.getpid(), signal.SIGKILL)
disk.write_text(sys.argv[1], "never whole")
"""


@pytest.mark.skipif(os.name == "nt", reason="needs a process to kill")
@pytest.mark.parametrize("label", ["", "checkpoint-"])
def test_what_a_killed_process_left_goes_with_the_next_that_writes_there(label, tmp_path):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    killed = [sys.executable, "-c", KILLED, str(tmp_path / "a.txt")]
    assert subprocess.run(killed, env=environment).returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert re.fullmatch(r"\.jnst-[0-9a-f]{16}\.tmp", left.name)
    left.rename(left.with_name(left.name.replace("-", f"-{label}")))
    others = {".jnst-mine.tmp", "0123456789abcdef.tmp", ".jnst-lock"}
    for name in others:
        (tmp_path / name).write_text("of somebody else")
    with disk.replacing(tmp_path / "b.txt") as stream:  # another one is at work
        stream.write(b"whole")
        disk.check_writable(tmp_path / "c.txt", [".txt"])
        assert len(set(os.listdir(tmp_path)) - others) == 1, "only what is being written is left"
    assert set(os.listdir(tmp_path)) == {*others, "b.txt"}
    assert (tmp_path / "b.txt").read_text() == "whole"
