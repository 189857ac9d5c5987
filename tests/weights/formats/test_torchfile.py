"""Torch files are read in every layout, and refused where they are cut or damaged."""

import contextlib
import random
import struct
import tracemalloc

import numpy as np
import pytest
from helpers_torch import (
    KINDS,
    Storage,
    legacy,
    parse,
    state_dict,
    tensor,
    zipped,
)

from jnst.errors import InputError
from jnst.weights.formats import torchfile


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_with_offsets_and_strides(write, kind, tmp_path):
    flat = np.arange(-5, 25).astype(KINDS[kind]) if kind != "BoolStorage" else np.arange(30) % 3 > 0
    storage = Storage(kind, "7", 30)
    spec = {
        "whole": tensor(storage, (5, 6), (6, 1)),
        "transposed": tensor(storage, (6, 5), (1, 6)),
        "every other": tensor(storage, (2, 3), (12, 2), offset=6),
        "expanded": tensor(storage, (4, 2), (0, 1), offset=28),
        "empty": tensor(storage, (0, 3), (3, 1), offset=30),
        "scalar": tensor(storage, (), (), offset=29),
    }
    path = tmp_path / "file.pth"
    path.write_bytes(write(spec, {"7": flat}))
    got = torchfile.read(path)
    expected = {
        "whole": flat.reshape(5, 6),
        "transposed": flat.reshape(5, 6).T,
        "every other": flat[6:].reshape(4, 6)[::2, :5:2],
        "expanded": np.broadcast_to(flat[28:], (4, 2)),
        "empty": np.zeros((0, 3), flat.dtype),
        "scalar": flat[29].reshape(()),
    }
    assert list(got) == list(expected)
    for name, array in expected.items():
        assert got[name].dtype == array.dtype
        np.testing.assert_array_equal(got[name], array, strict=True)


def test_bfloat16_becomes_float32(write):
    values = np.array([1, -2.5, 3e38, 0.15625], np.float32)
    upper = (values.view("u4") >> 16).astype("u2")
    got = parse(write({"x": tensor(Storage("BFloat16Storage", "0", 4), (4,), (1,))}, {"0": upper}))
    assert got["x"].dtype == np.float32
    np.testing.assert_allclose(got["x"], values, rtol=2**-8)


def test_big_endian_archive():
    values = np.array([1.5, -2], ">f4")
    spec = {"x": tensor(Storage("FloatStorage", "0", 2), (2,), (1,))}
    got = parse(zipped(spec, {"0": values}, order="big"))["x"]
    assert got.dtype == np.dtype("=f4")
    np.testing.assert_array_equal(got, values)


FLOATS = Storage("FloatStorage", "0", 4)


def test_tensors_must_agree_about_their_storage(write):
    others = (Storage("IntStorage", "0", 4), Storage("FloatStorage", "0", 3))
    for other in others:
        spec = {"x": tensor(FLOATS, (3,), (1,)), "y": tensor(other, (3,), (1,))}
        with pytest.raises(InputError, match="disagree"):
            parse(write(spec, {"0": np.zeros(4, np.float32)}))


def test_a_storage_must_have_the_length_that_is_declared():
    data = legacy({"x": tensor(FLOATS, (4,), (1,))}, {"0": np.zeros(4, np.float32)})
    assert data[-24:-16] == struct.pack("<q", 4)
    with pytest.raises(InputError, match="another length"):
        parse(data[:-24] + struct.pack("<q", 3) + data[-16:])


@pytest.mark.parametrize(
    "value", [[], 3, None, {1: tensor(FLOATS, (4,), (1,))}, tensor(FLOATS, (4,), (1,))]
)
def test_only_a_dict_of_tensors_is_read(write, value):
    with pytest.raises(InputError):
        parse(write(value, {"0": np.zeros(4, np.float32)}))


def small_file(write) -> bytes:
    rng = np.random.default_rng(0)
    return write(*state_dict({f"layer{i}": rng.normal(size=(3, 4)) for i in range(4)}))


def test_a_file_cut_anywhere_is_refused(write):
    data = small_file(write)
    for end in (*range(0, len(data), 7), len(data) - 1):
        with pytest.raises(InputError):
            parse(data[:end])


@pytest.mark.parametrize("tries", [100, pytest.param(1500, marks=pytest.mark.slow)])
def test_a_damaged_file_raises_nothing_else(write, tries):
    data, chance = small_file(write), random.Random(0)
    for _ in range(tries):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(data))] = chance.randrange(256)
        with contextlib.suppress(InputError):  # a damaged number may still be read
            parse(bytes(damaged))


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"<html>", b"\x89PNG", b"." * 99, b"(" * 10**5]
)
def test_other_files_are_refused(data):
    with pytest.raises(InputError):
        parse(data)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.pth"):
        torchfile.read(tmp_path / "nowhere.pth")


def peak(data: bytes, match: str) -> int:
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=match):
            parse(data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_zip_bombs_are_not_unpacked():
    size = 2**27
    spec = {"x": tensor(Storage("ByteStorage", "0", size), (size,), (1,))}
    honest = zipped(spec, {"0": np.zeros(size, np.uint8)}, deflate=True)
    assert peak(honest, "more data than a file of its size") < 2**22
    spec = {"x": tensor(Storage("ByteStorage", "0", 9), (9,), (1,))}
    lying = bytearray(zipped(spec, {"0": np.zeros(size, np.uint8)}, deflate=True))
    declared = lying.rfind(b"PK\x01\x02") + 24
    assert lying[declared : declared + 4] == struct.pack("<I", size)
    lying[declared : declared + 4] = struct.pack("<I", 9)
    assert peak(bytes(lying), "CRC") < 2**22
