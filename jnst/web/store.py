"""Store of the page on the disk: uploaded pictures and runs, each in its own folder.

    FOLDER/pictures/ID/original, view.jpg, picture.json
    FOLDER/runs/ID/run.json, progress.json, preview.jpg, picture.png, checkpoint.npz
    FOLDER/runs/ID/film.mp4, film.json, 000000-0.npy and so on, in place of the last two, of a film

An ID is random and made here. What is asked for by ID is looked up among those known, never on the
disk, so that nothing in a request becomes part of a path.
"""

import contextlib
import itertools
import os
import re
import secrets
import shutil
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from jnst.errors import InputError
from jnst.pictures import files
from jnst.system import disk
from jnst.transfer.checks import LARGEST_SIDE
from jnst.web.names import called, label
from jnst.web.records import RESTING, Given, Painted, Run

VIEW = 1024
"""Long side, at most, of a given picture as the page shows it."""
UNUSED = 20
"""Number of unused pictures that are kept; older ones are removed."""
UNUSED_FILMS = 3
"""Likewise of films, which are larger."""
_ID = re.compile("[0-9a-f]{16}")
_UNFINISHED = re.compile(r"original|view\.jpg|\.jnst-.*")
"""Files that an incomplete picture or run may have in its folder."""


_Kept = TypeVar("_Kept", Given, Run)


class Store:
    """The pictures and runs of one folder, by ID; its lock goes around all that is quickly done.

    `left_out` is how many there are that cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        """Read what is there. What was not finished when the last server ended is stopped."""
        self.folder, self.lock = folder, threading.RLock()
        self.reading = threading.Lock()  # one picture at a time, for memory's sake and Pillow's
        self.left_out = 0
        for part in ("pictures", "runs"):
            if (folder / part).is_symlink():
                raise InputError(f"{part!r} in it is a symbolic link")
            disk.make_folder(folder / part)
        self.pictures = {one.id: one for one in self._all("pictures", "picture.json", Given)}
        runs = list(self._all("runs", "run.json", Run))
        whole = [run for run in runs if run.pictures() <= set(self.pictures)]
        self.left_out += len(runs) - len(whole)
        self.runs = {run.id: run for run in whole}
        for run in self.runs.values():
            if run.status not in RESTING:
                run.status = "stopped"
        everything = [*self.pictures.values(), *self.runs.values()]
        self._numbers = itertools.count(1 + max((one.number for one in everything), default=0))
        self._forget_unused()

    def add_picture(
        self,
        data: bytes,
        name: str,
        *,
        check: Callable[[Path], object] | None = None,
        **facts: Any,
    ) -> Given:
        """Keep a picture; `facts` are those of `Given`.

        Raises `InputError` for bytes that are none, and as `check` does, before they are kept.
        """
        name = label(name)
        with self.arriving() as folder:
            with self.reading, called(folder / "original", name):
                disk.make_folder(folder)
                self._write(folder / "original", data)
                view = files.thumbnail(folder / "original", VIEW, largest_side=LARGEST_SIDE)
                files.write(folder / "view.jpg", view.picture)
                if check is not None:
                    check(folder / "original")
            return self.keep_given(folder, name, (view.width, view.height), **facts)

    @contextlib.contextmanager
    def arriving(self) -> Iterator[Path]:
        """Yield where the folder of a new picture is to be; where that fails, remove it."""
        folder = self.folder / "pictures" / secrets.token_hex(8)
        try:
            yield folder
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            _free(error)
            raise

    def keep_given(self, folder: Path, name: str, size: tuple[int, int], **facts: Any) -> Given:
        """Keep the picture, or film, whose files are in such a folder; `size` is width, height."""
        given = Given(folder.name, name, *size, time.time(), number=next(self._numbers), **facts)
        self._write(folder / "picture.json", msgspec.json.encode(given))
        with self.lock:
            self.pictures[given.id] = given
            self._forget_unused()
        return given

    def picture_file(self, given: Given, name: str) -> Path:
        """Return where a file of a picture is."""
        return self.folder / "pictures" / given.id / name

    def run_file(self, run: Run, name: str) -> Path:
        """Return where a file of a run is."""
        return self.folder / "runs" / run.id / name

    def add_run(self, **chosen: Any) -> Run:
        """Keep a new run; see `Run` for what there is to choose."""
        with self.lock:
            facts = {"created": time.time(), "number": next(self._numbers), **chosen}
            run = Run(secrets.token_hex(8), **facts)
            folder = disk.make_folder(self.folder / "runs" / run.id)
            try:
                self.keep(run)
            except InputError:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            self.runs[run.id] = run
            return run

    def keep(self, run: Run) -> None:
        """Write down how a run stands; raise `InputError` where the disk refuses."""
        with self.lock:
            self._write(self.run_file(run, "run.json"), msgspec.json.encode(run))

    def painted(self, run: Run) -> Painted | None:
        """Return how far a run has come; None for not yet begun."""
        with contextlib.suppress(OSError, msgspec.DecodeError):
            data = disk.read_within(self.folder, self.run_file(run, "progress.json"))
            return msgspec.json.decode(data, type=Painted)
        return None

    def result(self, run: Run) -> Path:
        """Return where the picture of a run is, or its film."""
        return self.run_file(run, "picture.png" if run.video is None else "film.mp4")

    def is_finished(self, run: Run) -> bool:
        """Tell whether the picture of a run is there, or its film, be it a part of it."""
        path = self.result(run)
        return path.is_file() and not path.is_symlink()

    def forget_times(self, run: Run) -> None:
        """Of a run that is to go on: what was left when it was stopped says nothing now.

        Nor does what the whole of it was thought to take.
        """
        run.expected = None
        painted = self.painted(run)
        if painted is not None:
            painted.left = None
            self._write(self.run_file(run, "progress.json"), msgspec.json.encode(painted))

    def remove_run(self, run: Run) -> None:
        """Remove a run; its pictures stay for a while, for the page still shows them."""
        with self.lock:
            self.runs.pop(run.id, None)
            shutil.rmtree(self.folder / "runs" / run.id, ignore_errors=True)
            self._forget_unused()

    def _forget_unused(self) -> None:
        if self.left_out:  # by whom they are used is not known then
            return
        used = {key for run in self.runs.values() for key in run.pictures()}
        unused = [one for one in self.pictures.values() if one.id not in used]
        unused.sort(key=lambda one: (-one.number, -one.created))
        pictures, films = ([one for one in unused if bool(one.film) == f] for f in (False, True))
        for one in [*pictures[UNUSED:], *films[UNUSED_FILMS:]]:
            del self.pictures[one.id]
            shutil.rmtree(self.folder / "pictures" / one.id, ignore_errors=True)

    def _all(self, part: str, name: str, kind: type[_Kept]) -> Iterator[_Kept]:
        """Read all of one part; what was never whole is removed, what is not ours left alone."""
        for folder in sorted((self.folder / part).iterdir()):
            if folder.is_symlink() or not (_ID.fullmatch(folder.name) and folder.is_dir()):
                continue
            if not os.path.lexists(folder / name):
                there = list(folder.iterdir())
                if all(_UNFINISHED.fullmatch(one.name) and one.is_file() for one in there):
                    shutil.rmtree(folder, ignore_errors=True)
                continue
            with contextlib.suppress(OSError, msgspec.DecodeError):
                one = msgspec.json.decode(disk.read_within(self.folder, folder / name), type=kind)
                if one.id == folder.name:
                    yield one
                    continue
            self.left_out += 1

    def _write(self, path: Path, data: bytes) -> None:
        with disk.guarded(f"cannot write {path.name!r}"), disk.replacing(path) as stream:
            stream.write(data)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """Make the folder where it is missing, hold it, and read what is there.

    Raises `InputError` where another server holds it, or its name cannot be told to a painter.
    """
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        raise InputError(
            f"cannot use the folder {str(folder)!r}: its name is no text; choose another --folder"
        ) from None
    if not folder.exists():
        disk.make_folder(folder.parent)
        with disk.guarded(f"cannot make the folder {str(folder)!r}"):
            folder.mkdir(mode=0o700)  # photographs are nobody else's business
    disk.make_folder(folder)
    failure = f"cannot use the folder {str(folder)!r}"
    with disk.held(folder, failure, taken="another jnst web uses it; choose another --folder"):
        with disk.guarded(failure):
            store = Store(folder)
        yield store


def _free(error: BaseException | None) -> None:
    """Let go of all that an error would keep in memory: the thread it ended in keeps that."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
