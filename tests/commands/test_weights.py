"""`jnst weights`: listed, fetched, converted and measured, from the words to the files."""

import hashlib
import http.server
import json
import os

import h5py
import numpy as np
import plain_raft
import pytest
from helpers import check_refused
from helpers_fetch import Handler, served, source
from helpers_parts import microast_files
from helpers_torch import state_dict, zipped

import jnst.cli
from jnst.backbones import graph
from jnst.backbones.tables import BACKBONES
from jnst.commands import weights as command
from jnst.weights import fetch, raft, store
from jnst.weights.published import FLOW, ONE_PASS


@pytest.fixture(autouse=True)
def _without_proxies(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def get(source, folder):
    shown = []
    path = fetch.fetch(source, folder, lambda there, whole: shown.append((there, whole)))
    return path, shown


# The command.


@pytest.fixture
def server():
    with served() as found:
        yield found


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path / "my weights"))
    return tmp_path / "my weights"


def squeezenet():
    """Write Keras's file of a SqueezeNet of ones; return its bytes."""
    shapes = graph.kernels(BACKBONES["squeezenet1_1"].table)
    with h5py.File("any", "w", driver="core", backing_store=False) as file:
        for name, shape in shapes.items():
            file.create_dataset(f"{name}/W", data=np.ones(shape, np.float32))
            file.create_dataset(f"{name}/b", data=np.ones(shape[-1:], np.float32))
            file[name].attrs["weight_names"] = np.array(["W", "b"], "S1")
        file.attrs["layer_names"] = np.array([*shapes], "S")
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
    there = folder / "squeezenet1_1.h5"
    says = f"squeezenet1_1, published by {here.publisher}\n  {there}\n  {here.address}\n"
    assert listed.startswith(says)
    there.unlink()
    assert jnst.cli.main(["weights"]) == 0
    fetch = "  jnst weights get squeezenet1_1\n"
    assert capsys.readouterr().out.startswith(says.replace(f"  {there}\n", fetch))


@pytest.fixture
def in_parts(server, tmp_path, monkeypatch):
    """Serve MicroAST's files, of zeros; return how they are published."""
    here = []
    for path in microast_files(tmp_path / "theirs"):
        data = server.files[f"/{path.name}?dl=1"] = path.read_bytes()
        one = source(server, "sha256", data=data, file=path.name)
        here.append(one._replace(query="?dl=1"))
    published = ONE_PASS["microast"]._replace(files=tuple(here))
    monkeypatch.setattr(command, "ONE_PASS", {"microast": published})
    return here


def test_get_fetches_all_parts_and_converts_them_together(in_parts, server, folder, capsys):
    assert jnst.cli.main(["weights", "get", "microast"]) == 0
    assert capsys.readouterr() == (f"wrote {folder / 'microast.h5'}\n", "")
    assert sorted(os.listdir(folder)) == ["manifest.json", "microast.h5"]
    assert jnst.cli.main(["weights", "get", "microast"]) == 0
    assert "there already: " in capsys.readouterr().out
    assert len(server.asked) == 4
    assert jnst.cli.main(["weights"]) == 0
    listed = capsys.readouterr().out
    assert all(one.address in listed for one in in_parts)
    (folder / "microast.h5").unlink()
    last = f"/{in_parts[3].file}?dl=1"
    server.files[last] = server.files[last][:-1] + b"?"
    assert jnst.cli.main(["weights", "get", "microast"]) == 2
    assert "which it had when it was first" in capsys.readouterr().err


def test_get_fetches_a_network_that_estimates_motion(server, folder, monkeypatch, capsys):
    params = plain_raft.random_params(np.random.default_rng(0), np.float32)
    tensors = plain_raft.as_published(params, torchvision=True)
    server.data = zipped(*state_dict(tensors))
    here = source(server, "sha256", 8, data=server.data, file="raft_small.pth")
    release = FLOW["raft-small"]._replace(files=(here,))
    monkeypatch.setattr(command, "FLOW", {"raft-small": release})
    assert jnst.cli.main(["weights", "get", "raft-small"]) == 0
    out, err = capsys.readouterr()
    assert out == f"wrote {folder / 'raft-small.h5'}\n"
    assert "only 32 bits are published" in err
    assert raft.load().keys() == params.keys()
    assert jnst.cli.main(["weights"]) == 0
    assert here.address in capsys.readouterr().out
    words = ["weights", "convert", "a.pth", "--backbone", "raft-small", "--source", "keras"]
    assert jnst.cli.main(words) == 2
    assert "source is for the files of feature" in capsys.readouterr().err


def test_a_part_that_does_not_come_is_said_and_the_others_are_kept(
    in_parts, server, folder, monkeypatch, capsys
):
    server.files[f"/{in_parts[1].file}?dl=1"] = b""
    assert jnst.cli.main(["weights", "get", "microast"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.endswith(f"{in_parts[3].file}' --backbone microast\n")
    assert all(one.address in said for one in in_parts)
    assert os.listdir(folder) == [in_parts[0].file]


def test_what_is_in_no_single_files_is_not_fetched(folder, capsys):
    assert jnst.cli.main(["weights", "get", "wct"]) == 2
    assert "wct is published by MingSun-Tse (MingSun-Tse/" in capsys.readouterr().err


def test_a_file_that_was_put_there_is_taken_and_left(folder, server, monkeypatch, capsys):
    data = squeezenet()
    monkeypatch.setattr(command, "SOURCES", {"squeezenet1_1": source(server, data=data)})
    folder.mkdir()
    (folder / "net.h5").write_bytes(data)
    assert jnst.cli.main(["weights", "get", "squeezenet1_1"]) == 0
    assert server.asked == []
    assert sorted(os.listdir(folder)) == ["manifest.json", "net.h5", "squeezenet1_1.h5"]


@pytest.mark.parametrize(
    ("algorithm", "digits", "says"),
    [
        ("sha256", 0, "jnst: no hash of net.h5 is published to check it by; "),
        ("sha256", 8, "jnst: of the hash of net.h5 only 32 bits are published to check it by; "),
        ("md5", None, ""),
    ],
)
def test_a_file_is_trusted_when_it_first_comes_and_compared_with_that_later(
    algorithm, digits, says, server, folder, monkeypatch, capsys
):
    server.data = squeezenet()
    here = source(server, algorithm, digits, data=server.data)
    monkeypatch.setattr(command, "SOURCES", {"squeezenet1_1": here})
    assert jnst.cli.main(["weights", "get", "squeezenet1_1"]) == 0
    more = f"its SHA-256 is kept in {folder / 'manifest.json'}, to check it by from now on\n"
    assert capsys.readouterr().err == (says and says + more)
    entry = json.loads((folder / "manifest.json").read_text())["squeezenet1_1.h5"]
    digest = hashlib.sha256(server.data).hexdigest()
    assert (entry["source_sha256"], entry["source_bytes"]) == (digest, len(server.data))
    (folder / "squeezenet1_1.h5").unlink()
    assert jnst.cli.main(["weights", "get", "squeezenet1_1"]) == 0
    assert capsys.readouterr().err == ""
    (folder / "squeezenet1_1.h5").unlink()
    good, server.data = server.data, server.data[:-1] + b"!"
    monkeypatch.setattr(command, "SOURCES", {"squeezenet1_1": here._replace(hash="")})
    assert jnst.cli.main(["weights", "get", "squeezenet1_1"]) == 2
    assert f"not {digest}, which it had when it was first" in capsys.readouterr().err
    assert os.listdir(folder) == ["manifest.json"]
    server.data = good
    assert jnst.cli.main(["weights", "get", "squeezenet1_1"]) == 0


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
        here = source(closed, "sha256", 0, file="a.h5")  # of no hash anything is kept
    monkeypatch.setattr(command, "SOURCES", {"resnet50": here})
    folder.mkdir()
    before = sorted(os.listdir())
    status = jnst.cli.main(["weights", "get", "resnet50"])
    by_hand = (
        f"; or put a.h5 from {here.address} (no hash published) into {folder} and run: "
        f"jnst weights convert '{folder}/a.h5' --backbone resnet50"
    )
    says = f"jnst: cannot fetch a.h5: Connection refused{by_hand}\n"
    captured = capsys.readouterr()
    assert captured.err == says
    check_refused(status, captured, by_hand, before)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["get"], "NAME is missing: jnst weights get NAME"),
        (["put", "vgg16"], "unknown order of weights 'put'; choose from list, get, convert"),
        (["convert"], "SOURCE... is missing: jnst weights convert SOURCE..."),
        (["convert", "nothing.h5"], "cannot read nothing.h5: No such file"),
        (["convert", "."], ".: cannot tell which network it is; say --backbone microast or adain"),
        (["convert", "a.pth", "b.pth", "--source", "keras"], "source is for the files of feature"),
        (["measure", "nothing"], "cannot read 'nothing': No such file"),
        (["measure", ".", "--backbone", "resnet50"], "unknown network 'resnet50'; choose from vgg"),
        (["measure", ".", "--long-side", "0"], "the long side must be a number of at least 1"),
        (
            ["get", "vgg17"],
            "unknown network 'vgg17' (did you mean vgg19?); choose from vgg16, vgg19, resnet50",
        ),
        (["--get"], "unknown option --get"),
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

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "fetch", stop)
    assert jnst.cli.main(["weights", "get", "squeezenet1_1"]) == 130
    assert "goes on from there" in capsys.readouterr().err
