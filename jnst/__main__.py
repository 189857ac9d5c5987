"""Entry point of `jnst`, `python -m jnst` and the scripts."""

import os
import signal
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `jnst.cli.main`, which see, and survive what may happen while it is imported.

    There may be no memory for that.
    """
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if heard:
        # Ctrl-C ends the program at once. As an exception, in the midst of a library that is half
        # imported, it would be caught, or turned into another, or printed.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        from jnst import cli
        from jnst.system import threads
    except Exception as error:  # MemoryError, and ImportError from libraries in C
        if os.environ.get("JNST_DEBUG"):
            raise
        reason = " ".join([type(error).__name__, *str(error).split()])[:300]
        if isinstance(error, MemoryError):
            reason = "there is not enough memory"
        print(f"jnst: cannot start: {reason}", file=sys.stderr)
        return 1
    if heard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        status = cli.main(arguments)
        threads.leave(status, at_once=arguments is None and status == 128 + signal.SIGINT)
        return status
    finally:
        if heard and arguments is None:  # JAX's exit handlers would print what interrupts them
            signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    sys.exit(main())
