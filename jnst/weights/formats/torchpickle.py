"""The machine that carries out the few instructions by which a pickle describes torch's tensors.

A pickle is a program: unpickled, it may run any command. Nothing is unpickled here. `pickletools`
cuts the stream into its instructions, and those that describe tensors are carried out on plain
lists and dicts; any other one, and any name of code that is not in `GLOBALS`, is refused.
"""

import io
import pickletools
from collections.abc import Iterable
from typing import NamedTuple, TypeVar

_T = TypeVar("_T")
DTYPES = {
    "FloatStorage": "f4",
    "DoubleStorage": "f8",
    "HalfStorage": "f2",
    "BFloat16Storage": "u2",  # the upper half of a float32; NumPy has no such type
    "ByteStorage": "u1",
    "CharStorage": "i1",
    "ShortStorage": "i2",
    "IntStorage": "i4",
    "LongStorage": "i8",
    "BoolStorage": "u1",
}
"""Torch's kinds of storages, and the type of their numbers as NumPy calls it."""
_REBUILD = {"torch._utils _rebuild_tensor", "torch._utils _rebuild_tensor_v2"}
_WRAP = {"torch._utils _rebuild_parameter", "torch.nn.parameter Parameter"}
_ORDERED_DICT = "collections OrderedDict"
_STORAGES = {f"torch {kind}": kind for kind in DTYPES}
_TENSORS = {name.replace("Storage", "Tensor") for name in _STORAGES}
GLOBALS = {_ORDERED_DICT} | _REBUILD | _WRAP | _TENSORS | set(_STORAGES)
"""All names of code that a pickle may have in it. None of them is looked up or run."""
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_LITERALS = {"BINUNICODE", "SHORT_BINSTRING", "BINSTRING", "BINFLOAT"}
_LITERALS |= {"BININT", "BININT1", "BININT2", "LONG1"}


class Storage(NamedTuple):
    """A run of numbers in the file: `kind` names its type, `key` its place."""

    kind: str
    key: str
    count: int


class Tensor(NamedTuple):
    """A strided view of a storage; offset and strides count elements."""

    storage: Storage
    offset: int
    size: tuple
    stride: tuple


def run(stream: io.BytesIO) -> object:
    """Carry out one pickle's instructions, as far as they describe tensors; return the result.

    The stream is left behind the pickle. Raises `ValueError` at an instruction or a name that is
    not allowed; a broken pickle may raise anything else that `pickletools` or a list does.
    """
    stack, marks, memo = [], [], {}

    def since_mark() -> list:
        start = marks.pop()
        items = stack[start:]
        del stack[start:]
        return items

    for op, arg, _ in pickletools.genops(stream):
        name = op.name
        if name in _LITERALS:
            stack.append(arg)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name in ("EMPTY_DICT", "EMPTY_LIST"):
            stack.append({} if name == "EMPTY_DICT" else [])
        elif name == "MARK":
            marks.append(len(stack))
        elif name == "TUPLE":
            stack.append(tuple(since_mark()))
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            n = int(name[-1])
            stack[-n:] = [tuple(stack[-n:])]
        elif name in ("APPEND", "APPENDS"):
            items = [stack.pop()] if name == "APPEND" else since_mark()
            check_type(stack[-1], list, "what is appended to").extend(items)
        elif name in ("SETITEM", "SETITEMS"):
            items = [stack.pop(-2), stack.pop()] if name == "SETITEM" else since_mark()
            _fill(
                check_type(stack[-1], dict, "what is filled"),
                zip(items[::2], items[1::2], strict=True),
            )
        elif name in ("BINPUT", "LONG_BINPUT"):
            memo[arg] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(memo[arg])
        elif name == "GLOBAL":
            if arg not in GLOBALS:
                raise ValueError(f"it names {str(arg)[:80]!r}, which is not allowed")
            stack.append(arg)
        elif name in ("REDUCE", "NEWOBJ"):
            args = stack.pop()
            stack.append(_build(stack.pop(), args))
        elif name == "BINPERSID":
            stack.append(_storage(stack.pop()))
        elif name == "BUILD":
            state = stack.pop()
            if isinstance(stack[-1], str):
                stack.append(_build(stack.pop(), state))
            # else it is a state dict's version numbers or a parameter's hooks, of no use here
        elif name == "STOP":
            return stack.pop()
        elif name != "PROTO":
            raise ValueError(f"the pickle instruction {name} is not allowed")
    raise ValueError("the pickle has no end")


def _build(function: object, args: object) -> object:
    match function, args:
        case str(), () if function == _ORDERED_DICT:
            return {}
        case str(), (list() as pairs,) if function == _ORDERED_DICT:  # as Python 2 wrote it
            result = _fill({}, pairs)
            pairs.clear()  # moved, not copied: no file can multiply what it holds
            return result
        case str(), () if function in _TENSORS:  # torch 0.1: made empty here, filled by BUILD
            return function
        case str(), (Storage() as storage, int() as offset, tuple() as size, tuple() as stride, *_):
            if function in _REBUILD | _TENSORS:
                return Tensor(storage, offset, size, stride)
        case str(), (Tensor() as tensor, *_) if function in _WRAP:
            return tensor
    raise ValueError("a tensor is described in a way that torch does not use")


def _storage(args: object) -> Storage:
    match args:
        case ("storage", str() as kind, str() as key, str(), int() as count, *view):
            if kind in _STORAGES and view in ([], [None]):
                return Storage(_STORAGES[kind], key, count)
    raise ValueError("a storage is described in a way that torch does not use")


def _fill(target: dict, pairs: Iterable) -> dict:
    for key, value in pairs:
        target[check_type(key, str, "a dict's key")] = value
    return target


def check_type(value: object, kind: type[_T], what: str) -> _T:
    """Return `value` if it is of that type; else raise `ValueError`, calling it `what`."""
    if not isinstance(value, kind):
        raise ValueError(f"{what} is no {kind.__name__}")
    return value
