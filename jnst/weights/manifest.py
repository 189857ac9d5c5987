"""`manifest.json`: where each weight file beside it comes from, its hash, and the shapes it holds.

A table by file name; an entry has `sha256` and `layers`, and whose the weights are. Hash and size
of the file that they were made from are kept as well: fetched again, it must be the same.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from jnst.errors import InputError
from jnst.system import disk

NAME = "manifest.json"
"""Name of the manifest in a folder of weights."""


def table(folder: Path) -> dict:
    """Read the manifest of a folder; raise `InputError` where it is missing or broken."""
    path = folder / NAME
    with disk.guarded(f"cannot read {path}"):
        disk.check_regular(path)
        found = json.loads(path.read_text("utf-8"))
        if not isinstance(found, dict):
            raise InputError("it is no table of weight files")
        return found


def entry(path: Path, *, dimensions: int) -> dict | None:
    """Return the entry of a weight file, its shapes as tuples, each of so many sides.

    None where there is no entry, or none of that form. Raises `InputError` as `table` does.
    """
    match table(path.parent).get(path.name):
        case {"sha256": str(), "layers": dict() as shapes} as found:
            if all(_is_shape(shape, dimensions) for shape in shapes.values()):
                return found | {"layers": {layer: tuple(s) for layer, s in shapes.items()}}
    return None


def _is_shape(shape: object, dimensions: int) -> bool:
    return (
        isinstance(shape, list)
        and len(shape) == dimensions
        and all(type(count) is int for count in shape)
    )


def enter(
    path: Path, data: bytes, shapes: Mapping[str, list[int]], what: Mapping[str, object]
) -> str:
    """Return the text of the manifest with an entry for `data`, to be written once that is there.

    Raises `InputError` where the manifest that is there is broken.
    """
    found = table(path.parent) if (path.parent / NAME).exists() else {}
    found[path.name] = {**what, "sha256": digest(data), "layers": shapes}
    return json.dumps(found, indent=2, sort_keys=True) + "\n"


def of_sources(sources: Sequence[Path]) -> dict[str, object]:
    """Return what an entry says of the files that weights were made from; of one, `of_source`."""
    found = [of_source(source) for source in sources]
    return dict(found[0]) if len(found) == 1 else {"sources": found}


def of_source(source: Path) -> dict[str, str | int]:
    """Return what an entry says of the file that weights were made from: name, hash and size."""
    with open(source, "rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        return {"source": source.name, "source_sha256": sha256, "source_bytes": stream.tell()}


def check_replaces_none(path: Path, data: bytes, entry: Mapping[str, object]) -> None:
    """Raise an `InputError` where `data` would replace weights that are others.

    Such have other bytes, and were not made from the same files as these, by their `entry`.
    """
    if not os.path.lexists(path):
        return
    with disk.guarded(f"cannot replace {path}"):
        disk.check_regular(path)
        if path.read_bytes() == data:
            return
    there = table(path.parent).get(path.name) if (path.parent / NAME).exists() else None
    before = _sources(there)
    if not before or before.keys() != _sources(entry).keys():
        made = f"from {' and '.join(before.values())}" if before else "of unknown origin"
        raise InputError(
            f"{path} is there already with other numbers, {made}, and is not replaced: remove it, "
            "or name another file by --output"
        )


def _sources(entry: object) -> dict[str, str]:
    """Return the names of the files that weights were made from, by their hashes."""
    match entry:
        case {"sources": list() as several}:
            return {key: name for one in several for key, name in _sources(one).items()}
        case {"source": str() as name, "source_sha256": str() as sha256}:
            return {sha256: name}
    return {}


def known_source(path: Path, source: str) -> tuple[str, int] | None:
    """Return hash and size of the file from which the weights `path` were once made, if known.

    None where they were made from no file called `source`. Raises `InputError` as `table` does.
    """
    if not (path.parent / NAME).exists():
        return None
    match table(path.parent).get(path.name):
        case {"sources": list() as several}:
            candidates = several
        case one:
            candidates = [one]
    for candidate in candidates:
        match candidate:
            case {"source": name, "source_sha256": str(sha256), "source_bytes": int(size)}:
                if name == source:
                    return sha256, size
    return None


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
