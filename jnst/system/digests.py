"""Hashes by which arrays are known again."""

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np


def digest(arrays: Iterable[Any], *, shapes: bool) -> str:
    """Return the SHA-256, in hexadecimal, of some arrays' numbers in float32, in their order.

    `shapes` says whether it changes with the arrays' shapes, too. Files and checkpoints hold such
    hashes: for the same arrays it must stay what it is.
    """
    found = hashlib.sha256()
    for array in arrays:
        if shapes:
            found.update(f"{np.shape(array)}".encode())
        found.update(np.ascontiguousarray(array, np.float32).reshape(-1).data)
    return found.hexdigest()
