"""Options in a TOML file, named as on the command line: `--config` and `--write-config`.

What is given by position goes by its name in help, in small letters: `content`, `style`. None, for
which TOML has nothing, is the word "None".
"""

import contextlib
import json
import textwrap
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from jnst.commands.described import Option
from jnst.commands.words import Words, no_option, respelt, sorted_out
from jnst.errors import InputError, near
from jnst.system.disk import check_regular, guarded

NOT_THERE = ("config", "write-config", "list", "version")
"""Options that say nothing of what is made, and are in no file."""
BASES = ("preset", "like")
"""Options whose settings `--write-config` writes in their place."""


def key(option: Option) -> str:
    """Return the name of an option in a file."""
    return option.metavar.lower().removesuffix("...") if option.positional else option.name


def read_config(path: Path, options: Sequence[Option], *, command: str) -> Words:
    """Return what a file says, as if it had been written on the command line.

    Raises `InputError` for what is no TOML, and for names and values that there are not.
    """
    with guarded(f"cannot read {str(path)!r}"):
        check_regular(path)
        table = tomllib.loads(path.read_bytes().decode("utf-8"))
    known = {key(one): one for one in options if one.name not in NOT_THERE}
    placed: dict[str, tuple[str, ...]] = {}
    found: dict[str, tuple[str, ...]] = {}
    for name, value in table.items():
        option = known.get(respelt(name.replace("_", "-")))
        if option is None:
            lists = near(name, known) or f"; 'jnst {command} --help-all' lists all"
            raise InputError(f"{path}: unknown option {name!r}{lists}")
        with _in(path):
            if option.positional:
                placed[option.name] = tuple(_words(name, value))
            elif option.many and value == []:
                found[option.name] = (f"--{option.name}",)
            else:
                words = sorted_out(_written(option, name, value), options, command=command)
                found |= words.found
    ordered = (placed.get(one.name, ()) for one in options if one.positional)
    return Words(tuple(no_option(word) for of_one in ordered for word in of_one), found)


@contextlib.contextmanager
def _in(path: Path) -> Iterator[None]:
    try:
        yield
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _written(option: Option, name: str, value: Any) -> list[str]:
    """Return an option of a file as the words that say it on the command line."""
    if option.flag:
        if not isinstance(value, bool):
            raise InputError(f"{name} must be true or false, not {value!r}")
        return [f"--{'' if value else 'no-'}{option.name}"]
    words = _words(name, value)
    if option.repeated:
        return [f"--{option.name}={word}" for word in words]
    if not option.many and isinstance(value, list):
        raise InputError(f"{name} must be one value, not {value!r}")
    first, *others = words
    return [f"--{option.name}={first}", *map(no_option, others)]


def _words(name: str, value: Any) -> list[str]:
    several = value if isinstance(value, list) else [value]
    if any(not isinstance(one, str | int | float) for one in several):
        raise InputError(f"{name} must be a text, a number, true, false, or a list of these")
    return [str(one) for one in several]


def config_text(chosen: Any, usual: Any, options: Sequence[Option], *, command: str) -> str:
    """Return a file of all options: what is not as `usual` has it, the rest commented out."""
    lines = [
        f"# Options of jnst {command}, for --config FILE. What is commented out is as by default.",
    ]
    for one in options:
        if one.name in (*NOT_THERE, *BASES):
            continue
        value, default = one.value(chosen), one.value(usual)
        lines += ["", *textwrap.wrap(one.said, 97, initial_indent="# ", subsequent_indent="# ")]
        lines += [f"{'# ' if value == default else ''}{key(one)} = {toml(value)}"]
    return "\n".join([*lines, ""])


def toml(value: Any) -> str:
    """Return a value as TOML writes it; raise `InputError` for a text that it cannot hold."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(toml, value))}]"
    text = "None" if value is None else str(value)
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise InputError(f"TOML cannot hold the name {text!r}")
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
