"""Weight files written, and entered in the manifest beside them; see `jnst.weights.store`."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

from jnst.system import disk
from jnst.weights import manifest


class File(NamedTuple):
    """A weight file as it is to be written: its bytes, and what the manifest shall say of it."""

    path: Path
    data: bytes
    shapes: Mapping[str, list[int]]
    entry: Mapping[str, object]


def file_of(
    path: Path,
    groups: Mapping[str, Mapping[str, np.ndarray]],
    shapes: Mapping[str, list[int]],
    entry: Mapping[str, object],
) -> File:
    """Return a file of arrays by group and name; the group "" is the file itself."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver="earliest") as file:
        for name in sorted(groups):
            group = file.create_group(name) if name else file
            for key in sorted(groups[name]):
                group.create_dataset(key, data=groups[name][key], track_times=False)
    return File(path, buffer.getvalue(), shapes, entry)


def put(files: Sequence[File], *, replace: bool) -> None:
    """Write weight files, and enter each in the manifest beside it, all or, if refused, none.

    Neither a file nor a manifest is ever seen half written. Without `replace`, which is for places
    that somebody named, no weights are lost: those there must have the same bytes, or be made from
    the same files. Raises `InputError` where they are not, where a manifest is broken, and for what
    the disk refuses.
    """
    for path, data, _, entry in () if replace else files:
        manifest.check_replaces_none(path, data, entry)
    for path, data, shapes, entry in files:
        text = manifest.enter(path, data, shapes, entry)
        disk.make_folder(path.parent)
        disk.write_bytes(path, data)
        disk.write_text(path.with_name(manifest.NAME), text)
