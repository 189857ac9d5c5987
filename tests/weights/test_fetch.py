"""Downloads from a server of our own on this machine; nothing here needs a network."""

import functools
import hashlib
import http.server
import json
import os
import re
import threading

import h5py
import numpy as np
import pytest
from helpers import ROOT, check_refused

import jnst.cli
from jnst.backbones import graph
from jnst.backbones.tables import BACKBONES
from jnst.commands import weights as command
from jnst.errors import InputError
from jnst.weights import fetch, published, store

DATA = np.random.default_rng(0).bytes(700_000)


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves `server.data`, from where it is asked to; `server.habits` says what it does badly."""

    def do_GET(self):
        data, habits = self.server.data, self.server.habits
        asked = self.headers.get("Range")
        self.server.asked.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        if habits.get("status"):
            self.send_error(habits["status"])
            return
        if "ignores" in habits:
            start, asked = 0, None
        if start >= len(data):
            self.send_error(416)
            return
        self.send_response(206 if asked else 200)
        if asked:
            first = 0 if "lies" in habits else start
            self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        if "no length" not in habits:
            self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        self.wfile.write(data[start : habits.get("stops")])

    def log_message(self, *_):
        pass


@pytest.fixture(autouse=True)
def _without_proxies(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.data, server.habits, server.asked = DATA, {}, []
        thread = threading.Thread(target=functools.partial(server.serve_forever, 0.01))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def source(server, algorithm="md5", digits=None, data=DATA, file="net.h5"):
    sha = hashlib.new(algorithm, data).hexdigest()[:digits]
    address = f"http://127.0.0.1:{server.server_address[1]}"
    return published.Published(file, address, algorithm, sha, "us")


def get(source, folder):
    shown = []
    path = fetch.fetch(source, folder, lambda there, whole: shown.append((there, whole)))
    return path, shown


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


def test_every_source_makes_a_network_that_there_is():
    assert set(published.SOURCES) == set(BACKBONES)
    lengths = {name: len(source.hash) for name, source in published.SOURCES.items()}
    for name, entry in published.SOURCES.items():
        assert entry.address.startswith("https://")
        assert entry.address.endswith(f"/{entry.file}")
        if entry.algorithm == "sha256" and entry.hash:
            assert lengths[name] == 8
            assert f"-{entry.hash}." in entry.file
        elif entry.hash:
            assert lengths[name] == 32


def test_every_source_is_in_the_weights_readme():
    text = (ROOT / "weights" / "README.md").read_text("utf-8")
    for name, entry in published.SOURCES.items():
        (row,) = re.findall(rf"^\| `{name}` \|.*$", text, re.MULTILINE)
        assert f"<{entry.address}>" in row
        assert entry.hash in row if entry.hash else "| none |" in row


# The command.


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path / "my weights"))
    return tmp_path / "my weights"


def squeezenet():
    """Write Keras's file of a SqueezeNet of ones; return its bytes."""
    with h5py.File("any", "w", driver="core", backing_store=False) as file:
        for name, shape in graph.kernels(BACKBONES["squeezenet1_1"].table).items():
            file.create_dataset(f"{name}/W", data=np.ones(shape, np.float32))
            file.create_dataset(f"{name}/b", data=np.ones(shape[-1:], np.float32))
            file[name].attrs["weight_names"] = ["W", "b"]
        file.attrs["layer_names"] = list(graph.kernels(BACKBONES["squeezenet1_1"].table))
        file.flush()
        return file.id.get_file_image()


def test_get_fetches_and_converts(server, folder, monkeypatch, capsys):
    server.data = squeezenet()
    here = source(server, data=server.data)
    monkeypatch.setattr(command, "SOURCES", {"squeezenet1_1": here})
    assert jnst.cli.main(["weights", "get", "squeezenet1_1"]) == 0
    printed = capsys.readouterr()
    assert printed.out == f"wrote {folder / 'squeezenet1_1.h5'}\n"
    assert printed.err == ""
    assert sorted(os.listdir(folder)) == ["manifest.json", "squeezenet1_1.h5"]
    assert store.load("squeezenet1_1")["conv1"]["kernel"].sum() == 3 * 3 * 3 * 64
    entry = json.loads((folder / "manifest.json").read_text())["squeezenet1_1.h5"]
    assert entry["source"] == "net.h5"
    assert jnst.cli.main(["weights", "get", "squeezenet1_1"]) == 0
    assert "there already: " in capsys.readouterr().out
    assert len(server.asked) == 1
    assert jnst.cli.main(["weights"]) == 0
    listed = capsys.readouterr().out
    assert "squeezenet1_1" in listed
    assert here.address in listed, "in one piece"


def test_a_file_that_was_put_there_is_taken_and_left(folder, server, monkeypatch, capsys):
    data = squeezenet()
    monkeypatch.setattr(command, "SOURCES", {"squeezenet1_1": source(server, data=data)})
    folder.mkdir()
    (folder / "net.h5").write_bytes(data)
    assert jnst.cli.main(["weights", "get", "squeezenet1_1"]) == 0
    assert server.asked == []
    assert sorted(os.listdir(folder)) == ["manifest.json", "net.h5", "squeezenet1_1.h5"]


def test_a_file_without_a_published_hash_is_said_to_be_one(server, folder, monkeypatch, capsys):
    server.data = squeezenet()
    monkeypatch.setattr(command, "SOURCES", {"squeezenet1_1": source(server, digits=0)})
    assert jnst.cli.main(["weights", "get", "squeezenet1_1"]) == 0
    assert capsys.readouterr().err == "jnst: no hash of net.h5 is published to check it by\n"


def test_what_is_no_weights_is_not_in_the_way_of_the_next_attempt(
    server, folder, monkeypatch, capsys
):
    monkeypatch.setattr(command, "SOURCES", {"squeezenet1_1": source(server, digits=0)})
    assert jnst.cli.main(["weights", "get", "squeezenet1_1"]) == 2
    assert "cannot read" in capsys.readouterr().err
    assert os.listdir(folder) == []
    server.data = squeezenet()
    assert jnst.cli.main(["weights", "get", "squeezenet1_1"]) == 0


def test_without_a_network_one_line_says_what_to_do(folder, monkeypatch, capsys):
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as closed:
        here = source(closed, file="a.h5")
    monkeypatch.setattr(command, "SOURCES", {"resnet50": here})
    folder.mkdir()
    before = sorted(os.listdir())
    status = jnst.cli.main(["weights", "get", "resnet50"])
    by_hand = (
        f"; or put a.h5 from {here.address} (MD5 {here.hash}) into {folder} and run: "
        f"jnst weights convert '{folder}/a.h5' --backbone resnet50"
    )
    says = f"jnst: cannot fetch a.h5: Connection refused{by_hand}\n"
    captured = capsys.readouterr()
    assert captured.err == says
    check_refused(status, captured, by_hand, before)


def test_by_hand_says_what_is_known_of_a_hash():
    said = fetch.how_by_hand(published.SOURCES["resnet50-torchvision"])
    assert said.endswith("/resnet50-0676ba61.pth (SHA256 begins with 0676ba61)")
    said = fetch.how_by_hand(published.SOURCES["mobilenet_v2"])
    assert said.endswith("no_top.h5 (no hash published)")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["get"], "Missing from jnst weights get: NAME"),
        (["put", "vgg16"], "Unrecognized options: put, vgg16"),
        (["convert"], "Missing from jnst weights convert: SOURCE"),
        (["convert", "nothing.h5"], "cannot read nothing.h5: No such file"),
        (["convert", "."], "cannot read .: it is not a regular file"),
        (["measure", "nothing"], "cannot read 'nothing': No such file"),
        (["measure", ".", "--backbone", "resnet50"], "unknown network 'resnet50'; choose from vgg"),
        (["measure", ".", "--long-side", "0"], "the long side must be a number of at least 1"),
        (["get", "vgg17"], "unknown network 'vgg17'; choose from vgg16, vgg19, resnet50"),
        (["--get"], "Unrecognized options"),
    ],
)
def test_slips(folder, words, says, capsys):
    before = sorted(os.listdir())
    check_refused(jnst.cli.main(["weights", *words]), capsys.readouterr(), says, before)


def test_a_folder_that_cannot_be_written_points_at_the_variable(
    folder, server, monkeypatch, capsys
):
    folder.write_text("no folder")
    monkeypatch.setattr(command, "SOURCES", {"squeezenet1_1": source(server)})
    before = sorted(os.listdir())
    says = f"cannot write weights into {folder} (File exists): point JNST_WEIGHTS at a folder of"
    status = jnst.cli.main(["weights", "get", "squeezenet1_1"])
    check_refused(status, capsys.readouterr(), says, before)
    assert server.asked == []
    (folder.parent / "net.h5").write_bytes(squeezenet())
    assert jnst.cli.main(["weights", "convert", str(folder.parent / "net.h5")]) == 2
    assert says in capsys.readouterr().err


def test_ctrl_c_keeps_what_has_come(folder, server, monkeypatch, capsys):
    monkeypatch.setattr(command, "SOURCES", {"squeezenet1_1": source(server)})

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "fetch", stop)
    assert jnst.cli.main(["weights", "get", "squeezenet1_1"]) == 130
    assert "goes on from there" in capsys.readouterr().err
