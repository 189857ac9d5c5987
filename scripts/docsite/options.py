"""Tables of a command's options and presets, from the classes and functions that define them."""

import html
import re
from typing import Any

from docsite.site import DocsError
from jnst.cli import COMMANDS
from jnst.commands import help as helps
from jnst.commands.described import Option, described
from jnst.commands.options import stylize

_SHARED = {one for one in described(stylize.Options) if one.path[0] in ("settings", "common")}


def table(what: str, command: str) -> str:
    """Return the `options` or `presets` of a command as HTML.

    Raises:
        DocsError: where there is no such command.

    """
    if command not in COMMANDS:
        raise DocsError(f"{what} of jnst {command}: there is no such command")
    rows = {"options": _options, "presets": _presets}[what](COMMANDS[command].Options, command)
    return "\n".join([f'<table class="{what}">', "<tbody>", *rows, "</tbody>", "</table>"])


def _options(options: type, command: str) -> list[str]:
    """List rows in the groups of `--help-all`; what is as in `jnst stylize` is not repeated."""
    has = [one for one in described(options) if command == "stylize" or one not in _SHARED]
    default, rows = options(), []
    for title, group in helps.grouped(has).items():
        rows.append(f'<tr><th colspan="2" scope="colgroup">{html.escape(title)}</th></tr>')
        rows += [_row(one, default, command) for one in group]
    return rows


def _row(one: Option, default: Any, command: str) -> str:
    written = html.escape(helps.written(one, default))
    said = html.escape(helps.about(one, default))
    said = re.sub(r"(?<!\w)(--[a-z][a-z-]*)", r"<code>\1</code>", said)
    return f'<tr id="{command}-{one.name}"><td><code>{written}</code></td><td>{said}</td></tr>'


def _presets(options: type, command: str) -> list[str]:
    listed = COMMANDS[command].told(options(list="presets"))
    rows = [re.split(r" {2,}", html.escape(line)) for line in listed]
    return [
        f"<tr><td><code>{name}</code></td>{''.join(f'<td>{cell}</td>' for cell in said)}</tr>"
        for name, *said in rows
    ]
