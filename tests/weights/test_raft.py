"""RAFT-small's weights: from both files that are published, found again, and what is refused."""

import hashlib
import json
import os

import numpy as np
import plain_raft
import pytest
from helpers import ROOT
from helpers_torch import legacy, state_dict, zipped
from painters import NETS, here

import jnst.cli
from jnst.errors import InputError
from jnst.weights import raft
from jnst.weights.formats import torchfile


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "weights"


@pytest.fixture(scope="module")
def params():
    return plain_raft.random_params(np.random.default_rng(0), np.float32)


def check_same(found, expected):
    assert found.keys() == expected.keys()
    for name, layer in expected.items():
        for kind in ("kernel", "bias"):
            np.testing.assert_array_equal(found[name][kind], layer[kind], strict=True)


def test_its_authors_file_and_torchvisions_give_the_same(folder, params, capsys):
    files = {
        "raft-small.pth": legacy(*state_dict(plain_raft.as_published(params))),
        "raft_small_C_T_V1-ad48884c.pth": zipped(
            *state_dict(plain_raft.as_published(params, torchvision=True))
        ),
    }
    made = []
    for name, data in files.items():
        (folder.parent / name).write_bytes(data)
        assert jnst.cli.main(["weights", "convert", name]) == 0
        assert capsys.readouterr().out == f"wrote {folder / 'raft-small.h5'}\n"
        check_same(raft.load(), params)
        entry = json.loads((folder / "manifest.json").read_text())["raft-small.h5"]
        assert (entry["source"], entry["licence"]) == (name, "BSD-3-Clause")
        assert entry["authors"].startswith("Zachary Teed and Jia Deng")
        assert ("torchvision" in entry["authors"]) == ("C_T" in name)
        assert entry["layers"]["update_block.gru.convz"] == [3, 3, 242, 96]
        made.append((folder / "raft-small.h5").read_bytes())
    assert made[0] == made[1]
    moved = {name: {**layer, "bias": layer["bias"] + 1} for name, layer in params.items()}
    tensors = plain_raft.as_published(moved)
    (folder.parent / "raft-small.pth").write_bytes(zipped(*state_dict(tensors)))
    assert jnst.cli.main(["weights", "convert", "raft-small.pth"]) == 2
    assert "with other numbers, from raft_small_C_T_V1-ad48884c.pth, and" in capsys.readouterr().err
    assert (folder / "raft-small.h5").read_bytes() == made[0]


def test_names_are_torchvisions():
    """As they are in torchvision/models/optical_flow/raft.py of pytorch/vision@07a929e."""
    names = {
        "fnet.conv1": "feature_encoder.convnormrelu.0",
        "cnet.layer1.0.conv3": "context_encoder.layer1.0.convnormrelu3.0",
        "fnet.layer2.0.downsample.0": "feature_encoder.layer2.0.downsample.0",
        "cnet.conv2": "context_encoder.conv",
        "update_block.encoder.convc1": "update_block.motion_encoder.convcorr1.0",
        "update_block.encoder.convf2": "update_block.motion_encoder.convflow2.0",
        "update_block.encoder.conv": "update_block.motion_encoder.conv.0",
        "update_block.gru.convq": "update_block.recurrent_block.convgru1.convq",
        "update_block.flow_head.conv1": "update_block.flow_head.conv1",
    }
    assert {name: raft._in_torchvision(name) for name in names} == names
    assert len({raft._in_torchvision(name) for name in raft.SHAPES}) == len(raft.SHAPES)


@here("raft_small.pth")
def test_the_published_file_is_read_whole(folder):
    path = NETS / "raft_small.pth"
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert sha256 in (ROOT / "weights/README.md").read_text("utf-8")
    assert raft.convert([path]) == folder / "raft-small.h5"
    found, tensors = raft.load(), torchfile.read(path)
    assert sum(array.size for layer in found.values() for array in layer.values()) == 990_162
    kernel = tensors["module.update_block.gru.convz.weight"].transpose(2, 3, 1, 0)
    np.testing.assert_array_equal(found["update_block.gru.convz"]["kernel"], kernel)
    entry = json.loads((folder / "manifest.json").read_text())["raft-small.h5"]
    assert (entry["source_sha256"], entry["source_bytes"]) == (sha256, 3_984_814)


def without(name):
    return lambda tensors: tensors.pop(f"module.{name}")


def changed(name, array):
    return lambda tensors: tensors.update({f"module.{name}": array})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda tensors: tensors.clear(), "does not hold the network raft-small"),
        (without("fnet.conv1.bias"), "the tensor fnet.conv1/bias is missing; wanted are (32,)"),
        (
            changed("update_block.gru.convz.weight", np.zeros((128, 384, 1, 5), np.float32)),
            "the tensor update_block.gru.convz/kernel has the shape (1, 5, 384, 128); wanted are",
        ),
        (
            changed("cnet.conv2.bias", np.full(160, np.nan, np.float32)),
            "the tensor cnet.conv2/bias has what is no number in it",
        ),
    ],
)
def test_another_network_is_refused_before_anything_is_written(
    folder, params, change, says, capsys
):
    tensors = plain_raft.as_published(params)
    change(tensors)
    np.savez("raft-small.npz", **tensors)
    assert jnst.cli.main(["weights", "convert", "raft-small.npz"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("jnst: raft-small.npz")
    assert says in said
    assert said.count("\n") == 1
    assert os.listdir() == ["raft-small.npz"]


def test_files_are_told_by_their_name_or_by_what_is_wanted(folder):
    path = folder.parent
    assert raft.is_ours([path / "raft-small.pth"], "auto")
    assert raft.is_ours([path / "RAFT_small_C_T_V2-01064c6d.pth"], "auto")
    assert raft.is_ours([path / "a.pth"], "raft-small")
    assert not raft.is_ours([path / "raft-small.pth"], "vgg19")
    assert not raft.is_ours([path / "raft-things.pth"], "auto")
    with pytest.raises(InputError, match="raft-small is read from one file, not from 2"):
        raft.convert([path / "a.pth", path / "b.pth"])


def test_what_is_missing_is_said_with_what_to_do():
    says = r"weights raft-small.h5 not found in .*: fetch them with 'jnst weights get raft-small'"
    with pytest.raises(InputError, match=says):
        raft.load()


def test_what_was_altered_is_refused(folder, params):
    np.savez("a.npz", **plain_raft.as_published(params))
    raft.convert([folder.parent / "a.npz"], output=folder / "raft-small.h5")
    data = bytearray((folder / "raft-small.h5").read_bytes())
    data[-100] ^= 1
    (folder / "raft-small.h5").write_bytes(data)
    with pytest.raises(InputError, match=r"do not have the SHA-256 that manifest.json gives"):
        raft.load()
