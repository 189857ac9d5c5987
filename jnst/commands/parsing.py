"""From a command's words to its options: help, files of options, presets, and tyro."""

import contextlib
import dataclasses
import io
import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import tyro

from jnst.commands.asjson import tell
from jnst.commands.config import config_text, read_config
from jnst.commands.described import described
from jnst.commands.help import beside, columns, help_on, summary
from jnst.commands.words import HELP, Words, check_all_there, is_option, sorted_out
from jnst.errors import InputError, check_choice
from jnst.system import disk
from jnst.system.streams import say


def parse(command: str, module: ModuleType, words: Sequence[str]) -> Any:
    """Return the options that the words ask for; None where they ask for help, or a file of them.

    `module` has the command's `Options`, those that `--help` explains in `SHORT`, and maybe
    `starting_point`, which finds what a preset or `--like` makes the default of all others; or its
    `ORDERS`, each with options of its own.

    Raises `InputError` for what cannot be meant.
    """
    if hasattr(module, "ORDERS"):
        return _order(command, module, words)
    options = module.Options
    has = described(options)
    find = getattr(module, "starting_point", lambda words: {})
    if asked := {*words} & {*HELP}:
        # Names out of a file are not to be printed there.
        start = options() if "--like" in words else _start(options, find(words))
        every = "--help-all" in asked
        say(*help_on(command, options, has, module.SHORT, default=start, every=every))
        return None
    given = sorted_out(words, has, command=command)
    if "config" in given.found:
        *_, path = given.found["config"]
        given = given.over(read_config(Path(path), has, command=command))
    chosen = _by_tyro(command, options, given, _start(options, find(given.line)))
    target = chosen.common.write_config if hasattr(chosen, "common") else None
    if target is not None:
        disk.check_writable(target, (".toml",))
        disk.write_text(target, config_text(chosen, options(), has, command=command))
        flags = {one.name: one.value(chosen) for one in has if one.flag}
        if flags.get("json"):
            tell({"output": target})
        elif not flags.get("quiet"):
            say(f"wrote {target}")
        return None
    return chosen


def _start(options: type, given: dict[str, Any]) -> Any:
    names = {field.name for field in dataclasses.fields(options)}
    return options(**{name: value for name, value in given.items() if name in names})


def _order(command: str, module: ModuleType, words: Sequence[str]) -> Any:
    """Parse the options of an order, the first word; without one, of the first that there is."""
    orders: dict[str, type] = module.ORDERS
    if words[:1] and words[0] in HELP:
        said = [(word, summary(kind)) for word, kind in orders.items()]
        lines = [line for one in said for line in beside(*one, left=13, width=columns())]
        say(f"usage: jnst {command} ORDER …", "", "orders:", *lines, "")
        first = next(iter(orders))
        say(f"jnst {command} ORDER --help explains an order; without one it is {first}.")
        return None
    word, *others = words if words and not is_option(words[0]) else [next(iter(orders)), *words]
    kind = orders[check_choice(f"order of {command}", word, orders)]
    has, whole = described(kind), f"{command} {word}"
    if {*others} & {*HELP}:
        say(*help_on(whole, kind, has, {}, every=True))
        return None
    given = sorted_out(others, has, command=whole)
    check_all_there(given, has, command=whole)
    return module.Options(_by_tyro(whole, kind, given, None))


def _by_tyro(command: str, options: type, given: Words, default: Any) -> Any:
    """Let tyro build the options.

    Words have been checked. Where it finds a mistake all the same, it explains it in a box of many
    lines, whose first sentence is the one that says it.
    """
    complaint = io.StringIO()
    start = {} if default is None else {"default": default}
    try:
        with contextlib.redirect_stderr(complaint), _wide_enough():
            return tyro.cli(options, prog=f"jnst {command}", args=given.line, **start)
    except SystemExit:
        lines = [line.strip("│╭╮╰╯|+ ") for line in complaint.getvalue().splitlines()[1:]]
        below = itertools.dropwhile(_is_rule, lines)
        sentence = itertools.takewhile(lambda line: not _is_rule(line), below)
        said = " ".join(sentence).rstrip(".")
        raise InputError(f"{said}; see 'jnst {command} --help'") from None


def _is_rule(line: str) -> bool:
    """Tell whether a line of tyro's box is drawn, on some terminals with minus signs."""
    return not line.strip("─-")


@contextlib.contextmanager
def _wide_enough() -> Iterator[None]:
    """Let tyro write for as many columns as help has: for less than six it goes on for ever."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(columns())
    try:
        yield
    finally:
        del os.environ["COLUMNS"]
        if before is not None:
            os.environ["COLUMNS"] = before
