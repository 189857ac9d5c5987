"""`jnst web` on the command line."""

import builtins
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

import jnst.cli
from jnst.web import command


def test_a_port_that_is_taken_is_one_line(tmp_path, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        arguments = ["web", "--port", str(port), "--folder", str(tmp_path / "web")]
        assert jnst.cli.main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"jnst: cannot listen on 127.0.0.1 port {port}: ")
    assert error.count("\n") == 1
    assert not (tmp_path / "web").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--port", "70000"], "port must be at most 65535"),
        (["--port", "-1"], "port must be a number of at least 0"),
        (["--host", "no.such.host.invalid"], "cannot listen on no.such.host.invalid port 8642: "),
        (["--port", "0", "--folder", "file"], "'file'"),
    ],
)
def test_what_cannot_be_is_one_line(tmp_path, monkeypatch, capsys, arguments, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    assert jnst.cli.main(["web", *arguments]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_a_missing_package_is_one_line(monkeypatch, capsys):
    real = builtins.__import__

    def without(name, *arguments):
        if name.partition(".")[0] == "uvicorn":
            raise ModuleNotFoundError("no uvicorn", name=name)
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without)
    assert jnst.cli.main(["web"]) == 2
    says = "jnst: the page needs more packages: pip install 'jnst[web]'\n"
    assert capsys.readouterr().err == says


def test_it_says_who_else_can_use_it(capsys):
    with contextlib.closing(command.listening("127.0.0.1", 0)) as listener:
        command.tell(listener, command.Options(), is_local=True)
        told = capsys.readouterr()
        port = listener.getsockname()[1]
        assert told.out == f"jnst: the page is at http://127.0.0.1:{port}/ (Ctrl-C ends it)\n"
        assert told.err == ""
        command.tell(listener, command.Options(host="0.0.0.0"), is_local=False)
        assert "anyone who can reach this address" in capsys.readouterr().err


def test_it_serves_keeps_to_its_folder_and_leaves_in_order(tmp_path):
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path / "data"), "HOME": str(tmp_path)}
    environment |= {"TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    words = [sys.executable, "-m", "jnst", "web", "--port", "0"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(words, env=environment, cwd=tmp_path, **pipes) as process:
        line = process.stdout.readline()
        address = line.split()[5]
        with urllib.request.urlopen(address) as answer:
            assert b"<title>jnst</title>" in answer.read()
        other = subprocess.run(words, env=environment, cwd=tmp_path, capture_output=True, text=True)
        assert other.returncode == 2
        assert "another jnst web uses it; choose another --folder" in other.stderr
        assert other.stderr.count("\n") == 1
        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 143
        assert process.stderr.read() == ""
    assert children.stdout.split()
    for child in children.stdout.split():
        end = time.monotonic() + 10
        while os.path.exists(f"/proc/{child}"):
            assert time.monotonic() < end, "a process is left behind"
            time.sleep(0.05)
    files = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {"data/jnst/web/.jnst-lock"}
