"""A cache of what was measured of style pictures."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any

import jax
import numpy as np

from jnst.arrays import Array

Targets = Mapping[str, Any]
"""Targets that a term has measured of a picture, by layer."""

MOST_BYTES = 2**28
"""Bytes of targets that a cache holds unless told otherwise."""


class TargetCache:
    """Targets that many pictures share, up to a number of bytes; the newest stay in any case.

    What was asked for longest ago goes first.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Begin empty."""
        self._most = most_bytes
        self._kept: OrderedDict[Hashable, tuple[int, Targets]] = OrderedDict()

    def __len__(self) -> int:
        """Count the pictures whose targets are kept."""
        return len(self._kept)

    def get(self, key: Hashable, measure: Callable[[], Targets]) -> Targets:
        """Return what is kept by this key, or measure it, and keep that."""
        if key not in self._kept:
            targets = measure()
            count = sum(getattr(leaf, "nbytes", 0) for leaf in jax.tree.leaves(targets))
            self._kept[key] = count, targets
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and sum(count for count, _ in self._kept.values()) > self._most:
            self._kept.popitem(last=False)
        return self._kept[key][1]


def contents(array: Array | None) -> Hashable:
    """Return a key of an array's numbers: its shape, its type, and a hash; None for no array."""
    if array is None:
        return None
    return array.shape, str(array.dtype), hashlib.sha256(np.asarray(array).tobytes()).digest()
