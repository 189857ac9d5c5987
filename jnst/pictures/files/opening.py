"""Opening a picture file: only what is one, only formats we know, only so many pixels."""

import contextlib
import ctypes
import logging
import os
import re
import warnings
from collections.abc import Iterator
from io import BytesIO, IOBase
from pathlib import Path
from typing import IO, Any

import PIL.Image

from jnst.errors import InputError
from jnst.system.disk import check_regular, guarded
from jnst.system.process import Shared

# What Pillow says of a broken file goes to the handlers there are, and not to the error stream.
logging.getLogger("PIL").addHandler(logging.NullHandler())
# Its libtiff prints every oddity of a file there: not any more, for Pillow raises what matters.
# Where that library has no such symbol, as on Windows, it still does.
with contextlib.suppress(AttributeError, OSError):
    ctypes.CDLL(PIL.Image.core.__file__).TIFFSetErrorHandler(ctypes.c_void_p(None))

READABLE = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TGA", "TIFF", "WEBP")
"""Readable formats, by Pillow's names; not, for one, EPS, which starts another program."""
# fmt: off
RAW = (
    ".3fr", ".ari", ".arw", ".bay", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf",
    ".fff", ".iiq", ".k25", ".kdc", ".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf",
    ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f",
)
# fmt: on
"""Suffixes of raw photographs: what they hold first, and Pillow reads, is a thumbnail."""
LIMIT = "JNST_MAX_PIXELS"
"""The environment variable that says how many pixels a picture may have."""
_PIXEL, _REST = 4 * 8, 1 << 26  # bytes: the largest pixel, of doubles, and what is no pixels


def suffixes() -> tuple[str, ...]:
    """Return the suffixes, in small letters, of what can be read."""
    found = PIL.Image.registered_extensions()
    return tuple(sorted(suffix for suffix, kind in found.items() if kind in READABLE))


def is_raw(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file is a raw photograph, by its suffix."""
    return Path(os.fsdecode(path)).suffix.lower() in RAW


def most_pixels() -> int | None:
    """Return how many pixels a picture may have; None for any number.

    A small file can hold a picture that fills the memory. What `LIMIT` says, else Pillow's limit of
    89 million. Raises `InputError` where that is no number.
    """
    asked = os.environ.get(LIMIT)
    if not asked:
        return PIL.Image.MAX_IMAGE_PIXELS
    if not (asked.isascii() and asked.isdecimal() and int(asked) > 0):
        raise InputError(f"the environment variable {LIMIT} must be a number, not {asked!r}")
    return int(asked)


def check_pixels(count: int) -> None:
    """Raise `InputError` for a picture of too many pixels: before memory is taken for it."""
    most = most_pixels()
    if most is not None and count > most:
        raise _too_many(str(count), most)


CUT_OFF = "the file is cut off"
"""What is said of a picture that ends too early."""
File = str | os.PathLike[str] | bytes | IOBase
"""A file: its path, its contents, or opened for reading bytes."""


def unread(path: str | os.PathLike[str]) -> str:
    """Return the words that begin every message about a file that cannot be read as a picture."""
    return f"cannot read {os.fspath(path)!r} as a picture"


@contextlib.contextmanager
def opened(source: File) -> Iterator[IO[bytes]]:
    """Open a file that may be a picture; whatever goes wrong meanwhile becomes an `InputError`."""
    if not isinstance(source, str | os.PathLike):
        with guarded("cannot read what was given as a picture"), _limited(), _whole():
            yield _Contents(_contents(source))
        return
    path = source
    with guarded(unread(path)):
        status = check_regular(path)
        if status.st_size == 0:
            raise InputError("the file is empty")
        if is_raw(path):
            raise InputError("it is a raw photograph; develop it first")
        _check_bytes(status.st_size)
        with _limited(), _whole(), open(path, "rb") as stream:
            yield stream


@contextlib.contextmanager
def by_pillow(stream: IO[bytes]) -> Iterator[PIL.Image.Image]:
    """Open a picture as Pillow sees it, its pixels not yet decoded."""
    # A stream, not a path: what it maps into memory, Pillow 13 garbles (a TIFF on its side).
    stream.seek(0)
    try:
        picture = PIL.Image.open(stream, formats=READABLE)
    except PIL.UnidentifiedImageError:
        raise InputError(f"its format is none of {', '.join(READABLE)}") from None
    with picture:
        yield picture


class _Contents(BytesIO):
    """Bytes as a file that was opened for reading."""

    name: Any = ""
    mode: Any = "rb"


def _contents(source: Any) -> bytes:
    """Return bytes as they are, or all that is left in an open file."""
    data = source if isinstance(source, bytes) else source.read()
    if not isinstance(data, bytes):
        raise InputError("the file is open for text; open it with the mode 'rb'")
    if not data:
        raise InputError("the file is empty")
    _check_bytes(len(data))
    return data


def _check_bytes(size: int) -> None:
    """Refuse a file larger than all its pixels can be: some decoders read it whole."""
    most = most_pixels()
    if most is not None and size > _PIXEL * most + _REST:
        count = -(-(size - _REST) // _PIXEL)
        raise InputError(
            f"the file has {size} bytes, too many for a picture; {_remedy(str(count))}"
        )


@contextlib.contextmanager
def _pillow_limit() -> Iterator[None]:
    """Give Pillow our limit, above which it is to raise an error, not only a warning."""
    before = PIL.Image.MAX_IMAGE_PIXELS
    PIL.Image.MAX_IMAGE_PIXELS = most_pixels()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
            yield
    finally:
        PIL.Image.MAX_IMAGE_PIXELS = before


_pillow_limited = Shared(_pillow_limit)


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    """Give Pillow our limit: it looks at each frame, and at sizes found only while decoding."""
    most = most_pixels()
    try:
        with _pillow_limited:
            yield
    except (PIL.Image.DecompressionBombWarning, PIL.Image.DecompressionBombError) as error:
        raise _too_many(re.findall(r"\d+", f"{error} 0")[0], most) from None


@contextlib.contextmanager
def _whole() -> Iterator[None]:
    """Say of a file that ends too early that it is cut off; decoders say so in words of theirs."""
    try:
        yield
    except Exception as error:
        of_the_system = getattr(error, "strerror", None)  # and may name the file
        if not of_the_system and re.search("truncated|end of file", str(error), re.IGNORECASE):
            raise InputError(CUT_OFF) from error
        raise


def _too_many(count: str, most: int | None) -> InputError:
    return InputError(f"it has {count} pixels, more than {most}; {_remedy(count)}")


def _remedy(count: str) -> str:
    return f"set {LIMIT}={count} in the environment to allow it"
