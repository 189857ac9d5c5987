"""TIFF of more than 8 bits: levels to a file and back; what is refused, or left to Pillow."""

import contextlib

import numpy as np
import pytest
import tifffile

from jnst.errors import InputError
from jnst.pictures import files
from jnst.pictures.files import metadata, opening, tiff

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


@pytest.fixture
def written(a_file):
    """Return a function that writes a TIFF with tifffile."""

    def write(values, **options):
        stream = a_file()
        tifffile.imwrite(stream, values, **options)
        return stream

    return write


@pytest.mark.parametrize("channels", [3, 4])
def test_levels_come_back_with_profile_and_settings(a_file, channels):
    levels, stream = RNG.integers(0, 65536, (5, 7, channels), dtype=np.uint16), a_file()
    tiff.encode(stream, levels, metadata.described({"steps": 3}, "jnst 1"))
    found = tiff.decode(stream)
    np.testing.assert_array_equal(np.rint(found.colours * 65535), levels[..., :3])
    assert found.profile == metadata.srgb()
    if channels == 4:
        np.testing.assert_array_equal(np.rint(found.alpha * 65535), levels[..., 3:])
    else:
        assert found.alpha is None
    stream.seek(0)
    with tifffile.TiffFile(stream) as file:
        assert file.pages.first.description == '{"steps": 3}'


def test_white_may_be_the_lowest_level(written):
    levels = RNG.integers(0, 65536, (5, 7), dtype=np.uint16)
    black, white = (
        tiff.decode(written(levels, photometric=kind)) for kind in ("minisblack", "miniswhite")
    )
    np.testing.assert_allclose(white.colours, 1 - black.colours, atol=1e-6)


def test_colours_that_are_multiplied_by_alpha_are_divided(written):
    values = np.float32([[[0.25, 0.5, 0, 0.5], [0, 0, 0, 0]]])
    found = tiff.decode(written(values, photometric="rgb", extrasamples=["assocalpha"]))
    np.testing.assert_allclose(found.colours, [[[0.5, 1, 0], [0, 0, 0]]], atol=1e-6)
    np.testing.assert_allclose(found.alpha[..., 0], [[0.5, 0]])


def test_other_files_are_left_to_pillow(a_file, written):
    assert tiff.decode(written(np.zeros((5, 7), np.uint8), photometric="minisblack")) is None
    assert tiff.decode(a_file(b"II*\0" + bytes(20))) is None
    assert tiff.decode(a_file(b"\x89PNG")) is None


def test_signs_too_many_pixels_and_lost_strips_are_refused(a_file, written, monkeypatch):
    signed = written(np.zeros((5, 7), np.float32) - 1, photometric="minisblack")
    with pytest.raises(InputError, match="values must lie in"):
        tiff.decode(signed)
    whole = written(np.zeros((50, 70), np.uint16), photometric="minisblack")
    whole.seek(0)
    cut = a_file(whole.read()[:-100])
    with pytest.raises(InputError, match="the file is cut off"):
        tiff.decode(cut)
    monkeypatch.setenv(opening.LIMIT, "3499")
    with pytest.raises(InputError, match="it has 3500 pixels"):
        tiff.decode(whole)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "complex64"])
@pytest.mark.parametrize("colours", [False, True], ids=["grey", "RGB"])
def test_signed_values_are_named(tmp_path, dtype, colours):
    if dtype == "int32" and not colours:
        pytest.skip("Pillow writes its 16-bit pictures so")
    shape, kind = ((8, 9, 3), "rgb") if colours else ((8, 9), "minisblack")
    tifffile.imwrite(tmp_path / "x.tif", np.zeros(shape, dtype), photometric=kind)
    with pytest.raises(InputError, match=f"its values are {dtype}: .* unsigned integers and float"):
        files.read(tmp_path / "x.tif")
