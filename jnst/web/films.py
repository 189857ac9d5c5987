"""Films that the page is given: what they are is read from their bytes, never from their names.

FFmpeg knows formats that lead to other files, playlists above all. A film is therefore one of the
few of `KINDS` by its first bytes, and has to be readable as just that, before anything guesses.
"""

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from jnst.errors import InputError, check_at_most
from jnst.pictures import files, resizing
from jnst.pictures.files.opening import check_pixels
from jnst.system import disk
from jnst.transfer.checks import LARGEST_SIDE
from jnst.video.need import NAMES, needed
from jnst.web.names import called, label
from jnst.web.records import Film, Given
from jnst.web.store import VIEW, Store

KINDS = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".gif": "image/gif",
}
"""Content types of the films that can be given, by the usual suffix of their kind."""
_FORMATS = {".mp4": "mov", ".mov": "mov", ".webm": "matroska", ".mkv": "matroska", ".gif": "gif"}
_PICTURES = (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1", b"crx ")
_OLD_QUICKTIME = (b"moov", b"mdat", b"wide", b"free", b"skip")
_HEAD = 64
"""Bytes in which a file says what it is."""


def missing() -> str:
    """Say which package films need that is not there; "" where all are."""
    try:
        for module in NAMES:
            needed(module)
    except InputError as error:
        return str(error)
    return ""


def kind_of(head: bytes) -> str | None:
    """Return the kind of a film by its first bytes, one of `KINDS`; None for anything else."""
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return None if brand in _PICTURES else ".mov" if brand == b"qt  " else ".mp4"
    if head[4:8] in _OLD_QUICKTIME:
        return ".mov"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return ".webm" if re.search(rb"\x42\x82.webm", head, re.DOTALL) else ".mkv"
    return ".gif" if head[:6] in (b"GIF87a", b"GIF89a") else None


@contextlib.contextmanager
def receiving(folder: Path) -> Iterator[Callable[[bytes], object]]:
    """Make the folder of a new film, and yield a function that writes the next bytes of it.

    Raises `InputError` for what the disk refuses.
    """
    disk.make_folder(folder)
    try:  # not guarded: what becomes of the request is none of the disk's business
        with disk.replacing(folder / "original") as stream:
            yield stream.write
    except OSError as error:
        raise InputError(f"cannot write 'original': {error.strerror or error}") from None


def keep(store: Store, folder: Path, name: str) -> Given:
    """Keep the film that was received in a folder. A GIF that does not move is kept as a picture.

    Raises `InputError` for what is no film, or one of too many pixels; its folder stays.
    """
    path, name = folder / "original", label(name)
    with store.reading, called(path, name):
        kind = _checked(path)
        with contextlib.closing(_opened(path)) as clip:
            picture = files.read(clip.frame(0))
            aspect = getattr(clip, "pixel_aspect", 1)
            height, width = picture.shape[1], max(1, round(picture.shape[2] * aspect))
            shown = resizing.resize(picture, *resizing.size_within(height, width, VIEW))
            files.write(folder / "view.jpg", shown)
            count, seconds = len(clip.times), float(clip.duration)
    film = None if kind == ".gif" and count == 1 else Film(kind, count, seconds)
    return store.keep_given(folder, name, (width, height), film=film)


def _checked(path: Path) -> str:
    """Return the kind of a film; raise `InputError` for none, and for too many pixels."""
    if said := missing():
        raise InputError(said)
    import av

    with disk.guarded(f"cannot read {str(path)!r} as a film"), open(path, "rb") as stream:
        kind = kind_of(stream.read(_HEAD))
        if kind is None:
            named = ", ".join(one[1:] for one in KINDS)
            raise InputError(f"its format is none of {named}")
        with av.open(str(path), format=_FORMATS[kind]) as container:
            for one in container.streams.video:
                check_pixels(one.width * one.height)
                check_at_most("a side", max(one.width, one.height), LARGEST_SIDE)
    return kind


def _opened(path: Path):
    from jnst.video.film import Film as Reader

    return Reader(path)
