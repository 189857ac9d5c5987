"""Ctrl-C and SIGTERM: a run leaves when it is whole, and keeps what it has."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from typing import Any


class Terminated(KeyboardInterrupt):
    """SIGTERM: the same as Ctrl-C, but from another program."""


@contextlib.contextmanager
def signals(handler: Callable[[int], Any]) -> Iterator[None]:
    """Let `handler` see Ctrl-C and SIGTERM; only in the main thread, where alone they arrive."""
    try:
        before = {
            number: signal.signal(number, lambda number, frame: handler(number))
            for number in (signal.SIGINT, signal.SIGTERM)
        }
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def leave(number: int) -> None:
    """Raise what a signal means."""
    raise Terminated if number == signal.SIGTERM else KeyboardInterrupt


@contextlib.contextmanager
def interruptions() -> Iterator[Callable[[], KeyboardInterrupt | None]]:
    """Yield a function that returns the interruption that has come, for a run to leave in order.

    Until it is first called, and the second time, an interruption is raised at once: whatever a
    step does then is lost. Once it has returned one the run is leaving, and no more are heard.
    """
    asked, come, leaving = False, None, False

    def handle(number: int) -> None:
        nonlocal come
        if leaving:
            return
        if come is not None or not asked:
            leave(number)
        come = Terminated() if number == signal.SIGTERM else KeyboardInterrupt()

    def ask() -> KeyboardInterrupt | None:
        nonlocal asked, leaving
        asked, leaving = True, come is not None
        return come

    with signals(handle):
        yield ask


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Let no second Ctrl-C keep the picture from being written."""
    with signals(lambda number: None):
        yield


def interrupted(interruption: KeyboardInterrupt) -> int:
    """Return the exit status of a run that was interrupted, as shells have it: 128 + the signal."""
    return 128 + (signal.SIGTERM if isinstance(interruption, Terminated) else signal.SIGINT)
