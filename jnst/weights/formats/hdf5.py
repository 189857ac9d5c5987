"""Arrays from HDF5 files that may be broken, or made to do harm.

HDF5 is a file system in a file: a name may lead to another file on the disk, and so may an array
(external or virtual); arrays may lie in pieces, packed by filters that are programs. h5py follows
all of these, and HDF5 itself crashes, hangs or takes gigabytes on broken pieces of a few kilobytes.
Weights need nothing of it: here names stay in the file, and an array lies there whole and unpacked.
"""

import functools
import os
import subprocess
import sys
from typing import Any

import h5py
import numpy as np

BROKEN = (OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
"""Exceptions of h5py, and of the functions here, for a broken file."""
BROKEN += (RuntimeError, MemoryError)

PROGRAM = """
import sys, h5py
def look(name, item):
    if isinstance(item, h5py.Group):
        for attribute in ("layer_names", "weight_names"):
            item.attrs.get(attribute)
with h5py.File(sys.argv[1], "r") as file:
    look("", file)
    file.visititems(look)
"""
"""Program for another process, which tests whether all names in a file can be read."""
PATIENCE = 60
"""Seconds; it takes less than one."""

HARD = 0
"""HDF5's number for a name of something in the file itself: `h5py.h5l.TYPE_HARD`."""


def find(group: h5py.Group, name: str) -> Any:
    """Open what a group has under a name, "/" between groups; None where there is nothing.

    Raises `ValueError` for a link, which is not followed: `in` and `[]` would go to another file.
    """
    found: Any = group
    for part in filter(None, name.split("/")):
        links = found.id.links if isinstance(found, h5py.Group) else ()
        if not links or not links.exists(part.encode()):
            return None
        if links.get_info(part.encode()).type != HARD:
            raise ValueError(f"{name} is a link")
        found = found[part]
    return found


def names(group: h5py.Group, attribute: str) -> list[str] | None:
    """Return a list of names that a group has as an attribute; None where there is none.

    Raises `ValueError` where it is no text. Text whose length is not fixed, as Keras writes it with
    newer versions of h5py, lies apart in a heap, and a damaged heap makes HDF5 crash or run for
    ever: it is first read in another process.
    """
    if attribute not in group.attrs:
        return None
    kept = group.attrs.get_id(attribute)
    if kept.shape == (0,):
        return []
    text = h5py.check_string_dtype(kept.dtype)
    if len(kept.shape) != 1 or text is None:
        raise ValueError(f"{attribute} of {group.name} is no list of names")
    if text.length is None:
        path = os.path.abspath(group.file.filename)
        _check_heap(path, os.stat(path).st_mtime_ns)
    found = np.asarray(group.attrs[attribute])
    return [name.decode() if isinstance(name, bytes) else str(name) for name in found]


@functools.cache
def _check_heap(path: str, _written: int) -> None:
    """Raise `ValueError` if reading all names of a file fails, or takes longer than `PATIENCE`."""
    command = [sys.executable, "-P", "-c", PROGRAM, path]  # -P: nothing of the current folder
    try:
        subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True)
    except subprocess.SubprocessError:
        raise ValueError("names of layers in it are damaged") from None


def array(data: h5py.Dataset) -> np.ndarray:
    """Read an array; raise `ValueError` where it holds no numbers, or does not lie there plainly.

    Its declared size is that of its bytes in the file, so that nothing small becomes large.
    """
    if data.shape is None or data.dtype.kind not in "fiu":
        raise ValueError(f"{data.name} holds no numbers")
    plan = data.id.get_create_plist()
    plain = plan.get_layout() in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT)
    if not plain or plan.get_nfilters() or plan.get_external_count():
        raise ValueError(f"{data.name} is compressed, in pieces, or in another file")
    if data.id.get_storage_size() != data.nbytes:
        raise ValueError(f"{data.name} is not all there")
    return data[...]


def arrays(group: h5py.Group) -> dict[str, np.ndarray]:
    """Read all arrays in a group, and in the groups in it, by name, "/" between groups.

    Raises `ValueError` as `find` and `array` do.
    """
    found = {}
    for name in map(str, group):
        item = find(group, name)
        if isinstance(item, h5py.Group):
            found |= {f"{name}/{inner}": data for inner, data in arrays(item).items()}
        else:
            found[name] = array(item)
    return found
