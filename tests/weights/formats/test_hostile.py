"""Weight files that are broken or made to do harm: each ends in one line, and does nothing else."""

import contextlib
import io
import json
import os
import tracemalloc
import zipfile

import h5py
import numpy as np
import pytest
from helpers_torch import dumps, legacy, state_dict
from hypothesis import given, settings
from hypothesis import strategies as st

from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError
from jnst.weights import convert, sources
from jnst.weights.formats import hdf5 as heaps
from jnst.weights.formats import safetensors
from jnst.weights.sources import torch_names, weighted

KERAS = [layer.reads[0].replace("/", "_") for layer in weighted(BACKBONES["squeezenet1_1"].table)]
TORCH = torch_names.prefixes("squeezenet1_1-torchvision").values()
TENSORS = {f"{name}.weight": np.ones((2, 1, 1, 1), np.float32) for name in TORCH}
TENSORS |= {f"{name}.bias": np.ones(2, np.float32) for name in TORCH}


def hdf5(version="earliest", **options):
    """Write a file with all layers of SqueezeNet by name, each far too small."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver=version) as file:
        file.attrs["layer_names"] = np.array(KERAS, "S")
        for name in KERAS:
            group = file.create_group(name)
            group.create_dataset("k:0", data=np.ones((1, 1, 1, 2), np.float32), **options)
            group["b:0"] = np.ones(2, np.float32)
            group.attrs["weight_names"] = np.array(["k:0", "b:0"], "S")
    return buffer.getvalue()


def safe():
    header, data = {}, b""
    for name, array in TENSORS.items():
        place = [len(data), len(data) + array.nbytes]
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": place}
        data += array.tobytes()
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def numpy_array():
    buffer = io.BytesIO()
    np.save(buffer, np.ones((3, 3, 3, 2), np.float32))
    return buffer.getvalue()


def zipped(entries):
    """Zip after the damage, or the check sums would find it first."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def archive(kernel):
    return zipped({"a/kernel.npy": kernel, "a/bias.npy": numpy_array()})


def torch_archive(description):
    return zipped({"a/data.pkl": description, "a/data/0": bytes(8), "a/data/1": bytes(8)})


FILES = {  # kind: the name, how it is read, what is damaged, and how that becomes a file
    "old HDF5": ("a.h5", "keras", hdf5(), bytes),
    "new HDF5": ("a.h5", "keras", hdf5("latest"), bytes),
    "packed HDF5": ("a.h5", "keras", hdf5(compression="gzip", chunks=True), bytes),
    "npz": ("a.npz", "npz", numpy_array(), archive),
    "zipped": ("a.npz", "npz", archive(numpy_array()), bytes),
    "torch": ("a.pth", "torchvision", dumps(state_dict(TENSORS)[0]), torch_archive),
    "old torch": ("a.pth", "torchvision", legacy(*state_dict(TENSORS)), bytes),
    "safetensors": ("a.safetensors", "torchvision", safe(), bytes),
}
NUMBERS = [b"\xff" * 8, bytes(8), (2**40).to_bytes(8, "little"), b"\x7f\xff", b"-1", b"9" * 9]
EDIT = st.tuples(
    st.sampled_from(["set", "cut", "copy", "drop", "end"]),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from(NUMBERS) | st.binary(min_size=1, max_size=4),
)


def damaged(data, edits):
    found = bytearray(data)
    for what, where, put in edits:
        at = int(where * len(found))
        match what:
            case "set":
                found[at : at + len(put)] = put
            case "cut":
                del found[at : at + len(put)]
            case "copy":
                found[at:at] = found[at // 2 : at // 2 + 40]
            case "drop":
                found[at : at + 1] = b""
            case "end":
                del found[max(at, len(data) // 2) :]
    return bytes(found)


@pytest.mark.parametrize("kind", FILES)
def test_a_damaged_file_raises_nothing_but_the_one_error(kind, tmp_path):
    name, read_as, data, finish = FILES[kind]
    path = tmp_path / name

    @settings(max_examples=400, derandomize=True, deadline=None, database=None)
    @given(st.lists(EDIT, min_size=1, max_size=5))
    def attempt(edits):
        path.write_bytes(finish(damaged(data, edits)))
        with contextlib.suppress(InputError):  # a damaged number may still be read
            sources.read(path, kind=read_as, backbone="auto")

    attempt()


def refused(path, match, kind="auto"):
    """Assert that it is refused in one line, without much memory."""
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=match) as caught:
            sources.read(path, kind=kind, backbone="auto")
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()
    assert "\n" not in str(caught.value)


@pytest.fixture
def secret(tmp_path):
    """Return a file with what a weight file must not get at."""
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["k"] = np.full((1, 1, 1, 2), 7, np.float32)
    return tmp_path / "secret.h5"


def linked(how, secret):
    """Describe a first layer that leads elsewhere."""
    other = h5py.VirtualLayout((1, 1, 1, 2), np.float32)
    other[:] = h5py.VirtualSource(secret, "k", (1, 1, 1, 2))
    return {
        "external link": lambda group: group.update({"k:0": h5py.ExternalLink(secret, "k")}),
        "soft link": lambda group: group.update({"k:0": h5py.SoftLink("/fire2_squeeze1x1/k:0")}),
        "link to itself": lambda group: group.update({"k:0": h5py.SoftLink("/conv1/k:0")}),
        "virtual": lambda group: group.create_virtual_dataset("k:0", other),
        "external": lambda group: group.create_dataset(
            "k:0", (1, 1, 1, 2), "f4", external=[(secret, 0, 8)]
        ),
        "packed": lambda group: group.create_dataset("k:0", data=np.ones(8), compression="gzip"),
        "in pieces": lambda group: group.create_dataset("k:0", (9, 9), "f4", chunks=(3, 3)),
        "not all there": lambda group: group.create_dataset("k:0", (3, 3, 3, 64), "f4"),
        "huge": lambda group: group.create_dataset("k:0", (10**6, 10**6), "f4"),
        "text": lambda group: group.create_dataset("k:0", data="kernel"),
        "nothing": lambda group: group.create_dataset("k:0", data=h5py.Empty("f4")),
        "numbers as names": lambda group: group.attrs.update({"weight_names": [1.5, 2.5]}),
    }[how]


@pytest.mark.parametrize(
    ("how", "match"),
    [
        ("external link", "k:0 is a link"),
        ("soft link", "k:0 is a link"),
        ("link to itself", "k:0 is a link"),
        ("virtual", "in another file"),
        ("external", "in another file"),
        ("packed", "compressed, in pieces"),
        ("in pieces", "compressed, in pieces"),
        ("not all there", "not all there"),
        ("huge", "too large for conv1"),
        ("text", "holds no numbers"),
        ("nothing", "holds no numbers"),
        ("numbers as names", "no list of names"),
    ],
)
def test_hdf5_leads_nowhere_else(tmp_path, secret, how, match):
    path = tmp_path / "a.h5"
    path.write_bytes(hdf5())
    with h5py.File(path, "a") as file:
        del file["conv1/k:0"]
        linked(how, secret)(file["conv1"])
    refused(path, match)


def test_a_layer_with_a_thousand_arrays(tmp_path):
    (tmp_path / "a.h5").write_bytes(hdf5())
    with h5py.File(tmp_path / "a.h5", "a") as file:
        file["conv1"].attrs["weight_names"] = np.array(["b:0"] * 999, "S")
    refused(tmp_path / "a.h5", "999 arrays, more than any layer")


@pytest.mark.parametrize(
    "reader",
    [
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "import time; time.sleep(60)",
        None,
    ],
)
def test_names_of_any_length_are_read_where_a_crash_does_no_harm(tmp_path, reader, monkeypatch):
    path = tmp_path / "a.h5"
    path.write_bytes(hdf5())
    with h5py.File(path, "a") as file:
        file["conv1"].attrs["weight_names"] = ["k:0", "b:0"]
    if reader is None:
        _, found = sources.read(path, kind="auto", backbone="auto")
        assert found.backbone == "squeezenet1_1"
        return
    monkeypatch.setattr(heaps, "PROGRAM", reader)
    monkeypatch.setattr(heaps, "PATIENCE", 1)
    refused(path, "names of layers in it are damaged")


def test_layers_behind_a_link(tmp_path, secret):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["model_weights"] = h5py.ExternalLink(secret, "/")
    refused(tmp_path / "a.h5", "model_weights is a link")


def npy(header):
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}") + b"cos\nsystem\n", "float"),
        (npy("{'descr': '<f4', 'fortran_order': False, 'shape': (10**12,)}"), "NumPy archive"),
        (
            npy("{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999,)}") + bytes(4),
            "reshape",
        ),
        (
            npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-3, -3)}") + bytes(36),
            "one unknown dimension",
        ),
        (npy("__import__('os').system('true')"), "NumPy archive"),
        (npy("(" * 100), "NumPy archive"),
        (b"\x93NUMPY\x02\x00", "version"),
    ],
)
def test_arrays_of_numpy_that_claim_too_much(tmp_path, data, match):
    (tmp_path / "a.npz").write_bytes(archive(data))
    refused(tmp_path / "a.npz", match)


@pytest.mark.parametrize(
    ("header", "match"),
    [
        (
            {
                str(i): {"dtype": "BF16", "shape": [500], "data_offsets": [0, 1000]}
                for i in range(9)
            },
            "shares its bytes",
        ),
        (b'{"a": 1, "a": 2}', "a name twice"),
        (b'{"a": {"dtype": "F32", "dtype": "F32"}}', "a name twice"),
    ],
)
def test_tensors_that_lie_over_each_other(tmp_path, header, match):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path = tmp_path / "a.safetensors"
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(1000))
    with pytest.raises(InputError, match=match):
        safetensors.read(path)


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
    assert convert.main([str(path), "--output", str(tmp_path / "net.h5")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert not (tmp_path / "net.h5").exists()


def test_names_out_of_a_file_command_no_terminal(tmp_path, capsys):
    name = "\x1b]0;owned\x07\n\x9b2J\u202e"
    path = tmp_path / "a.pth"
    path.write_bytes(legacy(*state_dict(TENSORS | {f"{name}.bias": np.ones(2, np.float32)})))
    assert convert.main([str(path), "--output", str(tmp_path / "net.h5")]) == 2
    error = capsys.readouterr().err
    assert error.removesuffix("\n").isprintable()
    assert r"\x1b]0;owned\x07" in error
