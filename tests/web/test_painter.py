"""The process that paints: a real one, with a small network, by hand: nothing is compiled."""

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
from helpers_web import SUPPORT, TINY, png

from jnst.errors import InputError
from jnst.optimize.loop import Progress
from jnst.pictures import files, resizing
from jnst.runs import checkpoint
from jnst.runs.record import Inputs, record
from jnst.runs.signals import interruptions
from jnst.transfer.pictures import Pictures
from jnst.transfer.settings import Settings
from jnst.web import painter, reports
from jnst.web import progress as web_progress
from jnst.web.painter import Task
from jnst.web.records import Painted

SMALL = Settings(
    size=40,
    first_size=24,
    size_ratio=1.3,
    steps=(4, 6),
    content_layers=("relu1_1",),
    style_layers=("relu1_1",),
    style_loss="gram",
    engine="byhand",
)
pytestmark = pytest.mark.usefixtures("tiny", "quick_preview")


@pytest.fixture
def task(tmp_path):
    def make(name="run", **changes):
        (tmp_path / name).mkdir()
        (tmp_path / "content").write_bytes(png(60, 40))
        (tmp_path / "style").write_bytes(png(50, 50))
        settings = dataclasses.replace(SMALL, **changes)
        made_with = msgspec.to_builtins(
            record(settings, Inputs(Path("my cat.jpg"), (Path("waves.png"),))), enc_hook=str
        )
        content, style = str(tmp_path / "content"), str(tmp_path / "style")
        return Task(str(tmp_path / name), content, [style], made_with, str(tmp_path / "compiled"))

    return make


def start(task, *arguments):
    process = subprocess.Popen(
        [sys.executable, *arguments] if arguments else TINY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    process.stdin.write(json.dumps(vars_of(task)).encode() + b"\n")
    process.stdin.flush()
    return process


def vars_of(task):
    return {name: getattr(task, name) for name in task.__struct_fields__}


def ended(process):
    said = process.stdout.read()
    assert process.wait() == 0
    process.stdout.close()
    if not process.stdin.closed:
        process.stdin.close()
    return json.loads(said)


def never():
    """No interruption comes."""


def progress(folder):
    return msgspec.json.decode((folder / "progress.json").read_bytes(), type=Painted)


def test_a_run_from_task_to_picture(task, tmp_path):
    assert painter.carry_out(task(), never)
    folder = tmp_path / "run"
    recorded = files.read_settings(folder / "picture.png")
    assert (recorded["content"], recorded["styles"]) == ("my cat.jpg", ["waves.png"])
    assert (recorded["size"], recorded["steps"]) == (40, [4, 6])
    done = progress(folder)
    assert (done.step, done.steps, done.size, done.left) == (16, 16, (40, 27), 0.0)
    assert [step for step, _ in done.curve] == list(range(1, 17))
    assert done.curve[3][1] < done.curve[0][1]
    assert done.stages == [(24, 4), (31, 6), (40, 6)]
    assert done.ready > 0
    assert done.pace > 0
    assert files.read(folder / "preview.jpg").shape == (1, 27, 40, 3)
    assert not (folder / checkpoint.FILE).exists()


def test_a_preview_comes_first_and_nothing_of_it_is_kept(task, tmp_path, monkeypatch):
    folder, told, shown, there = tmp_path / "run", [], [], []

    def write_text(path, text):
        told.append(msgspec.json.decode(text, type=Painted))
        shown.append(files.read(folder / "preview.jpg"))
        there.append({file.name for file in folder.iterdir()})

    monkeypatch.setattr(reports.disk, "write_text", write_text)
    monkeypatch.setattr(web_progress, "next_look", lambda began, every: 0.0)
    assert painter.carry_out(task(), never)
    assert [one.step for one in told] == [0, *range(1, 17), 16]
    assert (told[0].steps, told[0].size, told[0].left) == (0, (40, 27), None)
    assert not there[0] & {"picture.png", checkpoint.FILE}
    assert [step for step, _ in told[-1].curve] == list(range(1, 17))
    negative = 1 - resizing.fit(files.read(tmp_path / "content"), 40)
    assert np.abs(shown[0] - negative).mean() < 0.05


def test_a_stop_during_the_preview_is_heard(task, tmp_path, monkeypatch, hearing):
    def stopped(*arguments, **options):
        _thread.interrupt_main(signal.SIGTERM)
        time.sleep(10)

    monkeypatch.setattr("jnst.transfer.preview.instant", stopped)
    with interruptions() as interruption, pytest.raises(KeyboardInterrupt):
        painter.carry_out(task(), interruption)
    names = ("picture.png", "preview.jpg", "progress.json", checkpoint.FILE)
    assert not any((tmp_path / "run" / name).exists() for name in names)


def test_a_stop_as_soon_as_a_step_is_shown_can_be_gone_on_from(
    task, tmp_path, monkeypatch, hearing
):
    folder, write_text = tmp_path / "run", reports.disk.write_text

    def shown_and_stopped(path, text):
        write_text(path, text)
        if progress(folder).step == 1:
            _thread.interrupt_main(signal.SIGTERM)
            time.sleep(0.01)

    monkeypatch.setattr(reports.disk, "write_text", shown_and_stopped)
    with interruptions() as interruption:
        assert not painter.carry_out(task(), interruption)
    assert (folder / checkpoint.FILE).exists()


def test_curves_are_thinned(task, tmp_path, monkeypatch):
    monkeypatch.setattr(web_progress, "POINTS", 5)
    painter.carry_out(task(), never)
    assert [step for step, _ in progress(tmp_path / "run").curve] == [1, 5, 9, 13, 16]


def test_stopped_by_the_end_of_its_input_it_goes_on_to_the_same_picture(
    task, tmp_path, monkeypatch
):
    whole, part = (task(name, steps=(80, 40)) for name in ("whole", "part"))
    assert painter.carry_out(whole, never)
    process = start(part)
    while (
        not (tmp_path / "part" / "progress.json").exists() or not progress(tmp_path / "part").step
    ):
        assert process.poll() is None
        time.sleep(0.01)
    process.stdin.close()
    assert ended(process) == {"status": "stopped", "reason": ""}
    assert 0 < progress(tmp_path / "part").step < progress(tmp_path / "whole").steps
    assert (tmp_path / "part" / checkpoint.FILE).exists()
    assert files.read_settings(tmp_path / "part" / "picture.png") is not None
    monkeypatch.setattr(painter, "preview", None)  # what goes on needs none
    assert painter.carry_out(part, never)
    ours, theirs = (files.read(tmp_path / name / "picture.png") for name in ("part", "whole"))
    np.testing.assert_array_equal(ours, theirs)
    assert len(progress(tmp_path / "part").curve) == progress(tmp_path / "part").steps


def test_a_stop_that_comes_before_it_is_ready_is_heard(task, tmp_path):
    slowly = f"""
import sys, time
sys.path.insert(0, {str(SUPPORT)!r})
import tiny
from jnst.web import painter, reports
from jnst.web import progress as web_progress
restore = painter.restore
painter.restore = lambda made_with: time.sleep(1) or restore(made_with)
with tiny.installed():
    painter.main()
"""
    process = start(task(steps=(20, 40)), "-c", slowly)
    process.stdin.close()
    assert ended(process) == {"status": "stopped", "reason": ""}
    assert not (tmp_path / "run" / "progress.json").exists()


def test_a_preview_takes_no_more_than_a_tenth_of_the_time(tmp_path, monkeypatch):
    clock, previews = [100.0], []
    monkeypatch.setattr(web_progress.time, "monotonic", lambda: clock[0])

    def finish(pictures, settings, picture):
        clock[0] += 0.5
        previews.append(clock[0])
        return picture

    monkeypatch.setattr(web_progress, "finish", finish)
    picture = np.zeros((1, 4, 6, 3), np.float32)
    show = web_progress.progress_writer(
        tmp_path, Pictures(picture, [], picture), SMALL, [1.0] * 100, began=0.0
    )
    for step in range(1, 101):
        clock[0] += 0.1
        show(Progress(step, 1.0, {}, picture, picture, 1.0, 1.0), {})
    assert len(previews) == 3
    assert min(np.diff(previews)) >= 5


def test_what_cannot_be_painted_is_said_in_one_line(task):
    told = ended(start(task(style_layers=("relu2_1",), size=1, first_size=1)))
    assert told["status"] == "failed"
    assert "too small" in told["reason"] or "pixels" in told["reason"]
    assert "\n" not in told["reason"]


def test_without_a_task_it_leaves():
    process = subprocess.run(
        [sys.executable, "-m", "jnst.web.painter"], stdin=subprocess.DEVNULL, capture_output=True
    )
    assert (process.returncode, process.stdout) == (0, b"")


def test_what_links_lead_to_is_neither_read_nor_replaced(task, tmp_path):
    wanted = task()
    (tmp_path / "mine").write_text("mine")
    names = ("picture.png", "preview.jpg", "progress.json", "checkpoint.npz")
    for name in names:
        (Path(wanted.folder) / name).symlink_to(tmp_path / "mine")
    assert painter.carry_out(wanted, never)
    assert (tmp_path / "mine").read_text() == "mine"
    assert not any((Path(wanted.folder) / name).is_symlink() for name in names)
    Path(wanted.styles[0]).rename(tmp_path / "elsewhere")
    Path(wanted.styles[0]).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="a picture of this run is a symbolic link"):
        painter.carry_out(wanted, never)
