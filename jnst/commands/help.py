"""What a command takes, for a reader at a terminal: the options that matter, or all of them."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from jnst.commands.described import Option
from jnst.commands.words import usage
from jnst.system import streams

WIDEST = 100
"""Columns at the most: longer lines are hard to read."""
PARTS = {
    "inputs": "Pictures",
    "result": "Result",
    "keep": "Long runs",
    "many": "Many pictures",
    "video": "From frame to frame",
    "recipe": "Settings",
    "common": "Every command",
}
"""Titles of groups in `--help-all`, by the field that holds their options."""
SETTINGS = {
    "method": "Method",
    "network": "Network",
    "size": "Size",
    "steps": "Steps",
    "content_weight": "Weights of the losses",
    "content_layers": "Layers",
    "blend": "Several styles, colours",
    "init": "Beginning",
    "optimizer": "Optimizer",
    "content_loss": "Losses",
    "backbone": "Feature network",
    "seed": "Computation",
}
"""Titles of groups of settings, by the setting that each begins with."""
_LEFT = 24  # columns of the options, left of what is said about them


def columns() -> int:
    """Return how many columns help has: those of the terminal, within bounds."""
    return min(WIDEST, streams.columns())


def summary(options: type) -> str:
    """Return a command's docstring; nothing under `python -OO`, which leaves a list of fields."""
    said = options.__doc__ or ""
    return "" if said.startswith(f"{options.__name__}(") else " ".join(said.split())


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines; words with hyphens, which may be names, are left whole."""
    return textwrap.wrap(text, width, break_on_hyphens=False)


def beside(name: str, text: str, *, left: int, width: int) -> Iterator[str]:
    """Lay out what is said of a name beside it, or below where the name is long."""
    said = wrapped(text, width - left - 2) or [""]
    if len(name) > left - 2:
        yield f"  {name}"
    else:
        yield f"  {name:{left}}{said.pop(0)}".rstrip()
    yield from (f"  {'':{left}}{line}" for line in said)


def help_on(
    command: str,
    options: type,
    has: Sequence[Option],
    short: Mapping[str, Sequence[str]],
    *,
    default: Any = None,
    every: bool = False,
) -> list[str]:
    """Return the lines of a command's help: with `every` on all options, else on those in `short`.

    `default` has the values that options have where they are not given.
    """
    width = columns()
    count = sum(not one.positional for one in has)
    lines = [f"usage: {usage(has, command)}{' [OPTIONS]' if count else ''}", ""]
    lines += [*wrapped(summary(options), width), ""]
    places = [one for one in has if one.positional and one.said]
    for title, group in {"": places, **(grouped(has) if every else _few(has, short))}.items():
        if group:
            lines += [*([title] if title else []), *_group(group, default, width), ""]
    if not every and sum(map(len, short.values())) < count:
        lines += [f"All {count} options: jnst {command} --help-all"]
    return lines if lines[-1] else lines[:-1]


def _few(has: Sequence[Option], short: Mapping[str, Sequence[str]]) -> dict[str, list[Option]]:
    named = {one.field: one for one in has if not one.positional}
    return {title: [named[field] for field in fields] for title, fields in short.items()}


def grouped(has: Sequence[Option]) -> dict[str, list[Option]]:
    """Sort the options of a command into groups, by title."""
    found: dict[str, list[Option]] = {}
    setting = "Settings"
    for one in has:
        if one.positional:
            continue
        holder = one.path[-2] if len(one.path) > 1 else ""
        if holder == "settings":
            setting = SETTINGS.get(one.field, setting)
        title = setting if holder == "settings" else PARTS.get(holder, "General")
        found.setdefault(title, []).append(one)
    return found


def _group(group: Iterable[Option], default: Any, width: int) -> Iterator[str]:
    left = min(_LEFT, width // 3)
    for one in group:
        yield from beside(written(one, default), about(one, default), left=left, width=width)


def written(option: Option, default: Any) -> str:
    """Return an option as it is typed: all its names, and what it takes."""
    if option.positional:
        return option.metavar
    if option.flag:
        on = default is not None and option.value(default) is True
        return f"--[no-]{option.name}" if on else f"--{option.name}"
    return " ".join([", ".join([*option.aliases, f"--{option.name}"]), option.metavar])


def about(option: Option, default: Any) -> str:
    """Return what is said about an option: what it means, what it may be, and its default."""
    said = [option.said.replace("`", "")]
    value = None if default is None else option.value(default)
    names = [str(one) for one in option.choices if one != value]
    if option.metavar == "NAME" and not all(name in option.said for name in names):
        said.append(f"One of {', '.join(map(str, option.choices))}.")
    plain = value is None or value is False or value in ((), "")
    if not plain and "default" not in option.said:
        said.append("On by default." if value is True else f"By default {shown(value)}.")
    return " ".join(said)


def shown(value: Any) -> str:
    """Return a value as it is written on the command line."""
    if isinstance(value, tuple):
        return " ".join(map(shown, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
