"""The queue: one run at a time, each painted by a process of its own."""

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

import msgspec

from jnst.errors import InputError, printable
from jnst.runs.failures import explain, fail
from jnst.system import disk
from jnst.web import tries
from jnst.web.painter import Ending, Task
from jnst.web.records import Run
from jnst.web.store import Store

COMMAND = (sys.executable, "-m", "jnst.web.painter")
"""The command that paints."""
MOST_WAITING = 20
"""The most runs that may wait."""
PATIENCE = 10.0
"""Seconds from a stop on, after which another one ends the process: no double click does."""


class Worker:
    """Takes runs of a store in the order they came. `close` stops the one that is being painted."""

    def __init__(self, store: Store, *, command: Sequence[str] | None = None) -> None:
        """Begin to wait for runs. They are painted by `command`, or by `COMMAND` if left out."""
        self._store, self._command = store, command or COMMAND
        self._queue: list[Run] = []
        self._current: Run | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._began = 0.0  # when the run that is being painted was begun
        self._asked = 0.0  # when the run that is being painted was asked to stop
        self._changed = threading.Condition(store.lock)
        self._thread = threading.Thread(target=self._paint_until_closed, name="jnst-web-worker")
        self._thread.start()

    def submit(self, run: Run) -> None:
        """Put a run at the end of the queue. Raises `InputError` where too many wait already."""
        with self._changed:
            self.check_room()
            self._set_status(run, "queued")
            self._queue.append(run)
            self._changed.notify_all()

    def check_room(self) -> None:
        """Raise `InputError` where too many runs wait already."""
        if len(self._queue) >= MOST_WAITING:
            raise InputError(f"{MOST_WAITING} runs are waiting already; stop one, or wait")

    def stop(self, run: Run) -> None:
        """Stop a run, whether it waits or is being painted; it can go on later.

        One that is being painted ends with its step, so that nothing is lost; where that takes too
        long, another stop ends it at once.
        """
        with self._changed:
            if run in self._queue:
                self._queue.remove(run)
                self._set_status(run, "stopped")
            elif run is self._current and run.status == "running":
                self._set_status(run, "stopping")
                self._asked = time.monotonic()
                _hang_up(self._child)
            elif run is self._current and time.monotonic() > self._asked + PATIENCE:
                self.end()

    def end(self) -> None:
        """End the run that is being painted at once: what its last checkpoint lacks is lost."""
        if self._child is not None:
            self._child.kill()

    def remove(self, run: Run) -> None:
        """Remove a run and all that was made, also while it is being painted."""
        with self._changed:
            if run is self._current:
                self.end()
            self._changed.wait_for(lambda: run is not self._current)
            if run in self._queue:
                self._queue.remove(run)
            if run.id in self._store.runs:
                self._store.remove_run(run)

    def current(self) -> Run | None:
        """Return the run that is being painted."""
        return self._current

    def ahead(self, run: Run) -> list[Run]:
        """List the runs that come before one that waits: that which is being painted, first."""
        waiting = list(self._queue)
        before = waiting[: waiting.index(run)] if run in waiting else []
        return [*([self._current] if self._current is not None else []), *before]

    def since(self, run: Run) -> float:
        """Return for how many seconds a run has been painted; 0 where it is not."""
        return time.monotonic() - self._began if run is self._current else 0.0

    def place(self, run: Run) -> int:
        """Return the place of a run in the queue, from 1; 0 where it does not wait."""
        waiting = list(self._queue)  # no lock: this is asked for all the time
        return waiting.index(run) + 1 if run in waiting else 0

    def close(self) -> None:
        """Stop all, and wait until the run that is being painted has kept what it has."""
        with self._changed:
            self._closed = True
            for run in [*self._queue, self._current]:
                if run is not None and run.status != "stopping":  # to ask again would end it
                    self.stop(run)
            self._changed.notify_all()
        self._thread.join()

    def _paint_until_closed(self) -> None:
        while not self._closed:
            try:
                outcome = self._paint_next()
            except Exception as error:  # a fault of ours; nobody else would paint the next one
                outcome = Ending("failed", printable(explain(error)))
            _close(self._child)
            with self._changed:
                run, self._current = self._current, None
                if run is not None and run.id in self._store.runs:
                    self._set_status(run, outcome.status, outcome.reason)
                self._changed.notify_all()

    def _paint_next(self) -> Ending:
        """Wait for a run, let a process paint it, and return how that ended."""
        with self._changed:
            child = self._child = self._start()  # it loads while nothing is to be done
            self._changed.wait_for(lambda: self._queue or self._closed)
            if self._closed:
                self.end()
                return Ending("stopped")
            run = self._current = self._queue.pop(0)
            self._began = time.monotonic()
            self._set_status(run, "running")
            if child is None or child.poll() is not None:
                _close(child)
                child = self._child = self._start()
            self._give(child, run)
        outcome = _outcome(child)
        disk.remove_unfinished(self._store.run_file(run, ""), "")
        if outcome.status == "failed" and not outcome.reason:  # it was ended, by us or another
            return Ending("stopped") if run.status == "stopping" else Ending("failed", _ENDED)
        return outcome

    def _start(self) -> subprocess.Popen[bytes] | None:
        """Start a process; None where the system has no room for one."""
        # In a session of its own: Ctrl-C in the terminal is for the server, which then stops it.
        pipe = subprocess.PIPE
        with contextlib.suppress(OSError):
            return subprocess.Popen(self._command, stdin=pipe, stdout=pipe, start_new_session=True)
        return None

    def _give(self, child: subprocess.Popen[bytes] | None, run: Run) -> None:
        store = self._store

        def path(key: str) -> str:
            given = store.pictures[key]
            return tries.NETWORK if given.named else str(store.picture_file(given, "original"))

        styles = [path(one.picture) for one in run.paintings]
        task = Task(
            folder=str(store.run_file(run, "")),
            content=path(run.content),
            styles=styles if tries.NETWORK not in styles else [tries.NETWORK],
            made_with=run.made_with,
            compiled=str(store.folder / "compiled"),
            video=run.video,
            masks=[one.mask and path(one.mask) for one in run.paintings],
        )
        if child is None:
            return
        assert child.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it has died; its end is seen at once
            child.stdin.write(msgspec.json.encode(task) + b"\n")
            child.stdin.flush()

    def _set_status(self, run: Run, status: str, reason: str = "") -> None:
        run.status, run.reason = status, reason
        try:
            self._store.keep(run)
        except InputError as error:  # a full disk: the run itself says so, too
            fail(error, 1)


_ENDED = "the painting process was ended from outside; perhaps the memory was full"


def _outcome(child: subprocess.Popen[bytes] | None) -> Ending:
    """Wait for the end of a process, and return what it said last: nothing if it was killed."""
    if child is None or child.stdout is None:
        return Ending("failed", "no process could be begun; perhaps the memory is full")
    said = child.stdout.read()
    child.wait()
    with contextlib.suppress(msgspec.DecodeError, IndexError):
        return msgspec.json.decode(said.splitlines()[-1], type=Ending)
    return Ending("failed")


def _close(child: subprocess.Popen[bytes] | None) -> None:
    """Close what leads to a process, which ends it, and wait for that."""
    if child is None:
        return
    _hang_up(child)
    if child.stdout is not None:
        child.stdout.close()
    child.wait()


def _hang_up(child: subprocess.Popen[bytes] | None) -> None:
    """Close what a process listens to, by which it stops in order."""
    if child is not None and child.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            child.stdin.close()
