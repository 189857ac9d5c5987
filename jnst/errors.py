"""The one error that bad input raises, and the checks that raise it.

Everything that a user can get wrong ends as an `InputError` with one line: what was wrong, what is
allowed. The command line prints that line and leaves with status 2.
"""

import difflib
import math
from collections.abc import Iterable

LONGEST = 2000
"""Characters of a message that are printed."""


class InputError(ValueError):
    """Input that cannot be used. The message is one line: what was wrong, what is allowed."""


def printable(text: object) -> str:
    """Return a message as one line that no terminal obeys: what is no character, as an escape.

    Messages quote names out of files, and those may hold anything, of any length.
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(text)[:LONGEST])


def counted(count: int, what: str) -> str:
    """Return a number of things: "1 painting", "2 paintings"."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def there_are(count: int, what: str) -> str:
    """Return that so many things are there: "there is 1 painting", "there are 2 paintings"."""
    return f"there {'is' if count == 1 else 'are'} {counted(count, what)}"


def unequal(what: str, given: int, count: int, each: str) -> str:
    """Say that numbers and things do not match: "blend has 2 numbers, but there is 1 style"."""
    return f"{what} has {counted(given, 'number')}, but {there_are(count, each)}"


def near(value: object, options: Iterable[str]) -> str:
    """Ask whether the option that is spelt most alike was meant; of no other, say nothing."""
    if str(value).startswith("."):  # suffixes are too short to be near to anything
        return ""
    found = difflib.get_close_matches(str(value)[:LONGEST], options, n=1, cutoff=0.7)
    return f"; did you mean {found[0]}?" if found else ""


def check_choice(what: str, value: str, options: Iterable[str]) -> str:
    """Return `value` if it is among `options`; else raise an `InputError` that lists them."""
    options = tuple(options)
    if value not in options:
        meant = near(value, options).removeprefix("; ")
        meant = f" ({meant})" if meant else ""
        raise InputError(f"unknown {what} {value!r}{meant}; choose from {', '.join(options)}")
    return value


def check_at_least(what: str, value: float | int, least: float | int) -> float | int:
    """Return `value` if it is a finite number >= `least`; else raise an `InputError`."""
    if not (isinstance(value, int | float) and least <= value < math.inf):
        raise InputError(f"{what} must be a number of at least {least:g}, not {value!r}")
    return value


def check_at_most(what: str, value: float | int, most: float | int) -> float | int:
    """Return `value` if it is <= `most`; else raise an `InputError`."""
    if value > most:
        raise InputError(f"{what} must be at most {most:g}, not {value!r:.40}")
    return value
