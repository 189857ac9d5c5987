"""Ctrl-C, SIGTERM and SIGHUP: a run leaves when it is whole, and keeps what it has."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

from jnst.system import streams

HEARD = (signal.SIGINT, signal.SIGTERM, *filter(None, [getattr(signal, "SIGHUP", None)]))
"""Signals that end a run in order. SIGHUP comes where a terminal is closed, or ssh breaks off."""


class Terminated(KeyboardInterrupt):
    """SIGTERM or SIGHUP: the same as Ctrl-C, but from another program or a terminal that went."""

    def __init__(self, number: int = signal.SIGTERM) -> None:
        super().__init__()
        self.number = number


@contextlib.contextmanager
def signals(handler: Callable[[int], Any]) -> Iterator[None]:
    """Let `handler` see the signals in `HEARD`; only in the main thread, where alone they arrive.

    One that is ignored stays so: `nohup` starts programs that are not to hear SIGHUP.
    """
    heard = [number for number in HEARD if signal.getsignal(number) is not signal.SIG_IGN]
    try:
        before = {
            number: signal.signal(number, lambda number, frame: handler(number)) for number in heard
        }
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


@contextlib.contextmanager
def dying() -> Iterator[None]:
    """Let Ctrl-C end the process at once, while there is nothing to lose.

    As an exception, in the midst of a library that is half imported, it would be caught, or turned
    into another, or printed.
    """
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not heard or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def meaning(number: int) -> KeyboardInterrupt:
    """Return the exception that a signal is raised as."""
    return KeyboardInterrupt() if number == signal.SIGINT else Terminated(number)


def leave(number: int) -> None:
    """Raise what a signal means."""
    raise meaning(number)


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
        come = meaning(number)
        again = "; Ctrl-C again stops now" if number == signal.SIGINT else ""
        streams.at_once(f"stopping after this step{again}")

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
    return 128 + getattr(interruption, "number", signal.SIGINT)
