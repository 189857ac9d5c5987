"""Scripts that make a shell complete commands and options, as tyro writes them."""

import contextlib
import io
import re
from collections.abc import Mapping
from typing import Any

import tyro

from jnst.errors import check_choice

SHELLS = ("bash", "zsh")
"""The shells that there are scripts for."""
FILES = "__TYRO_COMPLETE_FILES__"
"""Completion that tyro's scripts offer where a file name is wanted."""


def script(commands: Mapping[str, type], shell: str) -> str:
    """Return a script for a shell in `SHELLS`, from the commands' names and options.

    Raises `InputError` for another shell.
    """
    check_choice("shell", shell, SHELLS)
    defaults = {name: options() for name, options in commands.items()}
    said = {name: str(options.__doc__) for name, options in commands.items()}
    every: Any = tyro.extras.subcommand_type_from_defaults(defaults, said, prefix_names=False)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        words = ["--tyro-print-completion", shell]
        tyro.cli(tyro.conf.OmitSubcommandPrefixes[every], prog="jnst", args=words)
    # Where tyro has nothing to offer, it is a picture that is named.
    text = printed.getvalue().replace('"$completions" ==', f'"${{completions:-{FILES}}}" ==')
    text = text.replace("complete -F", "complete -o default -F")
    text = re.sub(r" \(default: (None)?\)", "", text)
    lines = text.splitlines()
    # In bash, lines after the first of what is said about an option would be offered as words.
    one = [line.replace("\\n", " ") if "COMPLETION_SPEC = " in line else line for line in lines]
    return "\n".join(one)
