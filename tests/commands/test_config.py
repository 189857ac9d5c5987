"""Options in a file: what is written is what is read, and mistakes are named with the file."""

import tomllib
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies

from jnst.commands.config import config_text, key, read_config, toml
from jnst.commands.described import described
from jnst.commands.options import stylize, sweep
from jnst.errors import InputError

OPTIONS = described(stylize.Options)
FILE = Path("own.toml")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def read(text, options=OPTIONS):
    FILE.write_text(text, "utf-8")
    return read_config(FILE, options, command="stylize")


def test_what_a_file_says_is_as_if_it_were_written_on_the_command_line():
    words = read(
        'content = "a.jpg"\nstyle = ["b.jpg", "-c.jpg"]\nsize = 300\nsteps = [4, 2]\n'
        'content-weight = 1e-3\nstyle_size = 200\nupscale = true\ncache = false\ncolor = "pca"\n'
        'first-size = "None"\nmasks = []\nbatch = "-photos"\nstyles = "paintings"\ntile = "off"\n'
    )
    assert words.placed == ("a.jpg", "b.jpg", "./-c.jpg")
    line = "--size 300 --steps 4 2 --content-weight 0.001 --style-size 200 --upscale --no-cache "
    line += "--colour pca --first-size None --masks --batch ./-photos --styles paintings --tile off"
    assert words.line[3:] == line.split()
    vary = read('vary = ["seed=1,2", "pooling=max,avg"]', described(sweep.Options))
    assert vary.line == ["--vary", "seed=1,2", "--vary", "pooling=max,avg"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sise = 3", "own.toml: unknown option 'sise'; did you mean size?"),
        ("glow = 3", "own.toml: unknown option 'glow'; 'jnst stylize --help-all' lists all"),
        ('config = "other.toml"', "own.toml: unknown option 'config'"),
        ('size = "big"', "own.toml: --size must be a whole number, not 'big'"),
        ("size = 2.5", "own.toml: --size must be a whole number, not '2.5'"),
        ("size = [3, 4]", "own.toml: size must be one value, not [3, 4]"),
        ("upscale = 1", "own.toml: upscale must be true or false, not 1"),
        ("[size]\na = 1", "own.toml: size must be a text, a number, true, false, or a list"),
        ("seed = 1979-05-27", "own.toml: seed must be a text, a number, true, false, or a list"),
        ("size = ", "cannot read 'own.toml': Invalid value"),
        ("preset = 'gatys'", "own.toml: --preset must be default, gatys2015"),
    ],
)
def test_mistakes_are_one_line_that_names_the_file(text, says):
    with pytest.raises(InputError) as refused:
        read(text)
    assert str(refused.value).startswith(says)


def test_files_that_are_none(tmp_path):
    for path, says in ((Path("none.toml"), "No such file"), (tmp_path, "not a regular file")):
        with pytest.raises(InputError, match=says):
            read_config(path, OPTIONS, command="stylize")


def test_a_file_that_was_written_has_all_options_and_only_changes_are_no_comments():
    usual = stylize.Options()
    text = config_text(usual, usual, OPTIONS, command="stylize")
    assert tomllib.loads(text) == {}
    bare = "\n".join(line[2:] for line in text.splitlines() if " = " in line)
    names = [key(one) for one in OPTIONS]
    left_out = {"config", "write-config", "list", "version", "preset", "like"}
    assert set(tomllib.loads(bare)) == set(names) - left_out
    assert "# Long side of the result in pixels, at most.\n# size = 512\n" in text


@hypothesis.given(
    strategies.one_of(
        strategies.booleans(),
        strategies.integers(-(2**63), 2**63 - 1),
        strategies.floats(allow_nan=False),
        strategies.text(strategies.characters(exclude_categories=["Cs"])),
        strategies.lists(strategies.text(strategies.characters(exclude_categories=["Cs"]))),
    )
)
def test_values_are_read_as_they_were_written(value):
    assert tomllib.loads(f"a = {toml(value)}")["a"] == value


def test_a_name_that_is_no_text_cannot_be_written():
    with pytest.raises(InputError, match="TOML cannot hold the name"):
        toml(Path("caf\udce9.png"))
    assert toml(None) == '"None"'
    assert tomllib.loads(f"a = {toml('del' + chr(127))}")["a"] == "del\x7f"
