"""The command line: finds the command, parses its options, turns every error into one line."""

import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from jnst.commands.described import described
from jnst.commands.help import beside, columns, summary
from jnst.commands.options import (
    compare,
    dream,
    reconstruct,
    show,
    stylize,
    sweep,
    train,
    video,
    visualize,
    web,
    weights,
)
from jnst.commands.options.common import check_device
from jnst.commands.parsing import parse
from jnst.commands.typed import as_typed
from jnst.commands.words import HELP, is_file, is_option
from jnst.errors import InputError, check_choice
from jnst.runs.failures import explain, fail
from jnst.runs.signals import dying, interrupted, leave, signals
from jnst.system.streams import OutputError, forgiving, say
from jnst.version import __version__

COMMANDS: dict[str, ModuleType] = {
    "stylize": stylize,
    "sweep": sweep,
    "reconstruct": reconstruct,
    "compare": compare,
    "show": show,
    "dream": dream,
    "visualize": visualize,
    "video": video,
    "train": train,
    "weights": weights,
    "web": web,
}
"""The commands by name, as help lists them: each a module with its `Options` and `check`; what it
does is the `run` of the module of its name in `jnst.commands`, which is imported for it, and what
it tells without that, as a list, `told`."""
MEANT = {"serve": "web", "server": "web", "gui": "web", "ui": "web"}
"""Words for a command that are spelt unlike its name."""
_HELP = """\
usage: jnst COMMAND …

commands:
{}

  jnst COMMAND --help              explains a command
  jnst --version                   prints the version
  eval "$(jnst --completion bash)" makes bash complete commands, options and files

To begin with:

  jnst photo.jpg painting.jpg      which is short for jnst stylize
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
    has = ()
    try:
        if not words or words[0] in HELP:
            said = [(name, summary(module.Options)) for name, module in COMMANDS.items()]
            lines = [line for one in said for line in beside(*one, left=13, width=columns())]
            say(*_HELP.format("\n".join(lines)).split("\n"))
            return 0
        if words[0] == "--version":
            say(f"jnst {__version__}")
            return 0
        if words[0] == "--completion":
            from jnst.commands import completion

            options = {name: command.Options for name, command in COMMANDS.items()}
            print(completion.script(options, " ".join(words[1:])))
            return 0
        if words[0] == "help":  # as with a command of its own
            return _main([*words[1:2], "--help"])
        if words[0] not in COMMANDS and _is_picture(words[0]):
            words = ["stylize", *words]
        if words[0] in MEANT:
            raise InputError(f"unknown command {words[0]!r}; did you mean jnst {MEANT[words[0]]}?")
        name = check_choice("command", words[0], COMMANDS)
        if not hasattr(COMMANDS[name], "ORDERS"):
            has = described(COMMANDS[name].Options)
        chosen = parse(name, COMMANDS[name], words[1:])
        if chosen is None:
            return 0
        told = getattr(COMMANDS[name], "told", lambda chosen: None)(chosen)
        if told is not None:
            say(*told)
            return 0
        device = chosen.common.device if hasattr(chosen, "common") else None
        if device is not None:
            check_device(device)
        COMMANDS[name].check(chosen)
        try:
            with dying():  # it takes a second or two, and memory
                run = importlib.import_module(f"jnst.commands.{name}").run
        except (ImportError, MemoryError) as error:
            return _cannot_start(error)
        if device is not None:
            from jnst.xla import use_device

            use_device(device)
        with signals(leave):
            return run(chosen)
    except InputError as error:
        return fail(as_typed(str(error), has), 2)
    except KeyboardInterrupt as interruption:
        return fail("interrupted: nothing was written", interrupted(interruption))
    except OutputError as error:
        return 1 if error.closed else fail(error, 1)
    except Exception as error:  # no traceback reaches a user who did not ask for one
        return fail(explain(error), 1)


def _is_picture(word: str) -> bool:
    """Tell whether a first word that is no command begins the words of `jnst stylize`."""
    return is_option(word) or is_file(word) or os.path.isdir(word)


def _cannot_start(error: Exception) -> int:
    """Say in one line why what a command does cannot be imported; return the exit status."""
    if os.environ.get("JNST_DEBUG"):
        raise error
    reason = " ".join([type(error).__name__, *str(error).split()])[:300]
    if isinstance(error, MemoryError):
        reason = "there is not enough memory"
    return fail(f"cannot start: {reason}", 1)
