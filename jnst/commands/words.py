"""The words of a command line, checked one by one and put in the order in which tyro takes them.

A word that cannot be meant so is refused in one line that says what can, and near names are
offered. An option of several numbers or names ends where a picture begins.
"""

import os
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from jnst.commands.described import Option
from jnst.errors import InputError, near

HELP = ("-h", "--help", "--help-all")
"""Words that ask for help, wherever they stand."""
_SPELLINGS = {"color": "colour", "gray": "grey", "normalis": "normaliz"}
_MEANT = {"--style": "--style-number"}
"""What is meant by options that there are not, where another is spelt more alike."""
_PLACES = {"--content": "the photograph", "--style": "a painting", "--input": "the photograph"}
"""What other programs have options for, and is given by position here."""
_FILE = re.compile(r".*\.[A-Za-z][A-Za-z0-9]{1,11}")
_KINDS: Mapping[type, tuple[Callable[[str], object], str, str]] = {
    int: (int, "a whole number", "whole numbers"),
    float: (float, "a number", "numbers"),
    str: (str, "a name", "names"),
    Path: (Path, "a path", "paths"),
}


def is_file(word: str) -> bool:
    """Tell whether a word names a file: by its suffix, or because there is one."""
    return bool(_FILE.fullmatch(word)) or os.path.isfile(word)


def is_option(word: str) -> bool:
    """Tell whether a word is an option: it begins with a hyphen, and is no negative number."""
    return len(word) > 1 and word.startswith("-") and not _is(float, word)


class Words(NamedTuple):
    """What is given by position, and each option that is given: with its own name, as words."""

    placed: tuple[str, ...]
    found: Mapping[str, tuple[str, ...]]

    @property
    def line(self) -> list[str]:
        """All of them, in an order that tyro takes."""
        return [*self.placed, *(word for of_one in self.found.values() for word in of_one)]

    def over(self, others: "Words") -> "Words":
        """Put these over others: what is given by position as a whole, options one by one."""
        return Words(self.placed or others.placed, {**others.found, **self.found})


def sorted_out(words: Sequence[str], options: Sequence[Option], *, command: str) -> Words:
    """Check a command's words and tell options from what is given by position.

    Of an option that is given twice the last counts.

    Raises:
        InputError: for an option that there is not, a value that it cannot have, and a word too
            many.

    """
    chosen = [one for one in options if not one.positional]
    known = {word: one for one in chosen for word in (f"--{one.name}", *one.aliases)}
    rest, placed = deque(words), list[str]()
    found: dict[str, tuple[str, ...]] = {}
    while rest:
        word = rest.popleft()
        if word == "--":
            placed += rest
            break
        if not is_option(word):
            placed.append(word)
            continue
        name, equals, value = word.partition("=")
        option, name = _option(name, known, command, before=value or next(iter(rest), ""))
        if option.flag:
            if equals:
                raise InputError(f"{name} takes no value, as {value!r}")
            found[option.name] = (name,)
            continue
        values = _values(option, [value] if equals else [], rest)
        before = found.get(option.name, ()) if option.repeated else ()
        found[option.name] = (*before, f"--{option.name}", *values)
    takes = [one for one in options if one.positional]
    if len(placed) > len(takes) and not any(one.many for one in takes):
        raise InputError(f"{placed[len(takes)]!r} is one word too many: {usage(options, command)}")
    return Words(tuple(map(no_option, placed)), found)


def usage(options: Sequence[Option], command: str) -> str:
    """Return how a command is called, but for its options."""
    return " ".join(["jnst", command, *(one.metavar for one in options if one.positional)])


def check_all_there(words: Words, options: Sequence[Option], *, command: str) -> None:
    """Raise an `InputError` where something is missing that has to be given by position."""
    for one in [one for one in options if one.positional][len(words.placed) :]:
        if one.required:
            raise InputError(f"{one.metavar} is missing: {usage(options, command)}")


def no_option(word: str) -> str:
    """Return a path that does not begin with a hyphen."""
    return f"./{word}" if word.startswith("-") else word


def _option(
    name: str, known: Mapping[str, Option], command: str, *, before: str
) -> tuple[Option, str]:
    """Find an option by what was written; return it, and its own name, with `no-` if so written.

    It stands `before` a word that says what was meant by one that there is not.
    """
    hyphens = "--" + name[2:].replace("_", "-") if name.startswith("--") else name
    for one in (hyphens, respelt(hyphens)):
        if one in known:
            return known[one], one
        plain = f"--{one[5:]}" if one.startswith("--no-") else ""
        if plain in known and known[plain].flag:
            return known[plain], one
    meant = near(hyphens, known)
    if hyphens in _PLACES and is_file(before):
        meant = (
            f"; {_PLACES[hyphens]} is named without an option, as in 'jnst photo.jpg painting.jpg';"
        )
    elif _MEANT.get(hyphens) in known:
        meant = f"; did you mean {_MEANT[hyphens]}?"
    raise InputError(f"unknown option {name}{meant or ';'} 'jnst {command} --help-all' lists all")


def respelt(word: str) -> str:
    """Return a word with British spelling, but with -ize, as names of options and values have."""
    for other, ours in _SPELLINGS.items():
        word = re.sub(f"{other}(?!u)" if other == "color" else other, ours, word)
    return word


def _values(option: Option, values: list[str], rest: deque[str]) -> list[str]:
    """Take an option's values off the words to come."""
    most = len(rest) if option.many else 1 - len(values)
    while rest and most > 0 and not is_option(rest[0]):
        if option.many and _begins_pictures(option, rest[0]):
            break
        values.append(rest.popleft())
        most -= 1
    if not values and not (option.many and option.none):  # no layers are some, too
        raise InputError(f"--{option.name} needs {_meant(option)}")
    return [_value(option, word) for word in values]


def _begins_pictures(option: Option, word: str) -> bool:
    """Tell whether a word behind an option's values is a file, and cannot be one of them."""
    if Path in option.types:
        return False
    return is_file(word) if _fits(option, word) is None else bool(_FILE.fullmatch(word))


def _value(option: Option, word: str) -> str:
    fitting = _fits(option, word)
    if fitting is None:
        raise InputError(
            f"--{option.name} must be {_meant(option)}, not {word!r}"
            f"{near(word, map(str, option.choices))}"
        )
    return fitting


def _fits(option: Option, word: str) -> str | None:
    """Return a value as it is to be written; None for what is none."""
    if option.none and (word if {Path, str} & {*option.types} else word.title()) == "None":
        return "None"  # of a path, so spelt alone: "none" may be a file
    names = [str(choice) for choice in option.choices]
    for one in (word, respelt(word)):
        if one in names:
            return one
    if Path in option.types:
        return no_option(word)
    return word if any(_is(kind, word) for kind in option.types) else None


def _is(kind: type, word: str) -> bool:
    try:
        _KINDS[kind][0](word)
    except ValueError:
        return False
    return True


def _meant(option: Option) -> str:
    """Say what an option takes: "a whole number, auto or off"."""
    plural = 2 if option.many else 1
    words = [*(_KINDS[kind][plural] for kind in option.types), *map(str, option.choices)]
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last
