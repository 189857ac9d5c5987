"""TIFF of more than 8 bits, integers or floats, in and out; Pillow has 8 for colours."""

import logging
from io import BytesIO
from typing import IO

import numpy as np
import PIL.Image
import tifffile
from tifffile import COMPRESSION, EXTRASAMPLE, PHOTOMETRIC

from jnst.errors import InputError
from jnst.pictures.files.metadata import DESCRIPTION, ORIENTATION, SOFTWARE, srgb
from jnst.pictures.files.opening import CUT_OFF, check_pixels
from jnst.pictures.files.raster import Raster, unit

# What tifffile has to say of a strange file would go to the terminal.
logging.getLogger("tifffile").addHandler(logging.NullHandler())

_PROFILE = 0x8773
_DNG_VERSION = 50706
_REDUCED = 1  # bit of the tag NewSubfileType
_GREY_OR_RGB = (PHOTOMETRIC.MINISWHITE, PHOTOMETRIC.MINISBLACK, PHOTOMETRIC.RGB)
_COMPRESSIONS = (  # lossless, and decoded into no more bytes than the picture has
    COMPRESSION.NONE,
    COMPRESSION.LZW,
    COMPRESSION.ADOBE_DEFLATE,
    COMPRESSION.DEFLATE,
    COMPRESSION.PACKBITS,
    COMPRESSION.ZSTD,
)


def decode(stream: IO[bytes]) -> Raster | None:
    """Return the first picture of a file, if it is grey or RGB of more than 8 bits; else None.

    Integers are unsigned, floats in [0, 1]. A channel that is not called alpha is left out.
    """
    page = deep_page(stream)
    return None if page is None else raster_of(page, values_of(page, stream))


def deep_page(stream: IO[bytes]) -> tifffile.TiffPage | None:
    """Return the page of the first picture, not yet decoded, if `decode` takes it; else None."""
    page = _first_page(stream)
    if page is not None:
        _check_whole(page)
    return page if page is not None and _is_deep(page) else None


def values_of(page: tifffile.TiffPage, stream: IO[bytes]) -> np.ndarray:
    """Return the values of a page as the file has them, (h, w, samples)."""
    height, width = page.imagelength, page.imagewidth
    if page.imagedepth != 1:
        raise InputError("it is a volume, not a picture")
    check_pixels(height * width)
    check_pixels(page.tilewidth * page.tilelength * page.tiledepth)  # can be larger than it
    ends = [sum(extent) for extent in zip(page.dataoffsets, page.databytecounts, strict=True)]
    size = stream.seek(0, 2)
    # Strips that share their bytes would make a small file take for ever.
    if max(ends, default=0) > size or sum(page.databytecounts) > size:
        raise InputError(CUT_OFF)
    values = page.asarray(squeeze=False, maxworkers=1)  # planes, depth, height, width, samples
    return np.moveaxis(values, 0, -2).reshape(height, width, -1)


def raster_of(page: tifffile.TiffPage, values: np.ndarray) -> Raster:
    """Return what the values of a page, or of some of its rows, are a picture of."""
    peak = None if values.dtype.kind == "f" else 2**page.bitspersample - 1
    values = unit(values, peak=peak)
    count = 3 if page.photometric == PHOTOMETRIC.RGB else 1
    colours, alpha = values[..., :count], None
    if page.photometric == PHOTOMETRIC.MINISWHITE:
        colours = 1 - colours
    if page.extrasamples[:1] in ((EXTRASAMPLE.ASSOCALPHA,), (EXTRASAMPLE.UNASSALPHA,)):
        alpha = values[..., count : count + 1]
        if page.extrasamples[0] == EXTRASAMPLE.ASSOCALPHA:  # colours are multiplied by it
            colours = (colours / np.maximum(alpha, np.finfo(np.float32).tiny)).clip(0, 1)
    return Raster(colours, alpha, page.tags.valueof(ORIENTATION), page.tags.valueof(_PROFILE))


def encode(stream: IO[bytes], levels: np.ndarray, exif: PIL.Image.Exif) -> None:
    """Write levels, uint16 (h, w, 3 or 4), with sRGB's profile, and what EXIF has of it as tags."""
    whole = BytesIO()  # to a file, tifffile says not why it could not write
    tifffile.imwrite(
        whole,
        levels,
        photometric=PHOTOMETRIC.RGB,
        planarconfig="contig",
        extrasamples=[EXTRASAMPLE.UNASSALPHA] * (levels.shape[2] - 3),
        description=exif.get(DESCRIPTION),
        software=exif[SOFTWARE],
        iccprofile=srgb(),
        metadata=None,
    )
    stream.write(whole.getbuffer())


def _first_page(stream: IO[bytes]) -> tifffile.TiffPage | None:
    """Return the first page of a TIFF; None for a broken file, or another format."""
    stream.seek(0)
    if stream.read(4) not in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return None
    stream.seek(0)
    # Kinds of microscopes have more pages than the file says; we want one.
    kinds = dict.fromkeys(("is_lsm", "is_ndpi", "is_scanimage"), False)
    try:
        return tifffile.TiffFile(stream, **kinds).pages.first
    except Exception:  # Pillow knows better what is wrong
        return None


def _check_whole(page: tifffile.TiffPage) -> None:
    """Raise `InputError` for a thumbnail, as raw photographs begin with, and for signed values."""
    if _DNG_VERSION in page.tags:
        raise InputError("it is a raw photograph; develop it first")
    if page.subfiletype & _REDUCED:
        raise InputError(
            "it begins with a thumbnail, as raw photographs do; export it as JPEG, PNG or a plain "
            "TIFF first"
        )
    pillows = page.dtype == np.int32 and page.samplesperpixel == 1  # its mode I, of 16 bits
    if page.dtype is not None and page.dtype.kind not in "buf" and not pillows:
        raise InputError(
            f"its values are {page.dtype}: they have signs, or two parts; unsigned integers and "
            "floats are read"
        )


def _is_deep(page: tifffile.TiffPage) -> bool:
    """Tell whether `decode` takes the page; of 8 bits, or compressed otherwise, Pillow does."""
    deep = page.dtype is not None and page.dtype.kind in "uf" and np.max(page.bitspersample) > 8
    taken = page.photometric in _GREY_OR_RGB and page.compression in _COMPRESSIONS
    return bool(deep and taken and page.samplesperpixel <= 8)
