import io
import os
import re
import subprocess
import sys

import numpy as np
import rich.console

from jnst import terminal
from jnst.loop import Progress

CONSOLE = rich.console.Console
PICTURE = np.zeros((1, 4, 4, 3), np.float32)


def progress(step, total, shrink=1.0):
    return Progress(step, total, {"content": total / 2}, PICTURE, PICTURE, total, shrink)


def shown(monkeypatch, *events, quiet=False, costs=(1.0,) * 10):
    """What a terminal would get, its control sequences left out."""
    screen = io.StringIO()

    def on_screen(*, quiet, **options):
        return CONSOLE(file=screen, force_terminal=True, width=100, quiet=quiet)

    monkeypatch.setattr(rich.console, "Console", on_screen)
    with terminal.live(costs, quiet=quiet) as show:
        for event in events:
            show(event)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue())


def test_it_says_what_is_being_done_and_how_far_it_is(monkeypatch):
    assert "compiling" in shown(monkeypatch, "compiling")
    text = shown(monkeypatch, progress(1, 0.5), progress(2, 0.25))
    assert "2/10" in text
    assert "total 0.25  content 0.125" in text
    assert "s left" in text


def test_the_time_left_counts_what_later_steps_cost(monkeypatch):
    clock = iter([100.0, 102.0, 104.0])
    monkeypatch.setattr(terminal.time, "monotonic", lambda: next(clock))
    events = [progress(step, 0.5) for step in (1, 2, 3)]
    text = shown(monkeypatch, *events, costs=(1.0, 1.0, 1.0, 4.0, 4.0))
    assert "16 s left" in text  # two seconds a unit, and eight units to come
    assert "4 x 4" in text


def test_it_says_when_the_loss_was_not_finite(monkeypatch):
    text = shown(monkeypatch, progress(1, 0.5), progress(2, float("nan"), shrink=0.5))
    assert "step 2: the loss is not a finite number; back to the best picture" in text


def test_quiet_shows_nothing(monkeypatch):
    assert shown(monkeypatch, "compiling", progress(1, 0.5), quiet=True).strip() == ""


def test_compiled_programs_are_kept_in_the_cache_folder_unless_told_otherwise(tmp_path):
    command = [sys.executable, "-m", "jnst", "stylize", "--size", "32", "--steps", "1", "--quiet"]
    for option, kept in (("--no-cache", False), ("--cache", True)):
        home = tmp_path / option
        environment = os.environ | {"XDG_CACHE_HOME": str(home), "LOCALAPPDATA": str(home)}
        environment |= {"HOME": str(home)}
        subprocess.run([*command, option], cwd=tmp_path, env=environment, check=True)
        assert any(path.is_file() for path in home.rglob("jnst/xla/*")) == kept
