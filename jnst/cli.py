"""The command line: finds the command, parses its options, turns every error into one line."""

import contextlib
import dataclasses
import io
import itertools
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import tyro

from jnst.arrays import InputError, check_choice
from jnst.commands import (
    compare,
    completion,
    dream,
    reconstruct,
    stylize,
    sweep,
    visualize,
    weights,
)
from jnst.commands.base import base, explain, fail
from jnst.commands.signals import interrupted, leave, signals
from jnst.version import __version__
from jnst.web import command as web

COMMANDS: dict[str, ModuleType] = {
    "stylize": stylize,
    "sweep": sweep,
    "reconstruct": reconstruct,
    "compare": compare,
    "dream": dream,
    "visualize": visualize,
    "weights": weights,
    "web": web,
}
"""The commands by name, as help lists them: each a module with its `Options` and `run`."""
_HELP = """\
usage: jnst COMMAND …

commands:
{}

  jnst COMMAND --help              lists the options of a command
  jnst --version                   prints the version
  eval "$(jnst --completion bash)" makes bash complete commands, options and files

To begin with:

  jnst stylize photo.jpg painting.jpg
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `jnst COMMAND …` and return its exit status.

    0; 1 for a fault or too little memory, 2 for bad input, 130 for Ctrl-C, 143 for SIGTERM.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # the name of a file may be no text
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        if not words or words[0] in ("-h", "--help"):
            lines = (f"  {name:12} {c.Options.__doc__}" for name, c in COMMANDS.items())
            print(_HELP.format("\n".join(lines)))
            return 0
        if words[0] == "--version":
            print(f"jnst {__version__}")
            return 0
        if words[0] == "--completion":
            options = {name: command.Options for name, command in COMMANDS.items()}
            print(completion.script(options, " ".join(words[1:])))
            return 0
        command = COMMANDS[check_choice("command", words[0], COMMANDS)]
        chosen = _parse(command.Options, words)
        if isinstance(chosen, int):
            return chosen
        with signals(leave):
            return command.run(chosen)
    except InputError as error:
        return fail(error, 2)
    except KeyboardInterrupt as interruption:
        return fail("interrupted: nothing was written", interrupted(interruption))
    except BrokenPipeError:  # whoever read our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # no traceback reaches a user who did not ask for one
        return fail(explain(error), 1)


def _parse(options: type, words: list[str]) -> Any:
    """Parse a command's options; return an exit status where help was asked for and given.

    What a preset or `--like` says is the default of all others. tyro explains a mistake in a box of
    many lines: its first sentence is the one that says it.
    """
    complaint = io.StringIO()
    settings, inputs = base(words[1:])
    names = [field.name for field in dataclasses.fields(options)]
    given = {"settings": settings, "inputs": inputs}
    default = options(**{name: value for name, value in given.items() if name in names})
    try:
        with contextlib.redirect_stderr(complaint):
            return tyro.cli(options, prog=f"jnst {words[0]}", args=words[1:], default=default)
    except SystemExit as stop:
        if not stop.code:
            return 0
        lines = [line.strip("│╭╮╰╯|+ ") for line in complaint.getvalue().splitlines()[1:]]
        below = itertools.dropwhile(_is_rule, lines)
        sentence = itertools.takewhile(lambda line: not _is_rule(line), below)
        raise InputError(
            f"{' '.join(sentence).rstrip('.')}; see 'jnst {words[0]} --help'"
        ) from None


def _is_rule(line: str) -> bool:
    """Whether a line of tyro's box is drawn, not written; on some terminals with minus signs."""
    return not line.strip("─-")
