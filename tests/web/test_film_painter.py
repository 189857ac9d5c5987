"""Films painted for the page: by a small network, by hand, for nothing is compiled then."""

import _thread
import dataclasses
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest
from films import make, packets, scene
from helpers_web import SUPPORT, png

from jnst.errors import InputError
from jnst.pictures import files
from jnst.runs.record import Inputs, record
from jnst.runs.signals import interruptions
from jnst.transfer.settings import Settings
from jnst.video.film import Film
from jnst.video.settings import VideoSettings
from jnst.web import film_painter, painter, reports
from jnst.web.painter import Task
from jnst.web.records import Painted

SMALL = Settings(size=32, first_size=None, steps=(4,), style_loss="gram", engine="byhand")
STEPS = 2
pytestmark = pytest.mark.usefixtures("tiny", "quick_preview")


@pytest.fixture
def task(tmp_path):
    def make_task(name="run", *, count=4, frame_steps=STEPS, film=None, **changes):
        (tmp_path / name).mkdir()
        film = {"pixels": "yuv420p"} if film is None else film
        clip = make(tmp_path / "clip.mkv", [scene(i) for i in range(count)], **film)
        (tmp_path / "style").write_bytes(png(24, 24))
        settings = dataclasses.replace(SMALL, **changes)
        inputs = Inputs(Path("my cat.mp4"), (Path("waves.png"),))
        made_with = msgspec.to_builtins(record(settings, inputs), enc_hook=str)
        video = msgspec.to_builtins(VideoSettings(frame_steps=frame_steps))
        paths = (tmp_path / name, clip.rename(tmp_path / "content"), tmp_path / "style")
        folder, content, style = map(str, paths)
        return Task(folder, content, [style], made_with, str(tmp_path / "compiled"), video)

    return make_task


def never():
    """No interruption comes."""


def progress(folder):
    return msgspec.json.decode((folder / "progress.json").read_bytes(), type=Painted)


def names(folder):
    return {path.name for path in folder.iterdir()} - {".jnst-lock"}


def test_a_run_from_task_to_film(task, tmp_path, monkeypatch):
    told, write_text = [], reports.disk.write_text

    def heard(path, text):
        if path.name == "progress.json":
            told.append(msgspec.json.decode(text, type=Painted))
        write_text(path, text)

    monkeypatch.setattr(reports.disk, "write_text", heard)
    monkeypatch.setattr(film_painter, "next_look", lambda began, every: 0.0)
    wanted = task(film={"pixels": "yuv420p", "sound": "aac"})
    assert painter.carry_out(wanted, never)
    folder = tmp_path / "run"
    painted, source = Film(folder / "film.mp4"), Film(Path(wanted.content))
    assert painted.times == pytest.approx(source.times, abs=1e-3)
    assert np.abs(painted.frame(3).astype(int) - source.frame(3)).mean() > 5
    ours, theirs = packets(folder / "film.mp4"), packets(wanted.content)
    assert [data for _, data in ours] == [data for _, data in theirs]
    assert names(folder) == {"film.mp4", "preview.jpg", "progress.json"}
    # A preview; each frame as it forms, and when it is done; and the end.
    where = [(one.steps, one.step, round(one.share, 2)) for one in told]
    first = [(4, 0, share) for share in (0.25, 0.5, 0.75, 1.0)]
    later = [(4, step, share) for step in (1, 2, 3) for share in (0.0, 0.5, 1.0)]
    assert where == [(0, 0, 0.0), *first, *later, (4, 4, 0.0), (4, 4, 0.0)]
    assert {one.size for one in told} == {(32, 24)}
    assert told[-1].left == told[-2].left == 0.0
    assert told[0].left is told[1].left is None
    assert all(one.left > 0 for one in told[2:-3])
    still = files.read(folder / "preview.jpg")[0] * 255  # the frame in the middle
    errors = [np.abs(still - painted.frame(i)).mean() for i in range(4)]
    assert errors[2] == min(errors)


def test_what_forms_is_shown_as_it_will_be(task, tmp_path, monkeypatch):
    shown, leave = [], reports.leave

    def seen(folder, picture, painted):
        shown.append((painted, picture))
        leave(folder, picture, painted)

    monkeypatch.setattr(reports, "leave", seen)
    monkeypatch.setattr(film_painter, "next_look", lambda began, every: 0.0)
    assert painter.carry_out(task(count=3, colour="luminance", margin=4), never)
    finished = [one for one in shown if one[0].step and not one[0].share]
    painted = Film(tmp_path / "run" / "film.mp4")
    for number, (_, picture) in enumerate(finished[:3]):
        levels = picture[0] * 255
        assert levels.shape == (24, 32, 3)
        assert np.abs(levels - painted.frame(number)).mean() < 6
    forming = [one for one in shown if one[0].step == 1 and one[0].share == 1.0]
    np.testing.assert_allclose(forming[0][1], finished[1][1], atol=1e-4)


def test_a_stopped_film_plays_as_far_as_it_goes_and_goes_on(task, tmp_path, monkeypatch, hearing):
    whole, part = task("whole"), task("part")
    assert painter.carry_out(whole, never)
    folder, write_text = tmp_path / "part", reports.disk.write_text

    def stopped(path, text):
        write_text(path, text)
        if path.name == "film.json" and json.loads(text)["done"] == 2:
            _thread.interrupt_main(signal.SIGTERM)
            time.sleep(0.01)

    with monkeypatch.context() as patch, interruptions() as interruption:
        patch.setattr(reports.disk, "write_text", stopped)
        assert not painter.carry_out(part, interruption)
    assert len(Film(folder / "film.mp4").times) == 2
    assert (progress(folder).step, progress(folder).share, progress(folder).left) == (2, 0.0, None)
    assert {"film.json", "000000-0.npy", "000001-0.npy"} <= names(folder)
    monkeypatch.setattr(film_painter, "preview", None)  # what goes on needs none
    assert painter.carry_out(part, never)
    assert names(folder) == {"film.mp4", "preview.jpg", "progress.json"}
    ours, theirs = (tmp_path / name / "film.mp4" for name in ("part", "whole"))
    assert ours.read_bytes() == theirs.read_bytes()
    assert progress(folder).step == progress(folder).steps == 4


def test_a_stop_before_there_is_a_frame_leaves_nothing(task, tmp_path, monkeypatch, hearing):
    show = reports.leave

    def stopped(folder, picture, painted):
        show(folder, picture, painted)
        if painted.share:
            _thread.interrupt_main(signal.SIGTERM)
            time.sleep(10)

    monkeypatch.setattr(reports, "leave", stopped)
    with interruptions() as interruption, pytest.raises(KeyboardInterrupt):
        painter.carry_out(task(), interruption)
    assert not names(tmp_path / "run") & {"progress.json", "film.mp4", "000000-0.npy"}


ALONE = f"""
import sys
sys.path.insert(0, {str(SUPPORT)!r})
import tiny
from jnst.web import film_painter, painter
film_painter.preview = lambda *arguments: None
with tiny.installed():
    painter.main()
"""


def test_a_killed_one_goes_on_to_the_same_film(task, tmp_path):
    whole, part = (task(name, count=3, frame_steps=20) for name in ("whole", "part"))
    assert painter.carry_out(whole, never)
    command, pipe = [sys.executable, "-c", ALONE], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        process.stdin.write(msgspec.json.encode(part) + b"\n")
        process.stdin.flush()
        while not (tmp_path / "part" / "000000-0.npy").exists():
            assert process.poll() is None, process.stdout.read()
            time.sleep(0.01)
        process.kill()
    kept = json.loads((tmp_path / "part" / "film.json").read_text())["done"]
    assert kept < 3
    assert not (tmp_path / "part" / "film.mp4").exists()
    assert painter.carry_out(part, never)
    ours, theirs = (tmp_path / name / "film.mp4" for name in ("part", "whole"))
    assert ours.read_bytes() == theirs.read_bytes()


def test_a_sound_that_does_not_fit_is_left_out_and_this_is_said(task, tmp_path, monkeypatch):
    def unfit(sound, suffix, form):
        assert (suffix, form) == (".mp4", "mp4")
        raise InputError("the sound is strange")

    monkeypatch.setattr(film_painter, "check_sound", unfit)
    assert painter.carry_out(task(count=1, film={"pixels": "yuv420p", "sound": "aac"}), never)
    assert Film(tmp_path / "run" / "film.mp4").sound is None
    assert progress(tmp_path / "run").notes == [film_painter.NO_SOUND]


def test_trouble_with_a_later_frame_keeps_those_before(task, tmp_path, monkeypatch):
    wanted, frame = task(), Film.frame

    def damaged(self, number):
        if number == 2:
            raise InputError("cannot read it beyond frame 2: it is damaged")
        return frame(self, number)

    monkeypatch.setattr(Film, "frame", damaged)
    with pytest.raises(InputError, match="beyond frame 2"):
        painter.carry_out(wanted, never)
    monkeypatch.undo()
    assert len(Film(tmp_path / "run" / "film.mp4").times) == 2
    assert progress(tmp_path / "run").step == 2
