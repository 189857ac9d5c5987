"""`jnst show`: what a picture was made of and with, read from its metadata."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from jnst.commands.asjson import tell
from jnst.commands.config import key, toml
from jnst.commands.described import Option, described
from jnst.commands.options import dream, stylize, visualize
from jnst.commands.options.show import Options
from jnst.errors import InputError
from jnst.pictures import files
from jnst.runs.record import INTERRUPTED
from jnst.system.streams import say
from jnst.transfer.onepass.checks import MEANT

_PARTS = {"dream": dream, "visualize": visualize}
"""Commands whose pictures hold their settings in a table of that name."""


def run(options: Options) -> int:
    """Print the settings in a picture, and return the exit status.

    Raises `InputError` for a picture without any.
    """
    assert options.picture is not None  # the options were checked
    found = files.read_settings(options.picture)
    if found is None:
        raise InputError(
            f"{options.picture} holds no settings: jnst did not make it, or they were taken out"
        )
    if options.json:
        tell(found, indent=2)
    else:
        say(*as_config(found))
    return 0


def as_config(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a file for `--config`: what is not as by default, then the rest.

    What is unknown here, as in a picture that a later version made, is a comment. Settings that
    mean nothing to a picture that was painted in one pass are left out.
    """
    command = next((name for name in _PARTS if isinstance(found.get(name), dict)), "stylize")
    module = _PARTS.get(command, stylize)
    values = {**found.get(command, {}), **{k: v for k, v in found.items() if k != command}}
    has = {one.field: one for one in reversed(described(module.Options))}  # places before options
    usual = module.Options()
    known = [(has[name], value) for name, value in values.items() if name in has]
    meant = MEANT.get(found.get("method", ""))
    plain = [
        (option, value)
        for option, value in known
        if not _changed(option, value, usual)
        and (meant is None or option.path[0] != "settings" or option.field in meant)
    ]
    if (step := found.get(INTERRUPTED)) is not None:
        yield f"# Interrupted after {step} steps: it is not what these settings make in the end."
    yield f"# Made by jnst {command}; to make it again: jnst {command} --config FILE"
    for option, value in sorted(known, key=lambda pair: not pair[0].positional):
        if _changed(option, value, usual):
            yield f"{key(option)} = {toml(value)}"
    yield from ["", "# As by default:"] if plain else []
    for option, value in plain:
        if value not in (None, []):
            yield f"{key(option)} = {toml(value)}"
    for name, value in values.items():
        if name not in has and name != INTERRUPTED:
            yield f"# unknown here: {json.dumps(name)} = {json.dumps(value)}"


def _changed(option: Option, value: Any, usual: Any) -> bool:
    default = option.value(usual)
    return value != (list(default) if isinstance(default, tuple) else default)
