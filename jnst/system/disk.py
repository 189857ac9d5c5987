"""Files and folders on the disk: whole or not there at all, and every failure one line."""

import contextlib
import errno
import functools
import io
import itertools
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import filelock

from jnst.errors import InputError, check_choice
from jnst.system import tables
from jnst.system.process import without_warnings

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None

TEMPORARY = ".jnst-{}.tmp"
"""The name of a file until it is whole."""
_OURS = r"\.jnst-([a-z]+-)?[0-9a-f]+\.tmp"
LOCK = ".jnst-lock"
"""The name of the file that is locked in a folder which one process holds."""
LONGEST = 200
"""Bytes in a name that we choose; file systems take 255, and some names get a number more."""


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file, as `write_bytes` does."""
    write_bytes(path, text.encode(errors="surrogateescape"))  # names may be no text


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file, whole or not at all; raise `InputError` for what the disk refuses."""
    with guarded(f"cannot write {os.fspath(path)!r}"), replacing(path) as stream:
        stream.write(data)


def write_table(path: str | os.PathLike[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows as CSV, the first one the heading, as `write_text` does."""
    write_text(path, tables.text_of(rows))


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Make a folder, and those it is in, where they are missing; raise `InputError` if it fails."""
    with guarded(f"cannot make the folder {os.fspath(path)!r}"):
        Path(path).mkdir(parents=True, exist_ok=True)
    return Path(path)


def check_writable(path: str | os.PathLike[str], suffixes: Iterable[str]) -> None:
    """Raise `InputError` if no file of this kind can be written: to be called before a long run."""
    with guarded(f"cannot write {os.fspath(path)!r}"):
        check_suffix(path, suffixes)
        folder = _target(path).parent
        with _temporary(folder, ""):
            pass  # permission bits would say too little: to root, or on a read-only disk
        _tidy(folder)


def check_regular(path: str | os.PathLike[str]) -> os.stat_result:
    """Return the status of a file to be read; raise `InputError` for what is no regular one.

    Opening a pipe would wait for ever. What is not there raises what the system does.
    """
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):
        raise InputError("it is not a regular file")
    return status


def read_within(folder: str | os.PathLike[str], path: Path) -> bytes:
    """Return what a regular file in a folder, or in one of its folders, holds.

    Nothing below the folder is followed that is a symbolic link, and no pipe waited for. Raises
    what the system does.
    """
    with _within(folder, path) as number, open(number, "rb", closefd=False) as stream:
        return stream.read()


def status_within(folder: str | os.PathLike[str], path: Path) -> os.stat_result:
    """Return the status of such a file; raise what `read_within` does."""
    with _within(folder, path) as number:
        return os.fstat(number)


@contextlib.contextmanager
def _within(folder: str | os.PathLike[str], path: Path) -> Iterator[int]:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    with contextlib.ExitStack() as stack:
        at = os.open(folder, os.O_RDONLY)
        stack.callback(os.close, at)
        for name in path.relative_to(folder).parts:
            at = os.open(name, flags, dir_fd=at)
            stack.callback(os.close, at)
        if not stat.S_ISREG(os.fstat(at).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        yield at


def check_suffix(path: str | os.PathLike[str], suffixes: Iterable[str]) -> str:
    """Return the suffix, in small letters; raise `InputError` for one that is not in `suffixes`."""
    return check_choice("suffix", Path(path).suffix.lower(), suffixes)


def unused(path: str | os.PathLike[str]) -> Path:
    """Return `path` if nothing is there, else the first free of `name-2.png`, `name-3.png`, etc.

    A name longer than `LONGEST` is cut.
    """
    path = Path(path)
    stem = path.stem
    while len(os.fsencode(stem + path.suffix)) > LONGEST:
        stem = stem[:-1]
    endings = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
    names = (path.with_name(f"{stem}{ending}{path.suffix}") for ending in endings)
    return next(name for name in names if not os.path.lexists(name))


@contextlib.contextmanager
def guarded(failure: str) -> Iterator[None]:
    """Turn whatever goes wrong inside into an `InputError` of one line, and hush warnings."""
    try:
        with without_warnings:
            yield
    except Exception as error:  # a hostile file can make a decoder raise anything
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        if isinstance(error, MemoryError):
            reason = "out of memory"
        raise InputError(f"{failure}: {reason or type(error).__name__}") from error


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str], *, label: str = "") -> Iterator[io.BufferedRandom]:
    """Open a file that takes the place of `path` once all is written; a failure leaves that as is.

    A new file gets the usual permissions, a replaced one keeps its own; a symbolic link is
    followed. `label` is in the name of the file until it is whole. Raises `InputError` if nothing
    can be there, and what the disk raises.
    """
    place = _target(path)
    with _temporary(place.parent, label) as (name, stream):
        yield stream
        stream.flush()
        os.fsync(stream.fileno())
        if fcntl is None:
            stream.close()  # Windows renames no open file
        if place.exists():
            name.chmod(stat.S_IMODE(place.stat().st_mode))
        name.replace(place)


@contextlib.contextmanager
def held(folder: Path, failure: str, *, taken: str) -> Iterator[None]:
    """Hold a folder that only one process may use at a time.

    The system lets go of it when the process ends, however that comes about. Raises `InputError`,
    the reason after `failure`: `taken` where another process holds the folder.
    """
    lock = filelock.FileLock(folder / LOCK, blocking=False)
    with guarded(failure):
        try:
            lock.acquire()
        except filelock.Timeout:
            raise InputError(taken) from None
    try:
        yield
    finally:
        lock.release()


def remove_unfinished(folder: Path, label: str) -> None:
    """Remove what was left by a process that was killed while it wrote a file of this label.

    What a living process is writing stays: it holds a lock, which the system takes from it at its
    end, however that comes about. Where there are no such locks, and "" is the label, all stays.
    """
    for path in folder.glob(TEMPORARY.format(f"{label}*")):
        if fcntl is None and label:
            path.unlink(missing_ok=True)
        elif fcntl is not None and re.fullmatch(_OURS, path.name):
            with contextlib.suppress(OSError):  # it is held, or gone, or of another user
                number = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW)
                with open(number, "rb") as stream:
                    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()


@functools.cache
def _tidy(folder: Path) -> None:
    """Remove what killed processes left in a folder, once for each: batches have many pictures."""
    remove_unfinished(folder, "")


def _target(path: str | os.PathLike[str]) -> Path:
    """Return where a file for `path` goes; raise `InputError` if nothing can."""
    found = Path(os.path.realpath(path))  # else replacing would turn a link into a file
    if not found.parent.is_dir():
        named = found if os.path.islink(path) else Path(path)
        raise InputError(f"there is no folder {str(named.parent)!r}")
    if found.is_symlink():
        raise InputError("it is a symbolic link that leads to itself")
    if found.exists() and not found.is_file():
        raise InputError("it exists and is not a regular file")
    if found.exists() and not (os.access(found, os.W_OK) and found.stat().st_mode & 0o222):
        raise InputError("it exists and is read-only")  # to rename another over it needs no leave
    return found


@contextlib.contextmanager
def _temporary(folder: Path, label: str) -> Iterator[tuple[Path, io.BufferedRandom]]:
    """Create a file in `folder` and remove it at the end, unless it has been renamed."""
    while True:
        name = folder / TEMPORARY.format(label + secrets.token_hex(8))
        # Not mkstemp: this file's permissions follow the umask.
        stream = open(name, "x+b")  # noqa: SIM115
        if _locked(stream, name):
            break
        stream.close()
    try:
        with stream:
            yield name, stream
    finally:
        name.unlink(missing_ok=True)


def _locked(stream: io.BufferedRandom, name: Path) -> bool:
    """Lock a new file against `remove_unfinished`; say whether that has not been there before."""
    if fcntl is not None:
        with contextlib.suppress(OSError):  # some disks know no locks, and nothing is removed there
            fcntl.flock(stream, fcntl.LOCK_EX)
    return name.exists()
