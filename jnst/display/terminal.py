"""The live line that a run shows on the terminal, and that of many runs."""

import contextlib
import datetime
import itertools
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence

import rich.console
import rich.progress
import rich.text

from jnst.errors import printable
from jnst.methods.progress import Progress
from jnst.system import streams

NARROWEST = 40
"""Columns that help and tables are written for, at the least."""


@contextlib.contextmanager
def live(costs: Sequence[float], *, quiet: bool) -> Iterator[Callable[[str | Progress], None]]:
    """Show a live line; yield a function that takes what is being done, or a `Progress`.

    When output is not a terminal, one line is printed as each size begins, and one where a run
    first has to go back to an earlier picture. `quiet` shows nothing.
    `costs` has a number for each evaluation to come, proportional to the time that it will take.
    """
    console, bar = _line(quiet)
    left = time_left(costs)
    told, sizes = False, set()

    def say(text: str) -> None:
        if console.is_terminal:
            console.print(text)
        elif not quiet:
            streams.say(text, error=True)  # rich would break the line

    with bar:
        task = bar.add_task("starting", total=len(costs), number=0, left="")

        def show(event: str | Progress) -> None:
            nonlocal told
            if isinstance(event, str):
                bar.update(task, description=event)
                return
            seconds = left(event.step)
            height, width = event.image.shape[1:3]
            if not console.is_terminal and (width, height) not in sizes:
                sizes.add((width, height))
                say(f"jnst: step {event.step} of {len(costs)}: {width} x {height} pixels")
            terms = [f"{name} {value:.3g}" for name, value in event.parts.items()]
            if terms:  # in one pass there are none
                terms = [f"total {event.total:.4g}", *terms]
            bar.update(
                task,
                completed=event.step,
                number=event.step,
                description="  ".join([f"{width} x {height}", *terms]),
                left="" if seconds is None else f"{seconds:.0f} s left",
            )
            if event.shrink < 1 and not told:
                told = True
                say(
                    f"jnst: step {event.step}: the loss is not a finite number; back to the best "
                    "picture so far, with smaller steps"
                )

        yield show


def time_left(costs: Sequence[float]) -> Callable[[int], float | None]:
    """Return a function that says how many seconds are left after a step, called when it has ended.

    None for a preview, which is step 0, and for the first step it is asked of, which compiles: only
    what comes after is counted.
    `costs` has a number for each evaluation, proportional to the time that it takes.
    """
    spent = [0.0, *itertools.accumulate(costs)]
    first: tuple[int, float] | None = None  # the number of the first step, and when it ended

    def left(step: int) -> float | None:
        nonlocal first
        if step == 0:
            return None
        now = time.monotonic()
        first = first or (step, now)
        # A chunk's steps end together: the least that can have been done is one step.
        pace = (now - first[1]) / max(spent[step] - spent[first[0]], costs[0])
        return pace * (spent[-1] - spent[step]) if step > first[0] else None

    return left


def table_console() -> rich.console.Console:
    """Return a console for tables, which takes a terminal for at least `NARROWEST` wide."""
    console = rich.console.Console(highlight=False, markup=False)
    console.width = max(NARROWEST, console.width)
    return console


@contextlib.contextmanager
def wide_enough() -> Iterator[None]:
    """Let tyro write for at least `NARROWEST` columns: for less than six it goes on for ever."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(max(NARROWEST, shutil.get_terminal_size().columns))
    try:
        yield
    finally:
        del os.environ["COLUMNS"]
        if before is not None:
            os.environ["COLUMNS"] = before


def cell(text: object) -> rich.text.Text:
    """Return a cell of a table: brackets are no markup in it, and nothing a terminal obeys."""
    return rich.text.Text(printable(text))


def next_look(began: float, every: float) -> float:
    """Return when to show a picture again, the last of which was begun at `began`.

    Called when that one is shown. After `every` seconds, or more where showing it takes longer than
    a tenth of that.
    """
    return began + max(every, 10 * (time.monotonic() - began))


@contextlib.contextmanager
def over_all(count: int, *, quiet: bool) -> Iterator[Callable[..., None]]:
    """Show a live line for `count` pictures.

    Yields `show(label, done, painted, share)`: what is being painted, how many are done, how many
    of them took time, and how much of the current one is painted, 0 if left out.
    """
    _, bar = _line(quiet)
    began = time.monotonic()
    with bar:
        task = bar.add_task("", total=count, number=0, left="")

        def show(label: str, done: int, painted: int, share: float = 0.0) -> None:
            pace = (time.monotonic() - began) / (painted + share) if painted + share else 0.0
            left = datetime.timedelta(seconds=round(pace * (count - done - share)))
            bar.update(
                task,
                completed=done + share,
                number=done,
                description=printable(label),
                left=f"{left} left" if pace else "",
            )

        yield show


def _line(quiet: bool) -> tuple[rich.console.Console, rich.progress.Progress]:
    """Return the console, and a line of how many there are of how many, a bar, words, time left."""
    console = rich.console.Console(stderr=True, quiet=quiet, highlight=False)
    bar = rich.progress.Progress(
        rich.progress.TextColumn("{task.fields[number]}/{task.total}"),
        rich.progress.BarColumn(bar_width=20),
        rich.progress.TextColumn("{task.description}", markup=False),
        rich.progress.TextColumn("{task.fields[left]}"),
        transient=True,
        console=console,
        disable=not console.is_terminal,
    )
    return console, bar
