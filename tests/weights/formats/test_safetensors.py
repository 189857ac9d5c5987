"""x"""

import json

import numpy as np
import pytest

from jnst.errors import InputError
from jnst.weights.formats import safetensors

NUMBERS = np.float32([[1.5, -2, 0.25], [3, 0, -0.0078125]])  # exact in 16 bit as well


def encode(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(kind="F32", shape=(2, 3), start=0, end=24):
    return {"dtype": kind, "shape": list(shape), "data_offsets": [start, end]}


@pytest.fixture
def write(tmp_path):
    def write(data):
        (tmp_path / "a.safetensors").write_bytes(data)
        return tmp_path / "a.safetensors"

    return write


def test_tensors_come_back_in_float32(write):
    upper = (NUMBERS.view(np.uint32) >> 16).astype("<u2")
    data = NUMBERS.tobytes() + NUMBERS.astype("<f2").tobytes() + upper.tobytes()
    header = {
        "__metadata__": {"format": "pt"},
        "whole": entry(),
        "half": entry("F16", start=24, end=36),
        "brain": entry("BF16", start=36, end=48),
        "none": entry(shape=(0, 3), start=48, end=48),
        "count": entry("I64", (), 48, 56),
    }
    found = safetensors.read(write(encode(header, data + (7).to_bytes(8, "little"))))
    assert list(found) == ["whole", "half", "brain", "none", "count"]
    for name in ("whole", "half", "brain"):
        np.testing.assert_array_equal(found[name], NUMBERS, strict=True)
    assert found["none"].shape == (0, 3)
    assert found["count"] == 7


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "cut off"),
        (b"\x01\x00\x00", "cut off"),
        (encode({"a": entry()})[:40], "cut off"),
        ((2**63).to_bytes(8, "little") + b"{}", "cut off"),
        (encode(b"{" * 9), "Expecting"),
        (encode(b"\xff\xfe"), "decode"),
        (encode(b"[" * 100_000), "recursion"),
        (encode([1]), "no table"),
        (encode({"a": 1}), "'a' is described"),
        (encode({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0]}}), "'a' is described"),
        (encode({"a": entry("F64", (3,))}, bytes(24)), "'a' is of type 'F64', not of F32"),
        (encode({"a": entry()}, bytes(23)), "'a' is cut off"),
        (encode({"a": entry(end=20)}, bytes(24)), "'a' is cut off"),
        (encode({"a": entry(shape=(2, 4))}, bytes(24)), "another length than its shape"),
        (encode({"a": entry(start=24, end=0)}, bytes(24)), "'a' is cut off"),
        (encode({"a": entry(shape=(-2, -3))}, bytes(24)), "no count"),
        (encode({"a": entry(start=-24, end=0)}, bytes(24)), "no count"),
        (encode({"a": entry(shape=(2.0, 3))}, bytes(24)), "no count"),
        (encode({"a": entry(shape=(True, 6))}, bytes(24)), "no count"),
        (encode({"a": entry(shape=(2**40, 2**40))}, bytes(24)), "another length"),
        (encode({"a": entry(shape=(1,) * 70)}, bytes(24)), "no count"),
    ],
)
def test_a_broken_file_is_one_line(write, data, match):
    with pytest.raises(InputError, match=match) as caught:
        safetensors.read(write(data))
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("cannot read ")


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"cannot read .*none: No such file"):
        safetensors.read(tmp_path / "none")


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
