"""The loop that the command line and the page share, without either."""

import contextlib
import dataclasses
from pathlib import Path

import numpy as np
import pytest

import jnst.transfer.method
from jnst.errors import InputError
from jnst.runs import checkpoint
from jnst.runs.pictures import open_pictures
from jnst.runs.record import Inputs
from jnst.runs.resume import Checkpoints
from jnst.runs.run import open_run, paint_run
from jnst.transfer.settings import Settings

SETTINGS = Settings(
    size=16, first_size=12, size_ratio=1.3, steps=(2, 3), engine="byhand", style_loss="gram"
)
STEPS = 5

pytestmark = pytest.mark.usefixtures("tiny")


class Watcher:
    """Notes what happens to a run, in order; interrupts it after the step `stop`."""

    def __init__(self, stop=None):
        self.events, self.curves, self.last, self.stop = [], {}, None, stop

    @contextlib.contextmanager
    def watching(self):
        self.events.append("begin")
        yield self.watch
        self.events.append("end")

    def watch(self, progress, curves):
        self.events.append(progress.step)
        assert list(curves)[-1] == progress.step
        assert curves[progress.step]["total"] == progress.total

    def write(self, last, curves, early):
        self.events.append("write")
        self.last, self.curves, self.early = last, curves, early

    def interruption(self):
        return KeyboardInterrupt() if self.events[-1] == self.stop else None


def opened(folder, found=None, settings=SETTINGS):
    checkpoints = Checkpoints(checkpoint=folder, checkpoint_every=0.0)
    inputs, output = Inputs(), Path("out.png")
    given = open_pictures(inputs, settings)
    return open_run(settings, inputs, given, output=output, checkpoints=checkpoints, found=found)


def paint(run, watcher):
    return paint_run(
        run,
        watching=watcher.watching(),
        write=watcher.write,
        interruption=watcher.interruption,
    )


def test_a_run_is_watched_to_its_end_then_written(tmp_path):
    run, watcher = opened(tmp_path), Watcher()
    ended = paint(run, watcher)
    assert watcher.events == ["begin", *range(1, STEPS + 1), "end", "write"]
    assert list(watcher.curves) == list(range(1, STEPS + 1))
    assert (ended.last.step, ended.trouble) == (STEPS, None)
    assert ended.last is watcher.last
    assert not watcher.early
    assert checkpoint.load(tmp_path) is None, "what is over has no checkpoint"


@pytest.mark.parametrize("stop", [1, 2, 4])
def test_an_interrupted_run_is_written_and_goes_on_to_the_same_picture(stop, tmp_path):
    whole, first, second = Watcher(), Watcher(stop), Watcher()
    paint(opened(None), whole)
    ended = paint(opened(tmp_path), first)
    assert isinstance(ended.trouble, KeyboardInterrupt)
    assert first.events == ["begin", *range(1, stop + 1), "end", "write"]
    found = checkpoint.load(tmp_path)
    assert found is not None
    assert list(found.facts.curves) == list(range(1, stop + 1))
    paint(opened(tmp_path, found), second)
    assert second.events[1:-2] == list(range(stop + 1, STEPS + 1))
    assert second.curves == whole.curves
    np.testing.assert_array_equal(second.last.best, whole.last.best)


def failing(original, steps, error):
    """Return a `paint` that fails after so many steps."""

    def paint(*arguments, **options):
        for progress in original(*arguments, **options):
            if progress.step > steps:
                raise error
            yield progress

    return paint


@pytest.mark.parametrize("error", [InputError("lower the weights"), KeyboardInterrupt()])
def test_trouble_is_raised_only_where_there_is_nothing_to_write(error, tmp_path, monkeypatch):
    run, watcher = opened(tmp_path), Watcher()
    original = jnst.transfer.method.paint
    monkeypatch.setattr(jnst.transfer.method, "paint", failing(original, 0, error))
    with pytest.raises(type(error)):
        paint(run, watcher)
    assert "write" not in watcher.events
    watcher = Watcher()
    monkeypatch.setattr(jnst.transfer.method, "paint", failing(original, 2, error))
    ended = paint(run, watcher)
    assert ended.trouble is error
    assert watcher.events == ["begin", 1, 2, "end", "write"]
    assert checkpoint.load(tmp_path) is not None, "it can go on"


def test_a_picture_that_cannot_be_written_leaves_the_checkpoint(tmp_path):
    run, watcher = opened(tmp_path), Watcher()

    def refused(last, curves, early):
        raise InputError("the disk is full")

    watcher.write = refused
    with pytest.raises(InputError, match="the disk is full"):
        paint(run, watcher)
    assert checkpoint.load(tmp_path) is not None


def test_another_run_does_not_go_on_from_a_checkpoint(tmp_path):
    paint(opened(tmp_path), Watcher(stop=2))
    found = checkpoint.load(tmp_path)
    other = dataclasses.replace(SETTINGS, square=True)
    with pytest.raises(InputError, match="the pictures have changed"):
        opened(tmp_path, found, other)


def test_what_is_painted_in_one_pass_keeps_no_checkpoint(tmp_path):
    settings = Settings(size=16, method="multistyle", style_number=(3,), engine="byhand")
    run = open_run(
        settings,
        Inputs(),
        open_pictures(Inputs(), settings),
        output=tmp_path / "x.png",
        checkpoints=Checkpoints(checkpoint=tmp_path),
        found=None,
    )
    watcher = Watcher(stop=1)
    options = {"watching": watcher.watching(), "write": watcher.write}
    ended = paint_run(run, **options, interruption=watcher.interruption)
    assert watcher.events == ["begin", 1, "end", "write"]
    assert (ended.trouble, list(tmp_path.iterdir())) == (None, [])
