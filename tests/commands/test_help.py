"""Help: short by default, as wide as the terminal, and without what nobody needs to know."""

import itertools
import re

import pytest

import jnst.cli
from jnst.commands import help
from jnst.commands.described import described
from jnst.commands.options import stylize, sweep
from jnst.transfer.presets import preset

COMMANDS = {name: one for name, one in jnst.cli.COMMANDS.items() if name != "weights"}


def told(monkeypatch, capsys, *words, columns=80):
    monkeypatch.setenv("COLUMNS", str(columns))
    assert jnst.cli.main(list(words)) == 0
    return capsys.readouterr().out


def options_in(text):
    return re.findall(r"^  (?:-\w, )?--(?:\[no-\])?([a-z-]+)", text, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_explains_about_ten_options_and_help_all_each(name, monkeypatch, capsys):
    module = COMMANDS[name]
    has = [one for one in described(module.Options) if not one.positional]
    short = told(monkeypatch, capsys, name, "--help")
    every = told(monkeypatch, capsys, name, "--help-all")
    fields = [field for group in module.SHORT.values() for field in group]
    by_field = {one.field: one.name for one in has}
    assert options_in(short) == [by_field[field] for field in fields]
    assert len(fields) <= 11
    assert sorted(options_in(every)) == sorted(one.name for one in has)
    assert (f"All {len(has)} options: jnst {name} --help-all" in short) == (len(fields) < len(has))
    for title in module.SHORT:
        assert f"\n{title}\n" in short


@pytest.mark.parametrize("columns", [60, 80, 133])
def test_lines_are_as_wide_as_the_terminal_and_broken_once(columns, monkeypatch, capsys):
    text = told(monkeypatch, capsys, "stylize", "--help", columns=columns)
    widths = [len(line) for line in text.splitlines()]
    assert min(columns, help.WIDEST) - 12 <= max(widths) <= min(columns, help.WIDEST)
    (said,) = (one.said for one in described(stylize.Options) if one.name == "masks")
    assert said in " ".join(text.split())
    below = " " * 26
    paragraph = re.findall(r"^  --masks.*\n(?: {20,}.*\n)*", text, re.MULTILINE)[0].splitlines()
    for line, after in itertools.pairwise(paragraph):
        assert after.startswith(below[:20])
        longer = f"{line} {after.split()[0]}"
        assert len(longer) > columns or columns > help.WIDEST, "broken before it was full"


def test_no_default_is_said_where_there_is_none(monkeypatch, capsys):
    text = told(monkeypatch, capsys, "stylize", "--help-all")
    assert "None" not in text.replace("None begins there", "")
    assert "(default" not in text
    flat = " ".join(text.split())
    assert "By default 512." in flat
    assert "By default 300 50 24 16 10 8." in flat
    assert "How many steps lbfgs and scipy-lbfgs remember. By default 20." in flat
    assert "--[no-]cache" in text


def test_defaults_are_those_of_the_preset_that_is_named(monkeypatch, capsys):
    text = told(monkeypatch, capsys, "stylize", "--preset", "gatys2016", "--help")
    assert f"By default {help.shown(preset('gatys2016').content_weight)}." in " ".join(text.split())


def test_orders_have_help_of_their_own(monkeypatch, capsys):
    assert "  measure " in told(monkeypatch, capsys, "weights", "-h")
    text = told(monkeypatch, capsys, "weights", "convert", "-h")
    assert text.startswith("usage: jnst weights convert SOURCE... [OPTIONS]\n")
    assert "All " not in text


def test_a_name_that_is_long_stands_above_what_is_said_of_it():
    assert list(help.beside("--a", "b c", left=8, width=40)) == ["  --a     b c"]
    assert list(help.beside("--long-one", "b", left=8, width=40)) == ["  --long-one", f"{'':10}b"]


def test_choices_are_listed_where_the_name_does_not_have_them():
    has = {one.name: one for one in described(sweep.Options)}
    default = sweep.Options()
    assert "One of luminance, cholesky" in help.about(has["colour"], default)
    assert "One of" not in help.about(has["pooling"], default)
    assert "One of" not in help.about(has["quality"], default), "they are explained"
