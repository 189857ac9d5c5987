"""The outcomes of a batch, picture by picture: a line for each, a table, a summary."""

import csv
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import rich.box
import rich.table

from jnst.batch.jobs import TABLE, Job
from jnst.display.terminal import cell, table_console
from jnst.errors import InputError
from jnst.runs.failures import fail
from jnst.system import disk
from jnst.system.streams import say
from jnst.system.tables import text_of, unquoted

_MOST_FAILED, _MOST_SLOW = 20, 3  # so many of each the summary lists

SYNCED_EVERY = 5.0
"""After so many seconds the lines that were added go to the disk itself."""
HEADING = ["content", "style", "output", "status", "reason", "seconds", "loss"]
"""The columns of the table."""
_OUTPUT = HEADING.index("output")


class Outcome(NamedTuple):
    """The outcome of a job: painted, skipped or failed, and what there is to say about it."""

    job: Job
    status: str
    reason: str = ""
    seconds: float = 0.0
    loss: float | None = None


def as_table(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome by the names in `HEADING`."""
    job, reason = outcome.job, outcome.reason
    found = [job.content, job.style_name, job.output, outcome.status, reason, outcome.seconds]
    return dict(zip(HEADING, [*found, outcome.loss], strict=True))


def counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Count what was painted, skipped, and failed."""
    found = Counter(one.status for one in outcomes)
    return {name: found[name] for name in ("painted", "skipped", "failed")}


def report(outcome: Outcome, number: int, count: int, *, quiet: bool) -> None:
    """Say what failed and, where no live line can be, what became of each picture."""
    line = f"{number}/{count} {outcome.job.output}"
    if outcome.status == "failed":
        fail(f"{line} failed: {outcome.reason}", 1)
    elif not quiet and not sys.stderr.isatty():
        took = f" in {outcome.seconds:.1f} s" if outcome.status == "painted" else ""
        reason = f", {outcome.reason}" if outcome.reason else ""
        say(f"{line} {outcome.status}{took}{reason}", error=True)


def read_table(path: Path) -> dict[str, list[str]]:
    """Read the rows that batches have left in a table, by output; none where there is no table.

    Raises `InputError` for a table that no batch has written: it would be replaced.
    """
    with disk.guarded(f"cannot write {str(path)!r}"):
        if not path.is_file():
            return {}
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as stream:
            rows = list(csv.reader(stream))
        if rows[:1] != [HEADING]:
            raise InputError("a table is there that is not of a batch; choose another --out")
        whole = [[unquoted(cell) for cell in row] for row in rows[1:] if len(row) == len(HEADING)]
        return {row[_OUTPUT]: row for row in whole}


class OutcomeTable:
    """The table of a batch: it grows by a line with each picture, and is put in order at the end.

    There may be a hundred thousand pictures, so it is not written anew for each. If the process is
    killed, the last lines of a picture count, and one that is cut off does not.
    """

    def __init__(self, folder: Path, before: Mapping[str, list[str]]) -> None:
        """Take the folder, and the rows that `read_table` found there."""
        self._path = folder / TABLE
        self._before, self._rows = before, dict(before)
        self._begun = False
        self._synced = 0.0
        self._broken = False

    def add(self, one: Outcome) -> None:
        """Enter what became of a picture, and add a line, unless it was skipped.

        What was skipped keeps its time and loss, and what is still to do its row. Raises
        `InputError` for what the disk refuses, once: then no more is written until `finish`.
        """
        old = self._before.get(str(one.job.output))
        measured = [f"{one.seconds:.3f}", "" if one.loss is None else repr(one.loss)]
        if one.status == "skipped" and old is not None:
            measured = old[-len(measured) :]
        names = [str(one.job.content), one.job.style_name, str(one.job.output)]
        row = self._rows[names[-1]] = [*names, one.status, one.reason, *measured]
        if one.status == "skipped" or self._broken:
            return
        self._broken = True  # unless all of this goes well
        if not self._begun:
            self._write()  # whole, for the last line there may be cut off
        else:
            with (
                disk.guarded(f"cannot write {str(self._path)!r}"),
                open(self._path, "a", encoding="utf-8", errors="surrogateescape") as stream,
            ):
                stream.write(text_of([row]))
                if time.monotonic() - self._synced > SYNCED_EVERY:
                    stream.flush()
                    os.fsync(stream.fileno())
                    self._synced = time.monotonic()
        self._begun, self._broken = True, False

    def finish(self) -> None:
        """Write the table whole, a line for each picture; raise `InputError` if that fails."""
        self._write()

    def _write(self) -> None:
        disk.write_table(self._path, [HEADING, *self._rows.values()])


def summarize(outcomes: Sequence[Outcome], folder: Path, seconds: float) -> None:
    """Print how many were painted, skipped and failed, those that failed, and the slowest."""
    console = table_console()
    failed = [one for one in outcomes if one.status == "failed"]
    painted = [one for one in outcomes if one.status == "painted"]
    slow = sorted(painted, key=lambda one: -one.seconds)[:_MOST_SLOW]
    table = rich.table.Table(box=rich.box.SIMPLE)
    for name in ("picture", "seconds", "what"):
        table.add_column(name, justify="right" if name == "seconds" else "left", overflow="fold")
    for one in failed[:_MOST_FAILED]:
        table.add_row(cell(one.job.content), f"{one.seconds:.1f}", cell(f"failed: {one.reason}"))
    if len(failed) > _MOST_FAILED:
        table.add_row(f"and {len(failed) - _MOST_FAILED} more", "", "failed")
    for one in slow:
        table.add_row(cell(one.job.content), f"{one.seconds:.1f}", "painted, one of the slowest")
    if failed or slow:
        console.print(table)
    numbers = ", ".join(f"{count} {name}" for name, count in counts(outcomes).items())
    say(f"{numbers} in {seconds:.0f} s; {TABLE} in {folder} has each")
