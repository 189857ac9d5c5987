"""Settings as plain values: lists become tuples, NumPy's numbers Python's."""

import dataclasses
from typing import Any


def plain(value: Any) -> Any:
    """Return a list, an array or a number of NumPy's or JAX's as a tuple, or a number of Python's.

    What is none of these, or an array of more than one dimension, is returned as it is. Arrays are
    known by what they have: to import their libraries would take longer than the command line may.
    """
    if isinstance(value, list | tuple):
        return tuple(plain(one) for one in value)
    if hasattr(value, "dtype") and hasattr(value, "tolist") and value.ndim <= 1:
        return plain(value.tolist())
    return value


def make_plain(settings: Any) -> None:
    """Make the fields of a frozen dataclass plain: to be called by its `__post_init__`.

    Settings are keys of what is compiled and kept for them, and a list is none. They are also
    written into files, as JSON.
    """
    for field in dataclasses.fields(settings):
        object.__setattr__(settings, field.name, plain(getattr(settings, field.name)))
