"""PNG of 16 bit, in and out; Pillow has 8 for colours."""

import logging
import struct
import zlib
from typing import IO

import imagecodecs
import numpy as np
import PIL.Image

from jnst.pictures.files.metadata import srgb

# What libpng has to say of a strange file would go to the terminal.
logging.getLogger("imagecodecs").addHandler(logging.NullHandler())

_HEAD = 33  # bytes: the signature and the chunk IHDR, always first


def decode(stream: IO[bytes]) -> np.ndarray | None:
    """Return the levels, uint16 (h, w), or (h, w, c) with 2 to 4 channels; None for another file.

    A colour key becomes a channel of alpha. How many pixels there are, Pillow has looked at.
    """
    stream.seek(0)
    head = stream.read(_HEAD)
    if len(head) < _HEAD or head[:8] != b"\x89PNG\r\n\x1a\n" or head[24] != 16:
        return None
    return imagecodecs.png_decode(head + stream.read())


def encode(stream: IO[bytes], levels: np.ndarray, exif: PIL.Image.Exif) -> None:
    """Write levels, uint16 (h, w, 3 or 4), with sRGB's profile and EXIF."""
    data = imagecodecs.png_encode(levels)
    stream.write(data[:_HEAD])
    stream.write(_chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(srgb())))
    stream.write(_chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0")))
    stream.write(data[_HEAD:])


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
