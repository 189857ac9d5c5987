"""Standard streams: what is printed, and streams that a program may lose."""

import contextlib
import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import Any

from jnst.errors import printable


def say(*lines: object, error: bool = False) -> None:
    """Print lines to the standard output, or error, stream: all that the program says goes here.

    Names out of files may hold anything, also the end of a line; they reach no terminal as commands
    to it, and stay in their line.
    """
    for line in lines:
        print(printable(line), file=sys.stderr if error else sys.stdout, flush=True)


def notice(text: object) -> None:
    """Print one line about the run to the error stream."""
    print(f"jnst: {printable(text)}", file=sys.stderr, flush=True)


NARROWEST = 40
"""Columns that help and tables are written for, at the least."""


def columns() -> int:
    """Return how many columns the terminal has; of a narrower one, those that text needs."""
    return max(NARROWEST, shutil.get_terminal_size().columns)


_answers: list[Callable[[str], None]] = []


@contextlib.contextmanager
def answering(answer: Callable[[str], None]) -> Iterator[None]:
    """Let `answer` say what there is to say at once; see `at_once`."""
    _answers.append(answer)
    try:
        yield
    finally:
        _answers.pop()


def at_once(text: str) -> None:
    """Say something while a signal is handled, by what shows the run; nothing where none does.

    The program may be in the midst of writing to a stream, which must not be written to then.
    """
    if _answers:
        _answers[-1](text)


_GONE = (errno.EPIPE, errno.EIO)
"""Errors of a pipe without a reader, and of a terminal that was closed."""


class _Forgiving:
    """A stream whose reader may go: what is written then goes nowhere."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._gone = stream, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write, or drop, the text."""
        with self._dropping():
            if not self._gone:
                self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush what is still held."""
        with self._dropping():
            if not self._gone:
                self._stream.flush()

    @contextlib.contextmanager
    def _dropping(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in _GONE:
                raise
            self._gone = True


@contextlib.contextmanager
def forgiving() -> Iterator[None]:
    """Let a program go on when nobody reads its error stream any more.

    A run says there how far it is, and would lose its picture. Descriptors of the standard streams
    that are closed are opened, to nowhere: files that are opened later would get their numbers.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    before = sys.stderr
    with contextlib.ExitStack() as stack:
        stream = before or stack.enter_context(open(os.devnull, "w"))
        sys.stderr = _Forgiving(stream)
        try:
            yield
        finally:
            sys.stderr = before
