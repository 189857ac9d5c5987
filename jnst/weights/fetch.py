"""Download a file: go on where the last attempt ended, check its hash, put it there whole."""

import contextlib
import hashlib
import http.client
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from jnst.errors import InputError
from jnst.system import disk
from jnst.weights import manifest
from jnst.weights.published import Published

_TIMEOUT = 30.0  # seconds
_CHUNK = 1 << 18  # bytes


class Known(NamedTuple):
    """The hash and the size that a file had when it was first fetched."""

    sha256: str
    size: int


def fetch(
    source: Published,
    folder: Path,
    show: Callable[[int, int | None], None],
    *,
    known: Known | None = None,
) -> Path:
    """Return the file in `folder`, downloaded unless it is there, once it has its hash.

    What has come of it lies in `NAME.part` until all is there, and stays if the connection ends;
    the next call goes on from there, as far as the server can.

    Args:
        source: which file, from where.
        folder: where it goes.
        show: is told how many bytes are there, and how many there will be, if that is known.
        known: what the file was when it was first fetched; else only its published hash is checked.

    Raises:
        InputError: if the server cannot be reached or breaks off, or leads from https elsewhere; if
            nothing can be written; if the file is another one than was published, or is known, or
            is larger than any that is.

    """
    path = folder / source.file
    if path.exists():
        _check(path, source, known)
        return path
    disk.check_writable(path, [path.suffix])
    part = path.with_name(f"{path.name}.part")
    try:
        _download(source.address, part, show, known.size if known else source.most)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, _TooLargeError):
            part.unlink(missing_ok=True)
        kept = part.stat().st_size if part.exists() else 0
        so_far = f" after {kept / 1e6:.1f} MB, which are kept" if kept else ""
        raise InputError(f"cannot fetch {source.file}{so_far}: {_reason(error)}") from None
    try:
        _check(part, source, known)
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


class _TooLargeError(ValueError):
    """The file has more bytes than it may."""


class _Redirect(urllib.request.HTTPRedirectHandler):
    """Redirects are followed from https to https only: else anybody on the way could answer."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """Return the request to go on with; raise `URLError` where it would leave https."""
        scheme = urllib.parse.urlsplit(newurl).scheme
        if req.type == "https" != scheme:
            raise urllib.error.URLError(f"it leads from https to {scheme}: not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _download(address: str, part: Path, show: Callable[[int, int | None], None], most: int) -> None:
    """Add to `part` what is missing of the file, which may have `most` bytes in all."""

    def check_size(count: int) -> None:
        if count > most:
            raise _TooLargeError(f"it has more than {most:,} bytes, the most that are taken")

    there = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(address, headers={"User-Agent": "jnst"})
    if there:
        request.add_header("Range", f"bytes={there}-")
    try:
        response = urllib.request.build_opener(_Redirect).open(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        with contextlib.closing(error):
            if error.code != 416 or not there:
                raise
        part.unlink()  # 416: it is as long as the file, or longer, and was not finished: start anew
        return _download(address, part, show, most)
    with response:
        begins = (response.headers.get("Content-Range") or "").removeprefix("bytes ")
        resumed = response.status == 206 and begins.startswith(f"{there}-")
        if response.status == 206 and not resumed:
            raise ValueError("the server sent another part of the file than was asked for")
        there = there if resumed else 0
        left = response.headers.get("Content-Length")
        whole = there + int(left) if left else None
        check_size(whole or 0)
        with open(part, "ab" if resumed else "wb") as stream:
            show(there, whole)
            while block := response.read(_CHUNK):
                there += len(block)
                check_size(there)
                stream.write(block)
                show(there, whole)
    if whole is not None and there < whole:
        raise ConnectionError("the connection ended early")
    return None


def _check(path: Path, source: Published, known: Known | None) -> None:
    """Compare with the hash that was published, if any was, and that which is known, if any is."""

    def digest(algorithm: str) -> str:
        with disk.guarded(f"cannot read {str(path)!r}"), open(path, "rb") as stream:
            return hashlib.file_digest(stream, algorithm).hexdigest()

    if known is not None and (found := digest("sha256")) != known.sha256:
        raise InputError(
            f"{source.file} has the SHA256 {found}, not {known.sha256}, which it had when it was "
            "first fetched: it was changed since; where that is right, remove its entry from "
            f"{path.with_name(manifest.NAME)}, and the file, and try again"
        )
    if not (found := digest(source.algorithm)).startswith(source.hash):
        raise InputError(
            f"{source.file} has the {source.algorithm.upper()} {found}, not {source.hash}: it is "
            f"not what {source.publisher} published; remove it and try again"
        )


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", None)
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answered {error.code} {error.reason}"
    text = getattr(inner, "strerror", None) or inner or getattr(error, "strerror", None) or error
    return " ".join(str(text).split()) or type(error).__name__
