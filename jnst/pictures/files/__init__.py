"""Picture files to float32 sRGB RGB `[1, h, w, 3]` in [0, 1], and back.

Reading applies the EXIF orientation, converts an embedded ICC profile to sRGB and lays transparent
pictures over white; `read_with_alpha` and `write` carry the alpha channel from one file to another.
Writing is atomic and keeps the settings that made a picture in its metadata.
Whatever a file holds, the only exception that leaves here for it is `InputError`.
"""

from jnst.pictures.files.decoding import Source, from_array, is_animated, read, read_with_alpha
from jnst.pictures.files.encoding import (
    DEEP,
    WRITERS,
    check_holds,
    check_writable,
    write,
    write_or_png,
)
from jnst.pictures.files.metadata import depth, is_ours, read_settings
from jnst.pictures.files.opening import READABLE, is_raw, suffixes, unread
from jnst.pictures.files.thumbnails import thumbnail

__all__ = [
    "DEEP",
    "READABLE",
    "WRITERS",
    "Source",
    "check_holds",
    "check_writable",
    "depth",
    "from_array",
    "is_animated",
    "is_ours",
    "is_raw",
    "read",
    "read_settings",
    "read_with_alpha",
    "suffixes",
    "thumbnail",
    "unread",
    "write",
    "write_or_png",
]
