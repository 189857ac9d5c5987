"""The command line itself: which command is meant, and how every error ends as one line."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import jnst.cli
import jnst.transfer.method
from jnst.errors import InputError
from jnst.pictures import files

pytestmark = pytest.mark.usefixtures("tiny")
SMALL = ["stylize", "--size", "32", "--steps", "2", "--no-cache", "--engine", "byhand"]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_slip_is_one_line_on_every_terminal():
    command = [sys.executable, "-m", "jnst", "stylize", "--stepz", "3"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    says = (
        "jnst: unknown option --stepz; did you mean --steps? 'jnst stylize --help-all' lists all\n"
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", says)


def test_help_ends_on_a_terminal_without_columns():
    program = "import os, jnst.cli\n"
    program += "for columns in '0', '1', '5':\n"
    program += "    os.environ['COLUMNS'] = columns; jnst.cli.main(['stylize', '--help'])\n"
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.count("--content-weight") == 3


def test_help_prints_no_names_out_of_a_picture(capsys):
    recorded = {"content": "a\x1b[31m.png", "style_layers": ["\x1b[31mrelu1_1"]}
    files.write("evil.png", np.full((1, 4, 4, 3), 0.5, np.float32), settings=recorded)
    assert jnst.cli.main(["stylize", "--like", "evil.png", "--help"]) == 0
    assert "[31m" not in capsys.readouterr().out


def test_version_and_help(capsys):
    assert jnst.cli.main(["stylize", "--version"]) == jnst.cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"jnst {jnst.__version__}\n" * 2
    assert jnst.cli.main(["stylize", "--help"]) == 0
    assert "--content-weight" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["-h"], ["--help"]])
def test_help_lists_every_command(words, capsys):
    assert jnst.cli.main(words) == 0
    told = " ".join(capsys.readouterr().out.split())
    for name, command in jnst.cli.COMMANDS.items():
        assert f" {name} {command.Options.__doc__} " in told


def test_help_is_a_word_too(capsys):
    assert jnst.cli.main(["--help"]) == jnst.cli.main(["help"]) == 0
    told = capsys.readouterr().out
    assert told == told[: len(told) // 2] * 2
    assert jnst.cli.main(["help", "web"]) == 0
    assert capsys.readouterr().out.startswith("usage: jnst web")


def test_a_folder_begins_the_words_of_stylize(capsys):
    os.mkdir("photos")
    assert jnst.cli.main(["photos", "painting.jpg"]) == 2
    assert "photos is a folder; many pictures are painted by" in capsys.readouterr().err


def test_unknown_command(capsys):
    assert jnst.cli.main(["serve"]) == 2
    assert capsys.readouterr().err == "jnst: unknown command 'serve'; did you mean jnst web?\n"
    assert jnst.cli.main(["paint"]) == 2
    assert "choose from stylize" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (ZeroDivisionError("oops"), 1, "jnst: unexpected ZeroDivisionError: oops (a fault of jnst"),
        (MemoryError(), 1, "jnst: out of memory; take a smaller --size"),
        (InputError("too\nsmall"), 2, "jnst: too\\nsmall"),
        (KeyboardInterrupt(), 130, "jnst: interrupted: nothing was written"),
    ],
)
def test_whatever_happens_is_one_line_and_no_traceback(error, status, says, capsys, monkeypatch):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(jnst.transfer.method, "paint", fail)
    assert jnst.cli.main(SMALL) == status
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(says)
    assert told.err.count("\n") == 1
    assert os.listdir() == []


def test_whoever_read_the_output_may_have_gone():
    with_no_reader = f"{sys.executable} -m jnst stylize --list layers; echo $? > status"
    ended = subprocess.run(["sh", "-c", f"({with_no_reader}) | true"], capture_output=True)
    assert ended.stderr == b""
    assert Path("status").read_text() == "1\n"


@pytest.mark.slow  # Python compiles everything anew
def test_without_docstrings_help_prints_no_internals():
    program = "import jnst.cli; jnst.cli.main(['--help']); jnst.cli.main(['web', '--help'])"
    command = [sys.executable, "-OO", "-c", program]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.count("usage: jnst") == 2
    assert "Options(" not in told
    assert "None\n" not in told
