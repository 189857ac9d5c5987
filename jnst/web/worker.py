"""The queue: one run at a time, each painted by a process of its own."""

import contextlib
import subprocess
import sys
import threading

import msgspec

from jnst.arrays import InputError
from jnst.commands.base import fail
from jnst.web.painter import Order, Outcome
from jnst.web.records import Run
from jnst.web.store import Store

COMMAND = (sys.executable, "-m", "jnst.web.painter")
"""What is run to paint."""
MOST_WAITING = 20
"""How many runs may wait."""
PATIENCE = 10.0
"""Seconds that a process has to stop in order; then it is ended. It may be compiling."""


class Worker:
    """Takes runs of a store in the order they came. `close` stops the one that is being painted."""

    def __init__(self, store: Store) -> None:
        """Begin to wait for runs."""
        self._store = store
        self._queue: list[Run] = []
        self._current: Run | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._changed = threading.Condition(store.lock)
        self._thread = threading.Thread(target=self._work, name="jnst-web-worker")
        self._thread.start()

    def submit(self, run: Run) -> None:
        """Put a run at the end of the queue. Raises `InputError` where too many wait already."""
        with self._changed:
            self.check_room()
            self._set(run, "queued")
            self._queue.append(run)
            self._changed.notify_all()

    def check_room(self) -> None:
        """Raise `InputError` where too many runs wait already."""
        if len(self._queue) >= MOST_WAITING:
            raise InputError(f"{MOST_WAITING} runs are waiting already; stop one, or wait")

    def stop(self, run: Run) -> None:
        """Stop a run, whether it waits or is being painted; it can go on later."""
        with self._changed:
            if run in self._queue:
                self._queue.remove(run)
                self._set(run, "stopped")
            elif run is self._current and run.status == "running":
                self._set(run, "stopping")
                self._end_child()

    def remove(self, run: Run) -> None:
        """Remove a run and all that was made, also while it is being painted."""
        with self._changed:
            if run in self._queue:
                self._queue.remove(run)
            if run is self._current and self._child is not None:
                self._child.kill()
            self._changed.wait_for(lambda: run is not self._current)
            self._store.remove_run(run)

    def place(self, run: Run) -> int:
        """Return the place of a run in the queue, from 1; 0 where it does not wait."""
        waiting = list(self._queue)  # no lock: this is asked for all the time
        return waiting.index(run) + 1 if run in waiting else 0

    def close(self) -> None:
        """Stop all, and wait until the run that is being painted has kept what it has."""
        with self._changed:
            self._closed = True
            for run in [*self._queue, self._current]:
                if run is not None:
                    self.stop(run)
            self._changed.notify_all()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                child = self._child = self._start()  # it loads while nothing is to be done
                self._changed.wait_for(lambda: self._queue or self._closed)
                if self._closed:
                    break
                run = self._current = self._queue.pop(0)
                if child is None or child.poll() is not None:
                    _close(child)
                    child = self._child = self._start()
                self._set(run, "running")
                self._give(child, run)
            outcome = _outcome(child)
            with self._changed:
                if run.status == "stopping" and outcome.status == "failed" and not outcome.reason:
                    outcome = Outcome("stopped")  # it took too long, and was ended
                reason = outcome.reason or _ENDED if outcome.status == "failed" else ""
                self._current = None
                _close(child)
                if run.id in self._store.runs:
                    self._set(run, outcome.status, reason)
                self._changed.notify_all()
        _close(child)

    def _start(self) -> subprocess.Popen[bytes] | None:
        """Start a process; None where the system has no room for one."""
        # In a session of its own: Ctrl-C in the terminal is for the server, which then stops it.
        pipe = subprocess.PIPE
        with contextlib.suppress(OSError):
            return subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, start_new_session=True)
        return None

    def _give(self, child: subprocess.Popen[bytes] | None, run: Run) -> None:
        store = self._store
        content, style = (
            str(store.picture_file(store.pictures[key], "original"))
            for key in (run.content, run.style)
        )
        folder, compiled = str(store.run_file(run, "")), str(store.folder / "compiled")
        order = Order(folder, content, style, run.made_with, compiled)
        if child is None:
            return
        assert child.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it has died; its end is seen at once
            child.stdin.write(msgspec.json.encode(order) + b"\n")
            child.stdin.flush()

    def _end_child(self) -> None:
        child = self._child
        if child is None:
            return
        assert child.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            child.stdin.close()
        timer = threading.Timer(PATIENCE, child.kill)  # does nothing where it has ended
        timer.daemon = True
        timer.start()

    def _set(self, run: Run, status: str, reason: str = "") -> None:
        run.status, run.reason = status, reason
        try:
            self._store.keep(run)
        except InputError as error:  # a full disk: the run itself says so, too
            fail(error, 1)


_ENDED = "the painting process was ended from outside; perhaps the memory was full"


def _outcome(child: subprocess.Popen[bytes] | None) -> Outcome:
    """Wait for the end of a process, and return what it said last: nothing if it was killed."""
    if child is None or child.stdout is None:
        return Outcome("failed", "no process could be begun; perhaps the memory is full")
    said = child.stdout.read()
    child.wait()
    with contextlib.suppress(msgspec.DecodeError, IndexError):
        return msgspec.json.decode(said.splitlines()[-1], type=Outcome)
    return Outcome("failed")


def _close(child: subprocess.Popen[bytes] | None) -> None:
    """Close what leads to a process, which ends it, and wait for that."""
    if child is None:
        return
    for stream in (child.stdin, child.stdout):
        with contextlib.suppress(BrokenPipeError):
            if stream is not None:
                stream.close()
    child.wait()
