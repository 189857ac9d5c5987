import ast
import errno
import os
import subprocess
import sys

import pytest
from helpers import ROOT

from jnst.display.terminal import cell
from jnst.system import streams
from jnst.system.streams import forgiving, notice, say


class Broken:
    """A stream that fails after a few letters."""

    def __init__(self, number):
        self.number, self.written = number, ""

    def write(self, text):
        if text and len(self.written) > 3:
            raise OSError(self.number, "gone")
        self.written += text
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return True


@pytest.mark.parametrize("number", [errno.EPIPE, errno.EIO])
def test_what_nobody_reads_is_dropped(monkeypatch, number):
    stream = Broken(number)
    monkeypatch.setattr(sys, "stderr", stream)
    with forgiving():
        assert sys.stderr.isatty()
        for word in ("one", "two", "three", "four"):
            print(word, end=" ", file=sys.stderr, flush=True)
    assert stream.written == "one "
    assert sys.stderr is stream


def test_another_failure_is_one(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Broken(errno.ENOSPC))
    with forgiving():
        print("four", file=sys.stderr, end="")
        with pytest.raises(OSError, match="gone"):
            print("more", file=sys.stderr)


@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_none_of_the_files_that_are_opened(tmp_path, closed):
    """A TIFF once could not be read then: its messages are kept from the error stream."""
    program = (
        "import os, sys, numpy as np; from jnst.system.streams import forgiving; "
        "from jnst.pictures import files\n"
        "with forgiving():\n"
        " print('hidden', file=sys.stderr)\n"
        " files.write('a.tif', np.zeros((8, 8, 3), np.uint8))\n"
        " shape = files.read('a.tif').shape\n"
        " with open('out.txt', 'w') as out:\n"
        "  print(shape, out.fileno() > 2, file=out)"
    )
    command = f'exec "$0" -c "$1" {closed}'
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        ["sh", "-c", command, sys.executable, program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0
    assert (ended.stdout, ended.stderr) == ("", "")
    assert (tmp_path / "out.txt").read_text() == "(1, 8, 8, 3) True\n"


HOSTILE = "a\x1b[31m\x07.png"


def test_names_reach_no_terminal_as_commands(capsys):
    say(f"wrote {HOSTILE}\nand", "more")
    notice(f"{HOSTILE}\nand more")
    told = capsys.readouterr()
    assert told.out == "wrote a\\x1b[31m\\x07.png\\nand\nmore\n"
    assert told.err == "jnst: a\\x1b[31m\\x07.png\\nand more\n"


PRINT = {"system/streams.py", "__main__.py", "cli.py", "commands/asjson.py", "web/painter.py"}
"""Files that print themselves: before all imports, a script for a shell, for other programs, to our
own server."""


def test_all_else_is_printed_through_them():
    found = set()
    for path in (ROOT / "jnst").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
                found.add(path.relative_to(ROOT / "jnst").as_posix())
    assert found == PRINT


def test_cells_of_tables_too():
    made = [p for p in (ROOT / "jnst").rglob("*.py") if "rich.text.Text(" in p.read_text("utf-8")]
    assert [path.name for path in made] == ["terminal.py"]
    assert cell(HOSTILE).plain == "a\\x1b[31m\\x07.png"


def test_what_is_said_at_once_is_said_by_what_shows_the_run():
    heard, other = [], []
    streams.at_once("nobody")
    with streams.answering(heard.append):
        streams.at_once("one")
        with streams.answering(other.append):
            streams.at_once("two")
        streams.at_once("three")
    streams.at_once("nobody")
    assert (heard, other) == (["one", "three"], ["two"])


def test_text_has_as_many_columns_as_the_terminal_but_no_fewer_than_it_needs(monkeypatch):
    for columns, expected in (("80", 80), ("133", 133), ("7", 40), ("1", 40)):
        monkeypatch.setenv("COLUMNS", columns)
        assert streams.columns() == expected
