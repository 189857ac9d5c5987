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
from jnst.pictures import files
from jnst.runs.failures import fail
from jnst.system import disk
from jnst.system.streams import say
from jnst.system.tables import text_of, unquoted

_MOST_FAILED, _MOST_SLOW = 20, 3  # so many of each the summary lists
_SLOW = 10.0  # seconds, from which on the slowest are worth a line

SYNCED_EVERY = 5.0
"""After so many seconds the lines that were added go to the disk itself."""
HEADING = ["content", "style", "output", "status", "reason", "seconds", "loss"]
"""The columns of the table."""
_OUTPUT = HEADING.index("output")


class Outcome(NamedTuple):
    """The outcome of a job: painted, skipped or failed, and what there is to say about it.

    `unreadable` is the picture that could not be read, if it failed for that; `repeated` says that
    another job had failed for the same before.
    """

    job: Job
    status: str
    reason: str = ""
    seconds: float = 0.0
    loss: float | None = None
    unreadable: Path | None = None
    repeated: bool = False


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
    """Say what failed and, where no live line can be, what became of each picture.

    A picture that cannot be read is said once, not for each that was to be made of it.
    """
    if outcome.repeated:
        return
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
    """Print how many were painted, skipped and failed, those that failed, and the slowest.

    Where a picture cannot be read, it stands there once, by itself. The slowest are left out where
    none took long.
    """
    console = table_console()
    failed = [one for one in outcomes if one.status == "failed" and not one.repeated]
    painted = [one for one in outcomes if one.status == "painted"]
    slow = sorted((one for one in painted if one.seconds >= _SLOW), key=lambda one: -one.seconds)
    table = rich.table.Table(box=rich.box.SIMPLE)
    for name in ("photograph", "style", "seconds", "what"):
        table.add_column(name, justify="right" if name == "seconds" else "left", overflow="fold")
    for one in failed[:_MOST_FAILED]:
        table.add_row(*_made_of(one), f"{one.seconds:.1f}", cell(_why(one)))
    if len(failed) > _MOST_FAILED:
        table.add_row(f"and {len(failed) - _MOST_FAILED} more", "", "", "failed")
    for one in slow[:_MOST_SLOW]:
        table.add_row(*_made_of(one), f"{one.seconds:.1f}", "painted, among the slowest")
    if failed or slow:
        console.print(table)
    numbers = ", ".join(f"{count} {name}" for name, count in counts(outcomes).items())
    say(f"{numbers} in {seconds:.0f} s; {TABLE} in {folder} has each")


def _made_of(one: Outcome) -> tuple[Any, Any]:
    """Return the cells for photograph and style; of one that cannot be read, that alone."""
    job = one.job
    photograph = job.content if one.unreadable in (None, job.content) else ""
    style = job.style_name if one.unreadable != job.content else ""
    return cell(photograph), cell(style)


def _why(one: Outcome) -> str:
    """Say why a job failed; the picture that could not be read stands beside it."""
    if one.unreadable is None:
        return f"failed: {one.reason}"
    return f"cannot be read{one.reason.removeprefix(files.unread(one.unreadable))}"
