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
from pathlib import Path

import pytest
from helpers import ROOT
from helpers_web import Site

import jnst.cli
from jnst.commands import web


@contextlib.contextmanager
def started(folder, **environment):
    """Start the page's server in a process of its own, in `folder`; yield it, and its site."""
    script = str(ROOT / "tests/support/serve.py")
    words = [sys.executable, script, "--port", "0", "--folder", "web"]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("XDG")}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(words, env=inherited | environment, cwd=folder, **pipes) as process:
        try:
            address = process.stdout.readline().split()[5]
            yield process, Site(int(address.strip("/").rpartition(":")[2]))
        except BaseException:
            process.kill()
            raise


def children_of(process):
    found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True)
    return found.stdout.split()


def is_running(child):
    """Whether a process is there, and not only its exit status, for a parent to ask for."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{child}/cmdline").read_bytes() != b""
    return False


def wait_for_the_end_of(children, seconds):
    end = time.monotonic() + seconds
    while any(is_running(child) for child in children):
        assert time.monotonic() < end, "a process is left behind"
        time.sleep(0.05)


def test_a_port_that_is_taken_is_one_line(tmp_path, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        arguments = ["web", "--port", str(port), "--folder", str(tmp_path / "web")]
        assert jnst.cli.main(arguments) == 2
    error = capsys.readouterr().err
    assert error == (
        f"jnst: cannot listen on 127.0.0.1 port {port}: it is in use, perhaps by another jnst web; "
        "choose another with --port\n"
    )
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
    with contextlib.closing(web.listening("127.0.0.1", 0)) as listener:
        web.tell(listener, web.Options(), is_local=True)
        told = capsys.readouterr()
        port = listener.getsockname()[1]
        assert told.out == f"jnst: the page is at http://127.0.0.1:{port}/ (Ctrl-C ends it)\n"
        assert told.err == ""
        web.tell(listener, web.Options(host="0.0.0.0"), is_local=False)
        assert "anyone who can reach this address" in capsys.readouterr().err


@pytest.mark.slow
def test_it_says_what_it_cannot_read(tmp_path):
    for part in ("pictures", "runs"):
        (tmp_path / "web" / part / ("ab" * 8)).mkdir(parents=True)
    (tmp_path / "web" / "runs" / ("ab" * 8) / "run.json").write_text("{")
    with started(tmp_path) as (process, site):
        assert site.get("/")[0] == 200
        process.send_signal(signal.SIGTERM)
        assert process.stderr.read() == (
            "jnst: cannot read 1 of the runs and pictures; none of them is removed\n"
        )


@pytest.mark.slow
def test_nothing_is_said_of_uploads_that_are_broken_off(tmp_path):
    with started(tmp_path) as (process, site), contextlib.ExitStack() as stack:
        for number in range(3):
            connection = socket.create_connection(("127.0.0.1", site.port))
            stack.enter_context(contextlib.closing(connection)).sendall(
                b"POST /api/pictures HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
                b"the first bytes of a picture"
            )
            if number:  # by the client; the last one by the end of the server
                connection.close()
        assert site.get("/")[0] == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 143
        assert process.stderr.read() == ""


@pytest.mark.usefixtures("hearing")
def test_a_second_interrupt_ends_the_run_at_once_and_says_nothing_untrue(tmp_path):
    with started(tmp_path, PRETEND="yes", SECONDS="60") as (process, site):
        key = site.begin(seed=15)  # it hears nothing
        site.until(key, "running")
        process.send_signal(signal.SIGINT)
        assert process.stderr.readline() == (
            "jnst: stopping the run, which ends with its step; Ctrl-C again ends it at once\n"
        )
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert process.stderr.read() == ""
    assert '"status":"stopped"' in (tmp_path / "web" / "runs" / key / "run.json").read_text()


@pytest.mark.slow
def test_a_real_run_keeps_to_the_folder_and_outlives_no_server(tmp_path):
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir()
    own = {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp")}
    with started(tmp_path, **own) as (process, site):
        sample = [one["id"] for one in site.post("/api/samples")[1].values()]
        key = site.begin(*sample)
        while not ((run := site.get(f"/api/runs/{key}")[1])["painted"] or {}).get("step"):
            assert run["status"] in ("queued", "running")
            time.sleep(0.5)
        children = children_of(process)
        process.kill()
    assert len(children) == 1
    wait_for_the_end_of(children, seconds=60)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if not path.is_relative_to(tmp_path / "web")] == []
    with started(tmp_path, **own) as (process, site):
        run = site.get(f"/api/runs/{key}")[1]
        process.send_signal(signal.SIGTERM)
    assert (run["status"], run["finished"]) == ("stopped", True)
    assert 0 < run["painted"]["step"] < run["painted"]["steps"]


@pytest.mark.slow
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
        children = children_of(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 143
        assert process.stderr.read() == ""
    assert children
    wait_for_the_end_of(children, seconds=10)
    files = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {"data/jnst/web/.jnst-lock"}
