"""The command line: finds the command, parses its options, turns every error into one line."""

import argparse
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

from jnst.commands import (
    compare,
    completion,
    dream,
    reconstruct,
    stylize,
    sweep,
    train,
    video,
    visualize,
    web,
    weights,
)
from jnst.display.terminal import wide_enough
from jnst.errors import InputError, check_choice
from jnst.pictures import files
from jnst.runs.failures import explain, fail
from jnst.runs.record import Inputs, restore
from jnst.runs.signals import interrupted, leave, signals
from jnst.system.streams import forgiving, say
from jnst.transfer.onepass.checks import MEANT
from jnst.transfer.presets import preset
from jnst.transfer.quality import QUALITY
from jnst.transfer.settings import Settings
from jnst.version import __version__

COMMANDS: dict[str, ModuleType] = {
    "stylize": stylize,
    "sweep": sweep,
    "reconstruct": reconstruct,
    "compare": compare,
    "dream": dream,
    "visualize": visualize,
    "video": video,
    "train": train,
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

    0; 1 for a fault or too little memory, 2 for bad input, 130 for Ctrl-C, 143 for SIGTERM, 129 for
    SIGHUP.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    with forgiving():
        return _main(words)


def _main(words: list[str]) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):  # the name of a file may be no text
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        if not words or words[0] in ("-h", "--help"):
            lines = (f"  {name:12} {_summary(c.Options)}" for name, c in COMMANDS.items())
            say(*_HELP.format("\n".join(lines)).split("\n"))
            return 0
        if words[0] == "--version":
            say(f"jnst {__version__}")
            return 0
        if words[0] == "--completion":
            options = {name: command.Options for name, command in COMMANDS.items()}
            print(completion.script(options, " ".join(words[1:])))
            return 0
        command = COMMANDS[check_choice("command", words[0], COMMANDS)]
        chosen = _parse(command, words)
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


def _parse(command: ModuleType, words: list[str]) -> Any:
    """Parse a command's options; return an exit status where help was asked for and given.

    What a preset or `--like` says is the default of all others; a command with settings of its own
    has a `starting_point` that finds it. tyro explains a mistake in a box of many lines: its first
    sentence is the one that says it.
    """
    complaint = io.StringIO()
    options = command.Options
    find = getattr(command, "starting_point", starting_point)
    names = [field.name for field in dataclasses.fields(options)]
    given = find(words[1:])
    default = options(**{name: value for name, value in given.items() if name in names})
    try:
        with contextlib.redirect_stderr(complaint), wide_enough():
            return tyro.cli(
                options,
                prog=f"jnst {words[0]}",
                description=_summary(options),
                args=words[1:],
                default=default,
            )
    except SystemExit as stop:
        if not stop.code:
            return 0
        lines = [line.strip("│╭╮╰╯|+ ") for line in complaint.getvalue().splitlines()[1:]]
        below = itertools.dropwhile(_is_rule, lines)
        sentence = itertools.takewhile(lambda line: not _is_rule(line), below)
        raise InputError(
            f"{' '.join(sentence).rstrip('.')}; see 'jnst {words[0]} --help'"
        ) from None


def _summary(options: type) -> str:
    """Return a command's docstring; nothing under `python -OO`, which leaves a list of fields."""
    return "" if sys.flags.optimize > 1 else str(options.__doc__)


def _is_rule(line: str) -> bool:
    """Tell whether a line of tyro's box is drawn, on some terminals with minus signs."""
    return not line.strip("─-")


def starting_point(words: Sequence[str]) -> dict[str, Any]:
    """Find the settings and pictures that the other options are based on, by the names of fields.

    By `--preset`, or those of the picture that `--like` names.

    Raises:
        InputError: for an unknown name, a picture without settings, and a quality that contradicts
            the method.

    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("--preset", "--like", "--quality", "--method"):
        parser.add_argument(name, nargs="?")
    asked, _ = parser.parse_known_args(list(words))
    settings, inputs = Settings(), Inputs()
    helping = {"-h", "--help"} & set(words)  # names out of a file are not to be printed there
    if asked.like is not None and not helping:
        if asked.preset is not None:
            raise InputError("give --preset or --like, not both")
        found = files.read_settings(asked.like)
        if found is None:
            raise InputError(f"{asked.like} holds no settings of jnst to make it again")
        settings, inputs = restore(found)
    if asked.preset is not None:
        settings = preset(asked.preset)
    if asked.quality is not None:
        _check_quality(asked.quality, asked.method, settings.method)
    return {"settings": settings, "inputs": inputs}


def _check_quality(quality: str, method: str | None, before: str) -> None:
    """Raise an `InputError` for an unknown quality, or one whose steps the method does not have.

    `method` is the one that was asked for, `before` that of the picture that `--like` names: a
    default would give way, and a word of the user's must not.
    """
    check_choice("quality", quality, QUALITY)
    if quality == "instant" and method == "pixels":
        raise InputError(
            "quality instant paints in one pass, and method pixels step by step; leave out one of "
            "them"
        )
    if quality != "instant" and (method or before) in MEANT:
        raise InputError(
            f"method {method or before} paints in one pass, to which quality {quality} means "
            "nothing; leave it out, or take method pixels"
        )
