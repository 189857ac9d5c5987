"""HDF5 files made to do harm: links, other files, names without end."""

import h5py
import numpy as np
import pytest
from helpers_hostile import hdf5, refused

from jnst.weights import sources
from jnst.weights.formats import hdf5 as heaps


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


def test_all_arrays_are_read_by_name_and_no_link_is_followed(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["b/c/d"], file["e"] = np.arange(3.0), np.arange(2)
        found = heaps.arrays(file)
        assert {name: array.tolist() for name, array in found.items()} == {
            "b/c/d": [0, 1, 2],
            "e": [0, 1],
        }
        file["b/f"] = h5py.SoftLink("/e")
        with pytest.raises(ValueError, match="f is a link"):
            heaps.arrays(file)
