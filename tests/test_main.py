"""What the program does before its own code can run, and while JAX and the others are imported."""

import signal
import subprocess
import sys

import pytest

import jnst

# Stands where `jnst.cli` is looked for; Ctrl-C is heard, whatever the shell of this test does.
BEGIN = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)

class Finder:
    def find_spec(name, path, target=None):
        if name == "jnst.cli":
            {}

sys.meta_path.insert(0, Finder)
from jnst.__main__ import main
sys.exit(main(["--version"]))
"""
CTRL_C = "os.kill(os.getpid(), signal.SIGINT)"
VERSION = f"jnst {jnst.__version__}\n"


def begin(trouble, program=BEGIN):
    """Begin the program with this trouble in the midst of its imports."""
    command = [sys.executable, "-c", program.format(trouble)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return ended.returncode, ended.stdout, ended.stderr


def test_ctrl_c_ends_it_without_a_word():
    assert begin(CTRL_C) == (-signal.SIGINT, "", "")


@pytest.mark.slow
def test_where_it_is_ignored_it_stays_so():
    ignored = BEGIN.replace("default_int_handler", "SIG_IGN")
    assert begin(CTRL_C, ignored) == (0, VERSION, "")


@pytest.mark.slow
def test_afterwards_it_is_an_exception_again():
    then = BEGIN.replace("sys.exit(", "(") + CTRL_C
    status, told, complaint = begin("pass", then)
    assert told == VERSION
    assert complaint.endswith("\nKeyboardInterrupt\n")
    assert status == -signal.SIGINT  # as Python does after it has printed where


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("MemoryError()", "there is not enough memory"),
        ("ImportError('no room\\n\\nfor this')", "ImportError no room for this"),
    ],
)
def test_what_cannot_be_imported_is_one_line(error, says):
    status, told, complaint = begin(f"raise {error}")
    assert (status, told) == (1, "")
    assert complaint.startswith(f"jnst: cannot start: {says}")
    assert complaint.count("\n") == 1


def test_ctrl_c_while_it_ends_prints_nothing():
    """JAX waits for its programs in an exit handler, and would print where that was interrupted."""
    program = (
        "import atexit, os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT))\n"
        "from jnst.__main__ import main\n"
        "sys.argv = ['jnst', '--version']\n"
        "sys.exit(main())"
    )
    assert begin("", program) == (-signal.SIGINT, VERSION, "")


# What a command does is imported when its options are known.
LATE = BEGIN.replace('"jnst.cli"', '"jnst.commands.visualize"').replace(
    '"--version"', '"visualize", "--list", "layers"'
)


def test_ctrl_c_ends_it_without_a_word_then_too():
    assert begin(CTRL_C, LATE) == (-signal.SIGINT, "", "")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("MemoryError()", "there is not enough memory"),
        ("ImportError('no room\\n\\nfor this')", "ImportError no room for this"),
    ],
)
def test_what_a_command_cannot_import_is_one_line_then_too(error, says):
    assert begin(f"raise {error}", LATE) == (1, "", f"jnst: cannot start: {says}\n")
