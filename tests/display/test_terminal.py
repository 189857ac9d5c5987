import io
import math
import os
import re
import shutil

import numpy as np
import pytest
import rich.console

from jnst.display import terminal
from jnst.optimize.loop import Progress

CONSOLE = rich.console.Console
PICTURE = np.zeros((1, 4, 4, 3), np.float32)


def progress(step, total, shrink=1.0):
    return Progress(step, total, {"content": total / 2}, PICTURE, PICTURE, total, shrink)


def shown(monkeypatch, *events, quiet=False, costs=(1.0,) * 10):
    """What a terminal would get, its control sequences left out."""
    shows = [(event,) for event in events]
    return on_terminal(monkeypatch, lambda: terminal.live(costs, quiet=quiet), shows)


def on_terminal(monkeypatch, line, shows):
    screen = io.StringIO()

    def on_screen(*, quiet, **options):
        return CONSOLE(file=screen, force_terminal=True, width=100, quiet=quiet)

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
def test_help_and_tables_are_never_for_less_columns_than_they_need(monkeypatch, columns):
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    with terminal.wide_enough():
        assert shutil.get_terminal_size().columns >= 40
    assert os.environ.get("COLUMNS") == columns
    assert terminal.table_console().width >= 40


def test_where_there_is_room_it_is_used(monkeypatch):
    monkeypatch.setenv("COLUMNS", "133")
    with terminal.wide_enough():
        assert shutil.get_terminal_size().columns == 133
    assert terminal.table_console().width == 133
