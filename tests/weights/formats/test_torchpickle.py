"""What pickles in torch files may ask for: tensors, and nothing beyond."""

import os
import pickle
import struct
import tracemalloc

import numpy as np
import pytest
from helpers_torch import (
    REBUILD,
    Call,
    Global,
    Storage,
    dumps,
    encode,
    parse,
    tensor,
    zipped,
)

from jnst.errors import InputError
from jnst.weights.formats import torchfile


def test_the_ways_in_which_old_torch_wrote_a_state_dict(write):
    """Ordered dicts with metadata, Python 2's with a list, parameters, and torch 0.1's tensors."""
    storage = Storage("FloatStorage", "0", 2)
    parts = (storage, 0, (2,), (1,))
    ordered = Global("collections", "OrderedDict")
    plain = tensor(storage, (2,), (1,))
    parameter = Call(Global("torch.nn.parameter", "Parameter"), (plain,), (True, False, {}))
    pairs = [
        ["v1", Call(Global("torch._utils", "_rebuild_tensor"), parts)],
        ["parameter", Call(Global("torch._utils", "_rebuild_parameter"), (plain, True, {}))],
        ["first parameter", parameter],
        ["filled later", Call(Global("torch", "FloatTensor"), (), parts)],
    ]
    values = np.array([3, 4], np.float32)
    state = {"_metadata": Call(ordered, (), {"": {"version": 1}})}
    got = parse(write(Call(ordered, (pairs,), state), {"0": values}))
    assert len(got) == 4
    for array in got.values():
        np.testing.assert_array_equal(array, values)


def bomb(function, *args):
    class Bomb:
        def __reduce__(self):
            return function, args

    return Bomb()


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("where", ["zip", "head", "object"])
@pytest.mark.parametrize("function", [os.system, eval, exec])
def test_a_bomb_does_not_go_off(tmp_path, protocol, where, function):
    marker = tmp_path / "marker"
    text = f"touch {marker}" if function is os.system else f"open({str(marker)!r}, 'w').close()"
    payload = pickle.dumps({"x": bomb(function, text)}, protocol)
    pickle.loads(payload)
    assert marker.exists(), "the bomb is a dud"
    marker.unlink()
    head = b"".join(map(dumps, (torchfile.MAGIC, torchfile.VERSION, {})))
    data = {"zip": zipped(payload, {}), "head": payload, "object": head + payload}[where]
    with pytest.raises(InputError, match=r"posix|builtin|not allowed"):
        parse(data)
    assert not marker.exists()


@pytest.mark.parametrize("name", ["os system", "torch load", "torch._utils _rebuild_parameter_v9"])
def test_a_forbidden_global_is_named(name):
    with pytest.raises(InputError, match=f"it names '{name}', which is not allowed"):
        parse(zipped({"x": Call(Global(*name.split()), ())}, {}))


FLOATS = Storage("FloatStorage", "0", 4)
ODD = {
    "no arguments": Call(Global(*REBUILD), ()),
    "no storage": Call(Global(*REBUILD), ("0", 0, (4,), (1,))),
    "sizes no tuple": Call(Global(*REBUILD), (FLOATS, 0, [4], (1,))),
    "a size that is text": tensor(FLOATS, ("4",), (1,)),
    "storage called": Call(Global("torch", "FloatStorage"), (2**62,)),
    "dict of an int": Call(Global("collections", "OrderedDict"), (3,)),
    "dict of bad pairs": Call(Global("collections", "OrderedDict"), ([1, 2],)),
    "a text called": Call("collections OrderedDictionary", ()),
    "a text rebuilds": Call("torch.rebuild", (FLOATS, 0, (4,), (1,))),
    "a text wraps": Call("torch.Parameter", (tensor(FLOATS, (4,), (1,)), True)),
    "parameter of none": Call(Global("torch._utils", "_rebuild_parameter"), (None, True)),
    "never filled": Call(Global("torch", "FloatTensor"), ()),
    "no tensor": 3,
    "nested": {"x": tensor(FLOATS, (4,), (1,))},
    "outside": tensor(FLOATS, (4,), (1,), offset=1),
    "outside by stride": tensor(FLOATS, (2, 2), (3, 1)),
    "negative offset": tensor(FLOATS, (1,), (1,), offset=-1),
    "negative stride": tensor(FLOATS, (2,), (-1,), offset=3),
    "negative size": tensor(FLOATS, (-1,), (1,)),
    "sizes without strides": tensor(FLOATS, (4,), ()),
    "absurd": tensor(FLOATS, (10**9, 10**9), (0, 0)),
    "absurd and empty": tensor(FLOATS, (0, 10**30), (1, 1)),
    "too many axes": tensor(FLOATS, (1,) * 99, (1,) * 99),
    "storage too short": tensor(Storage("FloatStorage", "0", 5), (4,), (1,)),
    "storage absurd": tensor(Storage("FloatStorage", "0", 2**61), (4,), (1,)),
    "storage negative": tensor(Storage("FloatStorage", "0", -1), (4,), (1,)),
    "storage of another type": tensor(Storage("DoubleStorage", "0", 4), (4,), (1,)),
    "storage missing": tensor(Storage("FloatStorage", "../0", 4), (4,), (1,)),
}


@pytest.mark.parametrize("case", ODD)
def test_odd_descriptions_are_refused(write, case):
    data = write({"x": ODD[case]}, {"0": np.zeros(4, np.float32)})
    with pytest.raises(InputError, match=r"^cannot read file\.pth as torch weights: .+$"):
        parse(data)


def test_only_text_is_a_key():
    """A tuple of tuples of tuples would take for ever to hash."""
    key = ()
    for _ in range(8):
        key = (key, key)
    for bad in (1, None, key):
        with pytest.raises(InputError, match="a dict's key is no str"):
            parse(zipped({bad: tensor(FLOATS, (4,), (1,))}, {"0": np.zeros(4, np.float32)}))


def peak(data: bytes, match: str) -> int:
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=match):
            parse(data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_absurd_pickles_take_no_memory():
    deep = b"\x80\x02" + b"(" * 20_000 + b"t" * 20_000 + b"."
    assert peak(zipped(deep, {}), "no dict") < 2**23
    memo = b"\x80\x02}r" + struct.pack("<I", 2**32 - 1) + b"0."
    assert peak(zipped(memo, {}), "POP") < 2**22
    items = b"(" + b"".join(encode(f"{n}") + b"N\x86" for n in range(1000)) + b"e"
    once = b"ccollections\nOrderedDict\n]q\x00" + items + b"\x85R"
    again = b"ccollections\nOrderedDict\nh\x00\x85R"
    assert peak(zipped(b"\x80\x02(" + once + again * 200 + b"t.", {}), "no dict") < 2**22
