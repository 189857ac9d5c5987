"""State of the whole process, changed for a while by any number of threads."""

import contextlib
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType


class Shared:
    """A change that lasts while any thread is inside: the first makes it, the last undoes it.

    For what belongs to the process and not to a thread, such as the filters of warnings. If each
    thread changed it and put back what it had found, one that is inside of another's `with` block
    would put back the other's change, and leave it for ever.
    """

    def __init__(self, change: Callable[[], AbstractContextManager[object]]) -> None:
        """Take what returns the change, a new one each time, as a context manager."""
        self._change = change
        self._lock = threading.Lock()
        self._inside = 0
        self._undo = contextlib.ExitStack()

    def __enter__(self) -> None:
        """Make the change, if no thread has; if that fails, no thread is inside."""
        with self._lock:
            if not self._inside:
                self._undo.enter_context(self._change())
            self._inside += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Undo the change, if no other thread is inside."""
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._undo.close()


@contextlib.contextmanager
def _ignore_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


without_warnings = Shared(_ignore_warnings)
"""Hushes all warnings."""
