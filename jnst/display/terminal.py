"""The live line that a run shows on the terminal, and that of many runs.

Step, bar and time left are always there; then what is done; then losses, as many as have room.
"""

import contextlib
import datetime
import itertools
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import rich.console
import rich.live
import rich.progress_bar
import rich.table
import rich.text

from jnst.errors import printable
from jnst.methods.progress import Progress
from jnst.system import streams

BAR = 20
"""Columns of the bar, at most."""


@contextlib.contextmanager
def live(
    costs: Sequence[float],
    *,
    quiet: bool,
    begins: Mapping[int, str] | None = None,
    share: tuple[float, float] = (1.0, 1.0),
    losses: bool = False,
    unit: str = "step",
    before: int = 0,
) -> Iterator[Callable[[str | Progress], None]]:
    """Show a live line; yield a function that takes what is being done, or a `Progress`.

    When output is not a terminal, one line is printed as each size begins, and one where a run
    first has to go back to an earlier picture.

    Args:
        costs: a number for each evaluation to come, proportional to the time that it will take.
        quiet: show nothing.
        begins: what is done at first after some of the steps, 0 for the beginning, until the next
            one ends: "compiling 113 x 85".
        share: height and width of the result by those of the pictures that come: these may have
            margins.
        losses: show all of them on a line of their own.
        unit: what is counted.
        before: how many of them an earlier run has done.

    """
    console = rich.console.Console(stderr=True, quiet=quiet, highlight=False)
    total = before + len(costs)
    line = _Line(console, total, "starting")
    line.done = before
    begins = begins or {}
    left = time_left(costs)
    told, sizes = False, set()

    def say(text: str) -> None:
        if console.is_terminal:
            console.print(text)
        elif not quiet:
            streams.say(text, error=True)  # rich would break the line

    def answer(text: str) -> None:
        if console.is_terminal:
            line.left = ""  # the step that ends it is the next one
            line.tell(text)
        else:
            os.write(2, f"jnst: {text}\n".encode())

    def show(event: str | Progress) -> None:
        nonlocal told
        if isinstance(event, str):
            line.tell(event)
            return
        seconds = left(event.step)
        size = zip(event.image.shape[1:3], share, strict=True)
        height, width = (round(length * part) for length, part in size)
        if not console.is_terminal and (width, height) not in sizes:
            sizes.add((width, height))
            say(f"jnst: {unit} {before + event.step} of {total}: {width} x {height} pixels")
        terms = [f"{name} {value:.3g}" for name, value in event.parts.items()]
        if terms:  # in one pass there are none
            terms = [f"total {event.total:.4g}", *terms]
        line.left = "… s left " if seconds is None else f"{seconds:.0f} s left "
        line.done = before + event.step
        now = begins.get(event.step, f"{width} x {height}")
        line.tell(now, *([] if losses else terms), below="  ".join(terms) if losses else "")
        if event.shrink < 1 and not told:
            told = True
            say(
                f"jnst: {unit} {before + event.step}: the loss is not a finite number; back to the "
                "best picture so far, with smaller steps"
            )

    show(begins.get(0, "starting"))
    line.left = "… s left "
    with line.shown(), contextlib.nullcontext() if quiet else streams.answering(answer):
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
    """Return a console for tables, which takes a terminal for no less wide than they need."""
    console = rich.console.Console(highlight=False, markup=False)
    console.width = max(streams.NARROWEST, console.width)
    return console


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
    line = _Line(rich.console.Console(stderr=True, quiet=quiet, highlight=False), count, "")
    began = time.monotonic()

    def show(label: str, done: int, painted: int, share: float = 0.0) -> None:
        pace = (time.monotonic() - began) / (painted + share) if painted + share else 0.0
        left = datetime.timedelta(seconds=round(pace * (count - done - share)))
        line.done, line.share, line.left = done, share, f"{left} left " if pace else ""
        line.tell(printable(label))

    with line.shown():
        yield show


class _Line:
    """A line of how many there are of how many, a bar, the time left, and words."""

    def __init__(self, console: rich.console.Console, total: int, words: str) -> None:
        self._console, self._total = console, total
        self.done, self.share, self.left = 0, 0.0, ""
        self._words, self._below = (words,), ""

    def tell(self, *words: str, below: str = "") -> None:
        """Show other words, the first of them always, and another line below."""
        self._words, self._below = words, below

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Show it on a terminal while something is done."""
        if not self._console.is_terminal:
            yield
            return
        with rich.live.Live(
            get_renderable=self._drawn, console=self._console, transient=True, refresh_per_second=10
        ):
            yield

    def _drawn(self) -> rich.console.RenderableType:
        number, left = f"{self.done}/{self._total}", f"{self.left} " if self.left else ""
        length = min(BAR, self._console.width // 4)
        room = self._console.width - length - len(f"{number}  {left}")
        words, *more = self._words
        for word in more:
            if len(f"{words}  {word}") > room:
                break
            words = f"{words}  {word}"
        if len(words) > room:
            words = f"{words[: max(0, room - 1)]}…"
        bar = rich.progress_bar.ProgressBar(self._total, self.done + self.share, width=length)
        line = rich.table.Table.grid(padding=(0, 1))
        line.add_row(rich.text.Text(number), bar, rich.text.Text(f"{left}{words}"))
        return rich.console.Group(line, rich.text.Text(self._below)) if self._below else line
