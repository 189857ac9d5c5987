"""The frames of a film while it is being painted, in a folder: what a killed run goes on with.

Each frame of each pass is a file of its own, and `film.json` says how many are done. A frame is
kept with 16 bits a value, and its successors begin with exactly that: a run that goes on makes the
same film as one that was never stopped.
"""

import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from jnst.arrays import Picture
from jnst.errors import InputError
from jnst.system import disk

FILE = "film.json"
"""Name of the file with the facts of the run."""
_PEAK = 65535
_FRAME = re.compile(r"\d{6,}-\d+\.npy")


class Store:
    """A `folder` of painted frames, which must be held; `done` counts them, over all passes."""

    def __init__(self, folder: Path, facts: Mapping[str, Any]) -> None:
        """Begin with an empty folder, or go on with one of the same facts.

        Facts go by what is said of a film where they differ, as "other settings".

        Raises `InputError` for the frames of another run.
        """
        self.folder, self._facts, self.done = folder, dict(facts), 0
        disk.remove_unfinished(folder, "")
        kept = read(folder)
        if kept is None:
            self._clear()  # of a film that was removed in part
            self._tell()
            return
        self.done = kept["done"]
        for name, value in json.loads(json.dumps(self._facts)).items():
            if kept["facts"].get(name) != value:
                raise InputError(
                    f"the film in {folder} has {name}; go on with it as it is, or begin another "
                    "elsewhere"
                )

    def get(self, number: int, turn: int) -> Picture:
        """Return a frame after a pass, counted from 0; raise `InputError` for a damaged one."""
        path = self._path(number, turn)
        with disk.guarded(f"cannot read {os.fspath(path)!r}"):
            levels = np.load(path, allow_pickle=False)
            if levels.dtype != np.uint16 or levels.ndim != 3 or levels.shape[2] != 3:
                raise InputError("it is damaged")
        return levels[None].astype(np.float32) / _PEAK

    def newest(self, number: int, passes: int) -> Picture:
        """Return a frame as the last of its passes has left it."""
        turns = [turn for turn in range(passes) if self._path(number, turn).exists()]
        return self.get(number, turns[-1] if turns else 0)

    def put(self, number: int, turn: int, picture: Picture) -> None:
        """Keep a frame of a pass, and count it; that of the pass before goes."""
        path = self._path(number, turn)
        levels = (np.asarray(picture[0]).clip(0, 1) * _PEAK).round().astype(np.uint16)
        with disk.guarded(f"cannot write {os.fspath(path)!r}"), disk.replacing(path) as stream:
            np.save(stream, levels)
        self.done += 1
        self._tell()
        if turn:
            self._path(number, turn - 1).unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove all frames, when the film is written; nothing else that is in the folder."""
        (self.folder / FILE).unlink(missing_ok=True)
        self._clear()

    def _clear(self) -> None:
        for path in self.folder.glob("*.npy"):
            if _FRAME.fullmatch(path.name):
                path.unlink(missing_ok=True)

    def _tell(self) -> None:
        text = json.dumps({"facts": self._facts, "done": self.done})
        disk.write_text(self.folder / FILE, text)

    def _path(self, number: int, turn: int) -> Path:
        return self.folder / f"{number:06}-{turn}.npy"


@contextlib.contextmanager
def emptied(folder: Path, *, keep: bool) -> Iterator[None]:
    """Remove a folder that is held for frames, at the end, if nothing is left in it."""
    try:
        yield
    finally:
        if not keep and {path.name for path in folder.iterdir()} <= {disk.LOCK}:
            with contextlib.suppress(OSError):
                (folder / disk.LOCK).unlink(missing_ok=True)
                folder.rmdir()


def read(folder: Path) -> dict[str, Any] | None:
    """Return the facts and the count of a run in a folder; None if there is none.

    Raises `InputError` where the file is damaged.
    """
    path = folder / FILE
    if not path.exists():
        return None
    with disk.guarded(f"cannot read {os.fspath(path)!r}"):
        kept = json.loads(path.read_text())
        if not isinstance(kept.get("facts"), dict) or not isinstance(kept.get("done"), int):
            raise InputError("it is damaged")
    return kept
