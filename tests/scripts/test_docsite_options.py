"""Tables of options: every option of every command, from the classes alone."""

import dataclasses
import re

import pytest
from docsite.options import table
from docsite.site import DocsError
from helpers import documents

from jnst.cli import COMMANDS
from jnst.commands.described import described
from jnst.transfer.settings import Settings

HERE = re.findall(r"<!-- options of jnst (\w+) -->", "\n".join(documents().values()))


def rows(command):
    """Return the explanation of each option in a table by its name."""
    pattern = rf'<tr id="{command}-([a-z0-9-]+)"><td>.*?</td><td>(.*?)</td></tr>'
    return dict(re.findall(pattern, table("options", command)))


def test_the_manual_has_a_table_for_each_command_but_weights_which_has_orders():
    assert sorted(HERE) == sorted({*COMMANDS} - {"weights"})


def test_stylize_has_all_its_options():
    options = [one.name for one in described(COMMANDS["stylize"].Options) if not one.positional]
    assert sorted(rows("stylize")) == sorted(options)
    assert len(options) > 70


@pytest.mark.parametrize("command", ["video", "train", "dream", "web"])
def test_other_commands_have_what_is_not_as_in_stylize(command):
    has = [one for one in described(COMMANDS[command].Options) if not one.positional]
    shared = set(described(COMMANDS["stylize"].Options))
    own = [
        one.name for one in has if one not in shared or one.path[0] not in ("settings", "common")
    ]
    assert sorted(rows(command)) == sorted(own)


@pytest.mark.parametrize("field", dataclasses.fields(Settings), ids=lambda field: field.name)
def test_each_default_is_said(field):
    said = rows("stylize")[field.name.replace("_", "-")]
    if field.default not in (None, False, (), ""):
        assert re.search(r"[Bb]y default|if wanted", said), said


def test_what_is_written_is_escaped():
    assert "--tile N|auto|off" in table("options", "stylize")
    assert "&#x27;" in table("options", "stylize"), "an apostrophe, say"


def test_presets_are_a_table():
    made = table("presets", "stylize")
    assert (
        "<td><code>gatys2016</code></td><td>Dense swirls</td><td>Gatys, Ecker and Bethge, CVPR 2016"
        in made
    )


def test_an_unknown_command_is_an_error():
    with pytest.raises(DocsError, match="options of jnst sleep: there is no such command"):
        table("options", "sleep")
