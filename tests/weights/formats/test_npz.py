"""NumPy archives: read as they were written, and no larger than they are."""

import io
import zipfile

import numpy as np
import pytest

from jnst.errors import InputError
from jnst.weights.formats import npz

ARRAYS = {
    "a.b/c": np.arange(6, dtype=np.float16).reshape(2, 3),
    "t": np.asfortranarray(np.arange(6, dtype=np.int8).reshape(2, 3)),
    "s": np.float32(0.5),
}


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_arrays_are_what_was_written(tmp_path, save):
    save(tmp_path / "a.npz", **ARRAYS)
    with zipfile.ZipFile(tmp_path / "a.npz", "a") as archive:
        archive.writestr("note.txt", "no array")
    found = npz.read(tmp_path / "a.npz")
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array, strict=True)


def test_what_unpacks_to_far_more_than_it_is_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(npz, "LARGEST", 2000)
    arrays = {name: np.zeros(3000, np.int8) for name in "ab"}
    np.savez_compressed(tmp_path / "a.npz", a=arrays["a"])
    assert npz.read(tmp_path / "a.npz").keys() == {"a"}
    np.savez_compressed(tmp_path / "a.npz", **arrays)  # each of them would do
    with pytest.raises(InputError, match="it would unpack to far more than it is"):
        npz.read(tmp_path / "a.npz")
    with zipfile.ZipFile(tmp_path / "a.npz") as archive:
        with pytest.raises(ValueError, match="declares too many bytes"):
            npz.array(archive, "a.npy", 3000)
        assert npz.array(archive, "a.npy", 3128).size == 3000


def test_what_is_no_array_of_numbers_is_refused(tmp_path):
    np.savez(tmp_path / "text.npz", a=np.array(["text"]))
    stream = io.BytesIO()
    np.save(stream, np.zeros(4, np.float32))
    with zipfile.ZipFile(tmp_path / "cut.npz", "w") as archive:
        archive.writestr("a.npy", stream.getvalue()[:-3])
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.zeros(4, np.float32), version=(2, 0))
    with zipfile.ZipFile(tmp_path / "late.npz", "w") as archive:
        archive.writestr("a.npy", stream.getvalue())
    (tmp_path / "none.npz").write_bytes(b"PK\x03\x04 and no more")
    refused = {"text": "not of numbers", "cut": "buffer size", "late": "another version"}
    for name, says in {**refused, "none": "zip"}.items():
        with pytest.raises(InputError, match=f"cannot read .*{name}.npz as a NumPy .*{says}"):
            npz.read(tmp_path / f"{name}.npz")
