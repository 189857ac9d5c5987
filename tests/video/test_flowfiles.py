"""Flow files: to the byte, as others wrote them, and what is refused."""

import os
import struct

import numpy as np
import pytest
from painters import NETS

from jnst.errors import InputError
from jnst.video import flowfiles

FLOW = np.array([[[1.5, -2], [0, 0.25], [3, 4]], [[5, 6], [7, 8], [-9, 1e3]]], np.float32)
FLO = b"PIEH" + struct.pack("<2i12f", 3, 2, 1.5, -2, 0, 0.25, 3, 4, 5, 6, 7, 8, -9, 1e3)
VIDEO = NETS.parent / "video"


@pytest.mark.parametrize("name", ["a.flo", "b.npz", "C.FLO"])
def test_what_is_written_is_read(tmp_path, name):
    flowfiles.write(tmp_path / name, FLOW.astype(np.float64))
    np.testing.assert_array_equal(flowfiles.read(tmp_path / name), FLOW, strict=True)
    assert os.listdir(tmp_path) == [name]


def test_a_flo_is_middleburys(tmp_path):
    assert struct.unpack("<f", FLO[:4]) == (202021.25,)
    flowfiles.write(tmp_path / "a.flo", FLOW)
    assert (tmp_path / "a.flo").read_bytes() == FLO


def test_an_npz_may_be_in_half_precision_and_hold_other_arrays(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", flow=FLOW.astype(np.float16), mask=np.ones(3, bool))
    np.testing.assert_array_equal(flowfiles.read(tmp_path / "a.npz"), FLOW, strict=True)


@pytest.mark.skipif(not VIDEO.exists(), reason="shared frames are not here")
@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("chairs/pair1_truth.npz", (384, 512, 2)),
        ("marple/forward_1_2.npz", (350, 450, 2)),
        ("sintel/backward_2_1.npz", (192, 448, 2)),
    ],
)
def test_others_files_are_read(name, size):
    assert flowfiles.read(VIDEO / name).shape == size


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "it does not begin as a .flo does, with PIEH, width and height"),
        (FLO[:11], "it does not begin as a .flo does, with PIEH, width and height"),
        (FLO[::-1], "it does not begin as a .flo does, with PIEH, width and height"),
        (FLO[:-1], "it has 59 bytes; 3 x 2 pixels take 60"),
        (FLO + b"\0", "it has 61 bytes; 3 x 2 pixels take 60"),
        (b"PIEH" + struct.pack("<2i", 60_000, 60_000), "it has 12 bytes; 60000 x 60000 pixels tak"),
        (b"PIEH" + struct.pack("<2i", 0, 2), "0 x 2 is no size; sides are 1 to 65535 pixels"),
        (b"PIEH" + struct.pack("<2i", 3, -2), "3 x -2 is no size; sides are 1 to 65535 pixels"),
        (b"PIEH" + struct.pack("<2i", 65_536, 1), "65536 x 1 is no size; sides are 1 to 65535"),
        (b"PIEH" + struct.pack("<2i2f", 1, 1, np.nan, 0), "it has what is no finite number"),
        (b"PIEH" + struct.pack("<2i2f", 1, 1, 0, 1.7e9), "motions of more than 1e+06 pixels, or"),
    ],
)
def test_a_flo_that_is_none_is_refused(tmp_path, data, says):
    (tmp_path / "a.flo").write_bytes(data)
    check_refused(tmp_path / "a.flo", says)


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.zeros((2, 3)), r"it has float64 (2, 3), not numbers of height x width x 2"),
        (np.zeros((2, 3, 3)), r"it has float64 (2, 3, 3), not numbers of height x width x 2"),
        (np.zeros((0, 3, 2)), "3 x 0 is no size"),
        (np.zeros((2, 3, 2), int), "an array is of int64, not of floating-point numbers"),
        (np.full((2, 3, 2), np.inf), "it has what is no finite number"),
        (np.full((2, 3, 2), -2e6), "it has motions of more than 1e+06 pixels"),
    ],
)
def test_an_npz_that_is_no_flow_is_refused(tmp_path, array, says):
    np.savez(tmp_path / "a.npz", flow=array)
    check_refused(tmp_path / "a.npz", says)


def test_other_archives_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", motion=FLOW, mask=FLOW)
    check_refused(tmp_path / "a.npz", "it has no array 'flow', but motion, mask")
    data = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(data[:-9])
    check_refused(tmp_path / "a.npz", "cannot read the flow")
    np.savez_compressed(tmp_path / "b.npz", flow=np.zeros((3000, 3000, 2)))
    check_refused(tmp_path / "b.npz", "'flow.npy' declares too many bytes")


def check_refused(path, says):
    with pytest.raises(InputError) as caught:
        flowfiles.read(path)
    assert says in str(caught.value)
    assert str(caught.value).startswith(f"cannot read the flow '{path}': ")
    assert "\n" not in str(caught.value)


def test_what_is_no_file_of_flow_is_refused(tmp_path):
    for path in (tmp_path / "a.png", tmp_path / "flo"):
        with pytest.raises(InputError, match=r"unknown suffix '(.png|)'; choose from .flo, .npz"):
            flowfiles.read(path)
        with pytest.raises(InputError, match=r"unknown suffix '(.png|)'; choose from .flo, .npz"):
            flowfiles.write(path, FLOW)
    check_refused(tmp_path / "a.flo", "No such file or directory")
    os.mkfifo(tmp_path / "a.npz")
    check_refused(tmp_path / "a.npz", "it is not a regular file")


def test_what_would_not_be_read_is_not_written(tmp_path):
    with pytest.raises(InputError, match=r"cannot write the flow .*no finite number"):
        flowfiles.write(tmp_path / "a.flo", np.where(FLOW > 6, np.nan, FLOW))
    with pytest.raises(InputError, match=r"cannot write .*there is no folder"):
        flowfiles.write(tmp_path / "b/a.flo", FLOW)
    assert os.listdir(tmp_path) == []


def test_a_flow_without_motion_is_read_however_large(tmp_path):
    flow = np.zeros((3000, 3000, 2), np.float32)
    flowfiles.write(tmp_path / "a.npz", flow)
    assert flowfiles.read(tmp_path / "a.npz").shape == flow.shape
