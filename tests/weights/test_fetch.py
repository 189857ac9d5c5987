"""Downloads from a server of our own on this machine; nothing here needs a network."""

import hashlib
import http.client
import os
import re

import pytest
from helpers import ROOT
from helpers_fetch import DATA, source

from jnst.errors import InputError
from jnst.weights import fetch, published


@pytest.fixture(autouse=True)
def _without_proxies(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def get(source, folder, **options):
    shown = []

    def show(there, whole):
        shown.append((there, whole))

    return fetch.fetch(source, folder, show, **options), shown


@pytest.mark.parametrize(("algorithm", "digits"), [("md5", None), ("sha256", 8), ("md5", 0)])
def test_a_file_comes_whole(server, tmp_path, algorithm, digits):
    path, shown = get(source(server, algorithm, digits), tmp_path)
    assert path == tmp_path / "net.h5"
    assert path.read_bytes() == DATA
    assert shown[0] == (0, len(DATA))
    assert shown[-1] == (len(DATA), len(DATA))
    assert shown == sorted(shown)
    assert os.listdir(tmp_path) == ["net.h5"]
    get(source(server, algorithm, digits), tmp_path)
    assert len(server.asked) == 1, "what is there is not fetched again"


def test_a_server_that_does_not_say_how_much(server, tmp_path):
    server.habits["no length"] = True
    path, shown = get(source(server), tmp_path)
    assert path.read_bytes() == DATA
    assert shown[-1] == (len(DATA), None)


def test_an_interrupted_download_goes_on(server, tmp_path):
    server.habits["stops"] = 400_000
    says = r"cannot fetch net\.h5 after 0\.4 MB, which are kept: the connection ended early"
    with pytest.raises(InputError, match=says):
        get(source(server), tmp_path)
    assert os.listdir(tmp_path) == ["net.h5.part"]
    assert (tmp_path / "net.h5.part").read_bytes() == DATA[:400_000]
    server.habits.clear()
    path, shown = get(source(server), tmp_path)
    assert path.read_bytes() == DATA
    assert server.asked == [None, "bytes=400000-"]
    assert shown[0] == (400_000, len(DATA))


def test_a_download_that_lacks_its_last_byte_goes_on(server, tmp_path):
    server.habits["stops"] = len(DATA) - 1
    with pytest.raises(InputError, match="which are kept: the connection ended early"):
        get(source(server), tmp_path)
    server.habits.clear()
    path, _ = get(source(server), tmp_path)
    assert path.read_bytes() == DATA
    assert server.asked == [None, f"bytes={len(DATA) - 1}-"]


@pytest.mark.parametrize("there", [300_000, len(DATA), len(DATA) + 9])
def test_what_cannot_be_gone_on_with_is_fetched_anew(server, tmp_path, there):
    """By a server that knows no parts, or because as much is there as there is."""
    (tmp_path / "net.h5.part").write_bytes(bytes(there))
    if there < len(DATA):
        server.habits["ignores"] = True
    path, _ = get(source(server), tmp_path)
    assert path.read_bytes() == DATA
    assert os.listdir(tmp_path) == ["net.h5"]


def test_a_part_of_another_file_is_noticed_and_not_kept(server, tmp_path):
    (tmp_path / "net.h5.part").write_bytes(b"x" * 1000)
    with pytest.raises(InputError, match=r"has the MD5 [0-9a-f]{32}, not [0-9a-f]{32}: it is not"):
        get(source(server), tmp_path)
    assert os.listdir(tmp_path) == []


def test_another_part_than_was_asked_for(server, tmp_path):
    (tmp_path / "net.h5.part").write_bytes(DATA[:1000])
    server.habits["lies"] = True
    with pytest.raises(InputError, match="another part of the file"):
        get(source(server), tmp_path)
    assert (tmp_path / "net.h5.part").read_bytes() == DATA[:1000]


@pytest.mark.parametrize(("algorithm", "digits"), [("md5", None), ("sha256", 8)])
def test_a_wrong_file_is_refused(server, tmp_path, algorithm, digits):
    server.data = DATA[:-1] + b"?"
    with pytest.raises(InputError, match=f"has the {algorithm.upper()} .* what us published"):
        get(source(server, algorithm, digits), tmp_path)
    assert os.listdir(tmp_path) == []
    (tmp_path / "net.h5").write_bytes(b"mine")
    with pytest.raises(InputError, match="what us published"):
        get(source(server, algorithm, digits), tmp_path)
    assert (tmp_path / "net.h5").read_bytes() == b"mine", "only what was fetched is removed"


@pytest.mark.parametrize("status", [404, 416, 503])
def test_a_server_that_refuses(server, tmp_path, status):
    server.habits["status"] = status
    with pytest.raises(InputError, match=rf"cannot fetch net\.h5: the server answered {status} "):
        get(source(server), tmp_path)
    assert os.listdir(tmp_path) == []


def test_no_folder(server, tmp_path):
    with pytest.raises(InputError, match=r"cannot write .*there is no folder"):
        get(source(server), tmp_path / "none")
    assert server.asked == []


def test_every_source_is_in_the_weights_readme():
    text = (ROOT / "weights" / "README.md").read_text("utf-8")
    for name, entry in published.SOURCES.items():
        (row,) = re.findall(rf"^\| `{name}` \|.*$", text, re.MULTILINE)
        assert f"<{entry.address}>" in row
        assert entry.hash in row if entry.hash else "| none |" in row


@pytest.fixture
def secure(monkeypatch):
    """Let addresses in https be asked for without encryption, which no server here has."""

    class Plain(http.client.HTTPConnection):
        def __init__(self, host, *, timeout, **_):
            super().__init__(host, timeout=timeout)

    monkeypatch.setattr(http.client, "HTTPSConnection", Plain)

    def at(server):
        here = source(server)
        return here._replace(folder=here.folder.replace("http:", "https:"))

    return at


@pytest.mark.parametrize("scheme", ["http", "HTTP", "ftp"])
def test_a_redirect_out_of_https_is_not_followed(scheme, server, secure, tmp_path):
    host = f"127.0.0.1:{server.server_address[1]}"
    server.habits["leads"] = f"{scheme}://{host}/led/net.h5"
    with pytest.raises(InputError, match=r"cannot fetch net\.h5: it leads from https to \w+:"):
        get(secure(server), tmp_path)
    assert len(server.asked) == 1
    assert os.listdir(tmp_path) == []
    for leads in (f"https://{host}/led/net.h5", "/led/net.h5"):
        server.habits["leads"] = leads
        path, _ = get(secure(server), tmp_path)
        assert path.read_bytes() == DATA
        path.unlink()


@pytest.mark.parametrize("habit", [{}, {"endless": 1000}])
def test_more_than_a_file_may_have_is_neither_taken_nor_kept(habit, server, tmp_path):
    server.habits.update(habit)
    here = source(server)._replace(most=600_000)
    says = r"cannot fetch net\.h5: it has more than 600,000 bytes, the most that are taken"
    for there in (0, 1000):
        if there:
            (tmp_path / "net.h5.part").write_bytes(DATA[:there])
        with pytest.raises(InputError, match=says):
            get(here, tmp_path)
        assert os.listdir(tmp_path) == []
    path, _ = get(source(server)._replace(most=len(DATA)), tmp_path) if not habit else (None, 0)
    assert habit or path.read_bytes() == DATA


def test_a_file_that_was_known_before_must_be_the_same_to_the_bit(server, tmp_path):
    known = fetch.Known(hashlib.sha256(DATA).hexdigest(), len(DATA))
    path, _ = get(source(server, digits=0), tmp_path, known=known)
    path.unlink()
    server.data = DATA[:-1] + bytes([DATA[-1] ^ 1])
    says = rf"net\.h5 has the SHA256 [0-9a-f]{{64}}, not {known.sha256}, which it had when it was"
    with pytest.raises(InputError, match=says):
        get(source(server, digits=0), tmp_path, known=known)
    assert os.listdir(tmp_path) == []
    server.data = DATA + b"?"
    with pytest.raises(InputError, match="it has more than 700,000 bytes"):
        get(source(server, digits=0), tmp_path, known=known)
