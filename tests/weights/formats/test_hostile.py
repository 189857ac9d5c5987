"""Weight files that are damaged anywhere: each is read, or refused in one line."""

import contextlib
import json

import pytest
from helpers_hostile import TENSORS, hdf5, npz_of, numpy_array, zipped
from helpers_torch import dumps, legacy, state_dict
from hypothesis import given, settings
from hypothesis import strategies as st

from jnst.errors import InputError
from jnst.weights import sources


def safe():
    header, data = {}, b""
    for name, array in TENSORS.items():
        place = [len(data), len(data) + array.nbytes]
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": place}
        data += array.tobytes()
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def torch_of(description):
    return zipped({"a/data.pkl": description, "a/data/0": bytes(8), "a/data/1": bytes(8)})


FILES = {  # kind: the name, how it is read, what is damaged, and how that becomes a file
    "old HDF5": ("a.h5", "keras", hdf5(), bytes),
    "new HDF5": ("a.h5", "keras", hdf5("latest"), bytes),
    "packed HDF5": ("a.h5", "keras", hdf5(compression="gzip", chunks=True), bytes),
    "npz": ("a.npz", "npz", numpy_array(), npz_of),
    "zipped": ("a.npz", "npz", npz_of(numpy_array()), bytes),
    "torch": ("a.pth", "torchvision", dumps(state_dict(TENSORS)[0]), torch_of),
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

    @settings(database=None)
    @given(st.lists(EDIT, min_size=1, max_size=5))
    def attempt(edits):
        path.write_bytes(finish(damaged(data, edits)))
        with contextlib.suppress(InputError):  # a damaged number may still be read
            sources.read(path, kind=read_as, backbone="auto")

    attempt()
