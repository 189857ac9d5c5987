"""Standard streams: what is printed, and streams that a program may lose."""

import contextlib
import errno
import io
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


class OutputError(Exception):
    """The standard output takes no more, and the message says why.

    `closed` where only its reader has gone, who may have seen enough.
    """

    def __init__(self, error: OSError) -> None:
        self.closed = error.errno in _GONE
        why = "standard output was closed"
        super().__init__(
            why if self.closed else f"cannot write to standard output: {error.strerror}"
        )


class _Telling:
    """The standard output; what it does not take raises an `OutputError`, once.

    From then on all goes nowhere, also what is held and Python writes when it ends.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write the text."""
        with self._telling():
            return self._stream.write(text)

    def flush(self) -> None:
        """Flush what is still held."""
        with self._telling():
            self._stream.flush()

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            with contextlib.suppress(OSError):  # of a stream without a descriptor
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self._stream.fileno())
                os.close(nowhere)
            raise OutputError(error) from error


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

    A run says there how far it is, and would lose its picture. What the standard output does not
    take raises an `OutputError`. Descriptors of the standard streams
    that are closed are opened, to nowhere: files that are opened later would get their numbers.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    before = sys.stdout, sys.stderr
    with contextlib.ExitStack() as stack:
        out, error = (one or stack.enter_context(open(os.devnull, "w")) for one in before)
        if isinstance(out, io.TextIOWrapper):  # the name of a file may be no text
            out.reconfigure(errors="backslashreplace")
        sys.stdout, sys.stderr = _Telling(out), _Forgiving(error)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before
