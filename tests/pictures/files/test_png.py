"""PNG of 16 bit: levels to a file and back, with profile and settings."""

import contextlib
import struct
import subprocess
import sys
import zlib

import imagecodecs
import numpy as np
import PIL.Image
import pytest
from helpers import ROOT

from jnst.pictures.files import metadata, png

RNG = np.random.default_rng(0)


@pytest.fixture
def a_file(tmp_path):
    """Return a function from bytes to an open file that holds them."""
    with contextlib.ExitStack() as opened:

        def holding(data=b""):
            path = tmp_path / str(len(list(tmp_path.iterdir())))
            file = opened.enter_context(open(path, "w+b"))
            file.write(data)
            return file

        yield holding


@pytest.mark.parametrize("channels", [3, 4])
def test_levels_come_back_with_profile_and_settings(a_file, channels):
    levels = RNG.integers(0, 65536, (5, 7, channels), dtype=np.uint16)
    stream = a_file()
    png.encode(stream, levels, metadata.described({"steps": 3}, "jnst 1"))
    np.testing.assert_array_equal(png.decode(stream), levels)
    with PIL.Image.open(stream) as picture:
        picture.load()
        assert picture.info["icc_profile"] == metadata.srgb()
        assert picture.getexif()[metadata.DESCRIPTION] == '{"steps": 3}'


def test_other_files_are_left_to_others(a_file):
    stream = a_file()
    PIL.Image.new("RGB", (7, 5)).save(stream, format="PNG")
    assert png.decode(stream) is None, "8 bit"
    stream.seek(0)
    assert png.decode(a_file(stream.read(20))) is None
    assert png.decode(a_file(b"GIF89a" + bytes(99))) is None


def test_what_libpng_has_to_say_is_not_printed(tmp_path):
    """In a process of its own: here, pytest takes what is logged."""
    levels = np.random.default_rng(0).integers(0, 65_536, (9, 7, 3), np.uint16)
    data = imagecodecs.png_encode(levels)
    broken = b"iCCP" + b"x\0\0junk"
    chunk = struct.pack(">I", len(broken) - 4) + broken + struct.pack(">I", zlib.crc32(broken))
    path = tmp_path / "x.png"
    path.write_bytes(data[:33] + chunk + data[33:])
    program = "import sys; from jnst.pictures import files; print(files.read(sys.argv[1]).shape)"
    command = [sys.executable, "-c", program, str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (ended.stdout, ended.stderr) == ("(1, 9, 7, 3)\n", "")
