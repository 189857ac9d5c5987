"""ONNX files: tensors and nodes by name, and what is damaged."""

import contextlib

import numpy as np
import pytest
from helpers_onnx import field, model, node, tensor
from hypothesis import given
from hypothesis import strategies as st

from jnst.errors import InputError
from jnst.weights.formats import onnx

KERNEL, BIAS = np.arange(-6, 6, dtype=np.int8).reshape(3, 4), np.float32([0.5, -2])
FILE = model(
    [node("Conv", ["x", "kernel", "bias"], ["y"]), node("Relu", ["y"], ["z"])],
    {"kernel": KERNEL, "bias": BIAS, "one": np.int32(7), "many": np.arange(300, dtype=np.int64)},
)


def test_tensors_and_nodes_are_what_was_written():
    found = onnx.parse(FILE, "a")
    assert found.nodes == (
        onnx.Node("Conv", ("x", "kernel", "bias"), ("y",)),
        onnx.Node("Relu", ("y",), ("z",)),
    )
    assert found.tensors.keys() == {"kernel", "bias", "one", "many"}
    np.testing.assert_array_equal(found.tensors["kernel"], KERNEL, strict=True)
    np.testing.assert_array_equal(found.tensors["bias"], BIAS, strict=True)
    np.testing.assert_array_equal(found.tensors["many"], np.arange(300), strict=True)
    assert found.tensors["one"].shape == ()


def test_sides_may_be_packed_and_fields_of_other_kinds_are_passed_over():
    packed = field(1, bytes([3, 4])) + field(2, 3) + field(8, b"k") + field(9, KERNEL.tobytes())
    fixed = bytes([3 << 3 | 5]) + b"\xff" * 4 + bytes([4 << 3 | 1]) + b"\xff" * 8
    file = fixed + field(1, 300) + field(7, field(5, packed) + field(99, b"other"))
    np.testing.assert_array_equal(onnx.parse(file, "a").tensors["k"], KERNEL)


def test_tensors_of_other_types_are_left_out():
    odd = field(1, 1) + field(2, 8) + field(8, b"text") + field(9, b"abc")
    assert onnx.parse(field(7, field(5, odd)), "a").tensors == {}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "it has 0 graphs"),
        (field(7, b"") * 2, "it has 2 graphs"),
        (FILE[:-5], "it is cut off"),
        (b"\x80", "out of bounds"),
        (field(7, field(5, field(1, 1) + field(2, 3) + field(9, b"a"))), "8"),  # it has no name
        (b"\xff" * 20, "a number has more than ten bytes"),
        (bytes([7 << 3 | 3]), "a field is of type 3"),
        (field(7, 5), "a number stands where bytes belong"),
        (field(7, field(5, tensor("k", KERNEL)[:-12])), "cut off"),
        (
            field(7, field(5, field(1, 2**40) + field(2, 3) + field(8, b"k") + field(9, b"ab"))),
            r"a tensor claims to be int8 \[1099511627776\]",
        ),
        (field(7, field(1, field(4, b"\xff"))), "utf-8"),
    ],
)
def test_damaged_files_are_refused_in_one_line(data, says):
    with pytest.raises(InputError, match=f"a.onnx is no ONNX file, or damaged: .*{says}"):
        onnx.parse(data, "a.onnx")


@given(st.integers(0, len(FILE) - 1), st.binary(max_size=6), st.booleans())
def test_any_damage_is_read_or_refused(place, put, cut):
    damaged = FILE[:place] + put + (b"" if cut else FILE[place + len(put) :])
    with contextlib.suppress(InputError):  # and nothing else
        onnx.parse(damaged, "a")
