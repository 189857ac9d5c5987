"""Completion in a shell, as a person sees it who presses the tabulator key."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time

import pytest

import jnst.cli

PROMPT = b"ready> "


class Shell:
    """A shell at a terminal of its own."""

    def __init__(self, *words, **environment):
        self.terminal, inside = pty.openpty()
        self.process = subprocess.Popen(
            words,
            stdin=inside,
            stdout=inside,
            stderr=inside,
            start_new_session=True,
            env=os.environ | {"TERM": "dumb", **environment},
        )
        os.close(inside)

    def read(self, until):
        """Return what has come, once `until` is in it."""
        found, end = b"", time.monotonic() + 60
        while until not in found:
            assert time.monotonic() < end, found
            if select.select([self.terminal], [], [], 1)[0]:
                found += os.read(self.terminal, 65536)
        return found

    def type(self, text, until):
        os.write(self.terminal, text)
        return self.read(until)


@pytest.fixture
def shell(tmp_path, monkeypatch, capsys):
    """Return a function that starts a shell with the completion, in a folder with a photograph."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photo.jpg").touch()
    (tmp_path / "_jnst").touch()
    started = []

    def start(name):
        if shutil.which(name) is None:
            pytest.skip(f"there is no {name} here")
        assert jnst.cli.main(["--completion", name]) == 0
        (tmp_path / "_jnst").write_text(capsys.readouterr().out, "utf-8")
        bin = os.path.dirname(sys.executable)
        options = {"bash": ("--norc", "--noprofile", "-i"), "zsh": ("-f", "-i")}[name]
        path = f"{bin}:{os.environ['PATH']}"
        started.append(Shell(name, *options, PATH=path, PS1=PROMPT.decode()))
        started[-1].read(PROMPT)
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()
        os.close(one.terminal)


def press(shell):
    shell.type(b"jnst sty\t", b"stylize ")
    shell.type(b"--qua\t", b"--quality ")
    shell.type(b"dr\t", b"draft ")
    shell.type(b"pho\t", b"photo.jpg ")
    shell.type(b"-o pho\t", b"photo.jpg ")


def test_bash(shell):
    at_work = shell("bash")
    at_work.type(b". ./_jnst\n", PROMPT)
    press(at_work)
    offered = at_work.type(b"--pre\t\t", PROMPT)
    assert b"--preset" in offered
    assert b"memory;" not in offered, "words of an explanation"
    at_work.type(b"\x15jnst stylize --preset crow\t", b"crowson ")
    at_work.type(b"\x15jnst train --preset qui\t", b"quick ")


def test_zsh(shell):
    at_work = shell("zsh")
    at_work.type(b"fpath=($PWD $fpath); autoload -U compinit; compinit -u -D\n", PROMPT)
    press(at_work)


def test_every_command_is_in_it_and_other_shells_are_named(capsys):
    assert jnst.cli.main(["--completion", "bash"]) == 0
    written = capsys.readouterr().out
    for command in jnst.cli.COMMANDS:
        assert f"'{command}': {{" in written
    for shell in ("", "fish"):
        assert jnst.cli.main(["--completion", *shell.split()]) == 2
        says = f"jnst: unknown shell {shell!r}; choose from bash, zsh\n"
        assert capsys.readouterr().err == says
