"""Long calls that Ctrl-C interrupts: a thread makes them, while the main thread waits and hears."""

import functools
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

EVERY = 0.1
"""Seconds after which the main thread looks for signals, where the system does not wake it."""
_left: set[threading.Thread] = set()


def interruptible(function: Callable) -> Callable:
    """Let signals be heard while a function runs; it must hold nothing that has to be closed.

    Python handles a signal between two instructions of the main thread, and to compile a program or
    to run it is one instruction, of seconds. So another thread does it. Where a handler raises, the
    thread is left behind, and what it finds is dropped; see `leave`. Called in another thread than
    the main one, where no signals arrive, the function runs as it is.
    """

    @functools.wraps(function)
    def called(*arguments: Any, **options: Any) -> Any:
        if threading.current_thread() is not threading.main_thread():
            return function(*arguments, **options)
        found: list[Any] = []
        errors: list[BaseException] = []
        done = threading.Event()

        def work() -> None:
            try:
                found.append(function(*arguments, **options))
            except BaseException as error:
                errors.append(error)
            finally:
                _left.discard(threading.current_thread())
                done.set()

        thread = threading.Thread(target=work, daemon=True)
        _left.add(thread)
        thread.start()
        while not done.wait(EVERY):
            pass
        if errors:
            raise errors.pop()
        return found.pop()

    return called


def leave(status: int, *, at_once: bool = False) -> None:
    """End the process at once where a call was left behind: JAX would wait for it at the exit.

    Or where `at_once` says so: an interrupted compilation may be going on in XLA's own threads,
    which crash when the interpreter is taken down. What is on its way to standard output and error
    is written first.
    """
    if _left or at_once:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status)
