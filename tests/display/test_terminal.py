import functools
import io
import math
import os
import pty
import re
import select
import subprocess
import sys

import numpy as np
import pytest
import rich.console

from jnst.display import terminal
from jnst.optimize.loop import Progress

CONSOLE = rich.console.Console
PICTURE = np.zeros((1, 4, 4, 3), np.float32)


def progress(step, total, shrink=1.0):
    return Progress(step, total, {"content": total / 2}, PICTURE, PICTURE, total, shrink)


def shown(monkeypatch, *events, quiet=False, costs=(1.0,) * 10, width=100, **options):
    """What a terminal would get, its control sequences left out."""
    shows = [(event,) for event in events]
    line = functools.partial(terminal.live, costs, quiet=quiet, **options)
    return on_terminal(monkeypatch, line, shows, width=width)


def on_terminal(monkeypatch, line, shows, *, width=100):
    screen = io.StringIO()

    def on_screen(*, quiet, **options):
        return CONSOLE(file=screen, force_terminal=True, width=width, quiet=quiet)

    monkeypatch.setattr(rich.console, "Console", on_screen)
    with line() as show:
        for arguments in shows:
            show(*arguments)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue())


def test_it_says_what_is_being_done_and_how_far_it_is(monkeypatch):
    assert "compiling" in shown(monkeypatch, "compiling")
    text = shown(monkeypatch, progress(1, 0.5), progress(2, 0.25))
    assert "2/10" in text
    assert "total 0.25  content 0.125" in text
    assert "s left" in text
    one_pass = shown(monkeypatch, progress(1, 0.0)._replace(parts={}))
    assert "4 x 4" in one_pass
    assert "total" not in one_pass


def test_the_time_left_counts_what_later_steps_cost(monkeypatch):
    clock = iter([100.0, 102.0, 104.0])
    monkeypatch.setattr(terminal.time, "monotonic", lambda: next(clock))
    events = [progress(step, 0.5) for step in (1, 2, 3)]
    text = shown(monkeypatch, *events, costs=(1.0, 1.0, 1.0, 4.0, 4.0))
    assert "16 s left" in text  # two seconds a unit, and eight units to come
    assert "4 x 4" in text


RETREATS = [progress(i, math.nan, shrink) for i, shrink in enumerate([0.5, 0.25, 1, 0.5], start=2)]
TOLD = "jnst: step 2: the loss is not a finite number; back to the best picture so far"


def test_it_says_once_that_it_went_back(monkeypatch):
    text = shown(monkeypatch, progress(1, 0.5), *RETREATS)
    assert " ".join(text.split()).count(TOLD) == 1


def into_a_pipe(capsys, *events, quiet=False):
    with terminal.live([1.0] * 10, quiet=quiet) as show:
        for event in events:
            show(event)
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_a_pipe_is_told_which_size_begins(capsys):
    larger = np.zeros((1, 6, 8, 3), np.float32)
    events = [progress(step, 0.5) for step in range(1, 5)]
    events[2:] = [event._replace(image=larger) for event in events[2:]]
    events.append(progress(5, 0.5))  # an animation begins small again and again
    says = "jnst: step 1 of 10: 4 x 4 pixels\njnst: step 3 of 10: 8 x 6 pixels\n"
    assert into_a_pipe(capsys, *events) == says
    assert into_a_pipe(capsys, *events, quiet=True) == ""


def test_what_is_counted_may_be_frames_of_which_some_were_there_before(capsys):
    with terminal.live([1.0] * 3, quiet=False, unit="frame", before=2) as show:
        show(progress(1, 0.5))
    assert capsys.readouterr().err == "jnst: frame 3 of 5: 4 x 4 pixels\n"


def test_a_terminal_is_told_by_its_line_alone(monkeypatch):
    assert "of 10" not in shown(monkeypatch, progress(1, 0.5))


def test_it_says_so_into_a_pipe_in_one_line(capsys):
    for quiet in (False, True):
        said = into_a_pipe(capsys, progress(1, 0.5), *RETREATS, quiet=quiet)
        size = "jnst: step 1 of 10: 4 x 4 pixels\n"
        assert said == ("" if quiet else f"{size}{TOLD}, with smaller steps\n")


def test_over_all_it_says_how_many_are_done_and_how_long_the_others_take(monkeypatch):
    clock = iter([100.0, 101.0, 104.0])
    monkeypatch.setattr(terminal.time, "monotonic", lambda: next(clock))
    # Five were there already; after four seconds one and a third of the other seven are painted.
    shows = [("there.png", 2, 0), ("a[b].png", 5, 0, 0.5), ("c.png", 6, 1, 1 / 3)]
    text = on_terminal(monkeypatch, lambda: terminal.over_all(12, quiet=False), shows)
    assert "6/12" in text
    assert "c.png" in text
    assert "0:00:17 left" in text  # three seconds each


def test_quiet_shows_nothing(monkeypatch):
    assert shown(monkeypatch, "compiling", progress(1, 0.5), quiet=True).strip() == ""


@pytest.mark.parametrize(("took", "due"), [(0.05, 101.0), (0.1, 101.0), (2.0, 120.0)])
def test_pictures_take_no_more_than_a_tenth_of_the_time(took, due, monkeypatch):
    monkeypatch.setattr(terminal.time, "monotonic", lambda: 100.0 + took)
    assert terminal.next_look(100.0, 1.0) == pytest.approx(due)


@pytest.mark.parametrize("columns", ["1", "7", "0", "-5", "x", "", None])
def test_tables_are_never_for_less_columns_than_they_need(monkeypatch, columns):
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    assert terminal.table_console().width >= 40


def test_where_there_is_room_it_is_used(monkeypatch):
    monkeypatch.setenv("COLUMNS", "133")
    assert terminal.table_console().width == 133


PARTS = {"content": 0.01234, "style": 0.0456, "tv": 0.00123, "lines": 0.000345}
LARGE = progress(120, 0.123456)._replace(parts=PARTS, image=np.zeros((1, 85, 113, 3), np.float32))


def rows(text):
    """List what stood on the screen, line by line."""
    return [row.rstrip() for row in re.split(r"[\r\n]+", text) if row.strip()]


@pytest.mark.parametrize(
    ("width", "last"),
    [
        (133, "113 x 85  total 0.1235  content 0.0123  style 0.0456  tv 0.00123  lines 0.000345"),
        (80, "113 x 85  total 0.1235  content 0.0123"),
        (60, "113 x 85  total 0.1235"),
        (44, "113 x 85"),
        (36, "113 x …"),
    ],
)
def test_step_bar_and_time_are_always_there_and_losses_where_there_is_room(
    width, last, monkeypatch
):
    clock = iter([100.0, 101.0])
    monkeypatch.setattr(terminal.time, "monotonic", lambda: next(clock, 101.0))
    steps = [LARGE._replace(step=119), LARGE]
    text = shown(monkeypatch, *steps, costs=(1.0,) * 162, width=width)
    line = rows(text)[-1]
    assert line.startswith("120/162 ━")
    assert line.endswith(f" 42 s left  {last}")
    assert len(line) <= width
    assert all(len(row) <= width for row in rows(text))


def test_losses_have_a_line_of_their_own_where_they_are_asked_for(monkeypatch):
    text = shown(monkeypatch, LARGE, costs=(1.0,) * 162, width=80, losses=True)
    below = "total 0.1235  content 0.0123  style 0.0456  tv 0.00123  lines 0.000345"
    assert below in rows(text)
    assert not any("113 x 85" in row and "total" in row for row in rows(text))


def test_while_it_compiles_it_says_so(monkeypatch):
    begins = {0: "compiling 113 x 85", 2: "compiling 226 x 170"}
    assert "0/10" in shown(monkeypatch, begins=begins)
    assert rows(shown(monkeypatch, begins=begins))[-1].endswith("… s left  compiling 113 x 85")
    text = shown(monkeypatch, progress(1, 0.5), begins=begins)
    assert "compiling" not in rows(text)[-1]
    text = shown(monkeypatch, progress(1, 0.5), progress(2, 0.5), begins=begins)
    assert "left  compiling 226 x 170" in rows(text)[-1]


def test_margins_are_not_counted(monkeypatch):
    assert "2 x 4" in shown(monkeypatch, progress(1, 0.5), share=(1.0, 0.5))


def test_nor_into_a_pipe(capsys):
    with terminal.live([1.0], quiet=False, share=(0.5, 1.0)) as show:
        show(progress(1, 0.5))
    assert capsys.readouterr().err == "jnst: step 1 of 1: 4 x 2 pixels\n"


CTRL_C = """
import os, signal, sys, time
from jnst.display.terminal import live
from jnst.runs.signals import interruptions
signal.signal(signal.SIGINT, signal.default_int_handler)
with live([1.0] * 3, quiet="quiet" in sys.argv) as show, interruptions() as interruption:
    interruption()
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(1)
"""
SAYS = "stopping after this step; Ctrl-C again stops now"


def test_ctrl_c_answers_at_once():
    command = [sys.executable, "-c", CTRL_C]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == ("", f"jnst: {SAYS}\n")
    ended = subprocess.run([*command, "quiet"], capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == ("", "")


def test_ctrl_c_answers_at_once_on_a_terminal():
    inside, terminal_of = pty.openpty()
    environment = os.environ | {"COLUMNS": "80", "TERM": "xterm"}
    command = [sys.executable, "-c", CTRL_C]
    with subprocess.Popen(command, stderr=terminal_of, env=environment) as process:
        os.close(terminal_of)
        found = b""
        while select.select([inside], [], [], 60)[0]:
            try:
                found += os.read(inside, 65536)
            except OSError:  # it has ended
                break
        assert process.wait() == 0
    os.close(inside)
    assert SAYS.encode() in found
