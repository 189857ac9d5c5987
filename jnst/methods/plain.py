"""Settings as plain values: lists become tuples, NumPy's numbers Python's."""

import dataclasses
from typing import Any

import numpy as np

from jnst.arrays import Array


def plain(value: Any) -> Any:
    """Return a list, an array or a number of NumPy's or JAX's as a tuple, or a number of Python's.

    What is none of these, or an array of more than one dimension, is returned as it is.
    """
    if isinstance(value, list | tuple):
        return tuple(plain(one) for one in value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Array) and np.ndim(value) <= 1:
        return plain(np.asarray(value).tolist())
    return value


def make_plain(settings: Any) -> None:
    """Make the fields of a frozen dataclass plain: to be called by its `__post_init__`.

    Settings are keys of what is compiled and kept for them, and a list is none. They are also
    written into files, as JSON.
    """
    for field in dataclasses.fields(settings):
        object.__setattr__(settings, field.name, plain(getattr(settings, field.name)))
