"""Failures of a run: what is said of them, in one line, and the exit status."""

import os
import traceback

from jnst.errors import InputError
from jnst.runs.signals import interrupted
from jnst.system.streams import notice

EXHAUSTED = ("RESOURCE_EXHAUSTED", "YNNPACK operation failed")
"""Words of XLA, in errors of several kinds, where memory is not enough."""


def explain(error: Exception) -> str:
    """Say in one line what went wrong."""
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, MemoryError) or any(sign in str(error) for sign in EXHAUSTED):
        return "out of memory; take a smaller --size"
    if os.environ.get("JNST_DEBUG"):
        traceback.print_exception(error)
    reason = " ".join(str(error).split())[:300]
    return (
        f"unexpected {type(error).__name__}: {reason} (a fault of jnst; JNST_DEBUG=1 shows where)"
    )


def fail(message: object, status: int) -> int:
    """Print one line to the error stream and return `status`."""
    notice(message)
    return status


def status(trouble: InputError | KeyboardInterrupt | None) -> int:
    """Return the exit status of a run that has written what it could; print what went wrong."""
    if isinstance(trouble, InputError):
        return fail(trouble, 2)
    return interrupted(trouble) if trouble else 0
