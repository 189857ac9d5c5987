"""Download a file: go on where the last attempt ended, check its hash, put it there whole."""

import contextlib
import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from jnst.errors import InputError
from jnst.system import disk
from jnst.weights.published import Published

_TIMEOUT = 30.0  # seconds
_CHUNK = 1 << 18  # bytes


def fetch(source: Published, folder: Path, show: Callable[[int, int | None], None]) -> Path:
    """Return the file in `folder`, downloaded unless it is there, once it has its hash.

    What has come of it lies in `NAME.part` until all is there, and stays if the connection ends;
    the next call goes on from there, as far as the server can.

    Args:
        source: which file, from where.
        folder: where it goes.
        show: is told how many bytes are there, and how many there will be, if that is known.

    Raises:
        InputError: if the server cannot be reached or breaks off, if nothing can be written, or if
            the file is another one than was published.

    """
    path = folder / source.file
    if path.exists():
        _check(path, source)
        return path
    disk.check_writable(path, [path.suffix])
    part = path.with_name(f"{path.name}.part")
    try:
        _download(source.address, part, show)
    except (OSError, http.client.HTTPException, ValueError) as error:
        kept = part.stat().st_size if part.exists() else 0
        so_far = f" after {kept / 1e6:.1f} MB, which are kept" if kept else ""
        raise InputError(f"cannot fetch {source.file}{so_far}: {_reason(error)}") from None
    try:
        _check(part, source)
    except InputError:
        part.unlink()  # nothing can be added to it to make it right
        raise
    with disk.guarded(f"cannot write {str(path)!r}"):
        part.replace(path)
    return path


def how_by_hand(source: Published) -> str:
    """Say which file that is: its name, address and hash."""
    known = f"{source.algorithm.upper()} {'begins with ' * (len(source.hash) == 8)}{source.hash}"
    return f"{source.file} from {source.address} ({known if source.hash else 'no hash published'})"


def _download(address: str, part: Path, show: Callable[[int, int | None], None]) -> None:
    """Add to `part` what is missing of the file."""
    there = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(address, headers={"User-Agent": "jnst"})
    if there:
        request.add_header("Range", f"bytes={there}-")
    try:
        response = urllib.request.urlopen(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        with contextlib.closing(error):
            if error.code != 416 or not there:
                raise
        part.unlink()  # 416: it is as long as the file, or longer, and was not finished: start anew
        return _download(address, part, show)
    with response:
        begins = (response.headers.get("Content-Range") or "").removeprefix("bytes ")
        resumed = response.status == 206 and begins.startswith(f"{there}-")
        if response.status == 206 and not resumed:
            raise ValueError("the server sent another part of the file than was asked for")
        there = there if resumed else 0
        left = response.headers.get("Content-Length")
        whole = there + int(left) if left else None
        with open(part, "ab" if resumed else "wb") as stream:
            show(there, whole)
            while block := response.read(_CHUNK):
                stream.write(block)
                there += len(block)
                show(there, whole)
    if whole is not None and there < whole:
        raise ConnectionError("the connection ended early")
    return None


def _check(path: Path, source: Published) -> None:
    """Compare with the hash that was published, if any was."""
    with disk.guarded(f"cannot read {str(path)!r}"), open(path, "rb") as stream:
        found = hashlib.file_digest(stream, source.algorithm).hexdigest()
    if not found.startswith(source.hash):
        raise InputError(
            f"{path.name} has the {source.algorithm.upper()} {found}, not {source.hash}: it is not "
            f"what {source.publisher} published; remove it and try again"
        )


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", None)
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answered {error.code} {error.reason}"
    text = getattr(inner, "strerror", None) or inner or getattr(error, "strerror", None) or error
    return " ".join(str(text).split()) or type(error).__name__
