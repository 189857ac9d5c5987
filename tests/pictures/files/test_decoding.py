"""Pictures in: orientation, colour, depth, arrays."""

import io
import itertools
import struct
import subprocess
import sys

import imagecodecs
import jax.numpy as jnp
import numpy as np
import PIL.Image
import pytest
from helpers import ROOT
from helpers_files import (
    PIXELS,
    RNG,
    SRGB,
    black_ink_profile,
    levels,
    linear_profile,
    srgb_encoded,
)
from hypothesis import given
from hypothesis import strategies as st

from jnst.errors import InputError
from jnst.pictures import files


@pytest.mark.parametrize(
    ("orientation", "upright"),
    [
        (1, [[1, 2, 3], [4, 5, 6]]),
        (2, [[3, 2, 1], [6, 5, 4]]),
        (3, [[6, 5, 4], [3, 2, 1]]),
        (4, [[4, 5, 6], [1, 2, 3]]),
        (5, [[1, 4], [2, 5], [3, 6]]),
        (6, [[4, 1], [5, 2], [6, 3]]),
        (7, [[6, 3], [5, 2], [4, 1]]),
        (8, [[3, 6], [2, 5], [1, 4]]),
        (9, [[1, 2, 3], [4, 5, 6]]),  # there is no such orientation
    ],
)
@pytest.mark.parametrize(
    ("suffix", "mode"), [("png", "L"), ("png", "RGBA"), ("png", "I;16"), ("tif", "L")]
)
def test_exif_orientation(tmp_path, orientation, upright, suffix, mode):
    stored = PIL.Image.fromarray(np.uint8([[1, 2, 3], [4, 5, 6]]))
    if mode == "I;16":
        stored = PIL.Image.fromarray(np.asarray(stored).astype(np.uint16) * 257)
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    stored = stored.convert(mode)
    stored.save(tmp_path / f"a.{suffix}", exif=exif)
    np.testing.assert_array_equal(levels(files.read(tmp_path / f"a.{suffix}"))[..., 1], upright)


def test_orientation_survives_a_broken_tag_and_broken_exif_is_ignored(tmp_path):
    turned = b"II*\0\x08\0\0\0\x02\0" + struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    turned += struct.pack("<HHI", 0x0111, 2, 1) + bytes(8)  # text where a number belongs
    picture = PIL.Image.fromarray(PIXELS)
    picture.save(tmp_path / "turned.png", exif=turned)
    np.testing.assert_array_equal(levels(files.read(tmp_path / "turned.png"))[0], PIXELS[::-1, 0])
    picture.save(tmp_path / "junk.png", exif=b"II*\0\xff\xff\xff\xff junk")
    np.testing.assert_array_equal(levels(files.read(tmp_path / "junk.png")), PIXELS)


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_icc_profile_is_converted_to_srgb(tmp_path, suffix):
    path = tmp_path / f"linear.{suffix}"
    PIL.Image.fromarray(PIXELS).save(path, icc_profile=linear_profile())
    expected = 255 * srgb_encoded(PIXELS / 255)
    np.testing.assert_allclose(levels(files.read(path)), expected, atol=1.1)


def test_icc_primaries_are_converted_under_alpha(tmp_path):
    swapped = SRGB.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    rgba = np.dstack([PIXELS, np.full(PIXELS.shape[:2], 51, np.uint8)])
    PIL.Image.fromarray(rgba).save(tmp_path / "a.png", icc_profile=swapped)
    expected = 0.2 * PIXELS[..., ::-1] + 0.8 * 255
    np.testing.assert_allclose(levels(files.read(tmp_path / "a.png")), expected, atol=1)


@pytest.mark.parametrize("mode", ["L", "LA", "1"])
def test_grey_icc_profile(tmp_path, mode):
    grey = linear_profile().replace(b"RGB XYZ", b"GRAYXYZ").replace(b"rTRC", b"kTRC")
    picture = PIL.Image.fromarray(PIXELS[..., 0] | 16).convert(mode)  # lcms is coarse near black
    picture.save(tmp_path / "a.png", icc_profile=grey)
    linear = np.asarray(picture.convert("L")) / 255
    got = levels(files.read(tmp_path / "a.png"))[..., 0]
    np.testing.assert_allclose(got, 255 * srgb_encoded(linear), atol=1.1)


@pytest.mark.parametrize("suffix", ["tif", "jpg"])
def test_cmyk_icc_profile(tmp_path, suffix):
    inks = PIL.Image.new("CMYK", (2, 2), (200, 0, 30, 127))
    inks.save(tmp_path / f"a.{suffix}", icc_profile=black_ink_profile())
    luminance = ((100 * 128 / 255 + 16) / 116) ** 3  # CIE L* to Y
    grey = 255 * srgb_encoded(luminance)
    np.testing.assert_allclose(levels(files.read(tmp_path / f"a.{suffix}")), grey, atol=1.1)


@pytest.mark.parametrize("profile", [b"junk", SRGB[:200], SRGB.replace(b"RGB XYZ", b"CMYKLab")])
def test_broken_icc_profile_is_ignored(tmp_path, profile):
    PIL.Image.fromarray(PIXELS).save(tmp_path / "a.png", icc_profile=profile)
    np.testing.assert_array_equal(levels(files.read(tmp_path / "a.png")), PIXELS)


@pytest.mark.parametrize("suffix", ["png", "tif", "pgm"])
def test_16_bit_grey_is_exact(tmp_path, suffix):
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    PIL.Image.fromarray(values).save(tmp_path / f"a.{suffix}")
    got = files.read(tmp_path / f"a.{suffix}")
    expected = values.astype(np.float32) / np.float32(65535)
    np.testing.assert_array_equal(got, np.repeat(expected[None, ..., None], 3, axis=-1))


def test_float_tiff_is_taken_as_it_is(tmp_path):
    values = RNG.random((3, 4), np.float32)
    PIL.Image.fromarray(values).save(tmp_path / "a.tif")
    np.testing.assert_array_equal(files.read(tmp_path / "a.tif")[0, ..., 0], values)


def test_one_bit_cmyk_lab_and_bmp(tmp_path):
    bits = PIL.Image.fromarray(np.array([[True, False]]))
    bits.save(tmp_path / "bits.png")
    np.testing.assert_array_equal(levels(files.read(tmp_path / "bits.png"))[0, :, 0], [255, 0])
    cmyk = PIL.Image.new("CMYK", (2, 1), (255, 0, 0, 0))
    for name in ("cmyk.tif", "cmyk.jpg"):
        cmyk.save(tmp_path / name)
        np.testing.assert_allclose(levels(files.read(tmp_path / name))[0, 0], [0, 255, 255], atol=2)
    white = files.read(PIL.Image.new("LAB", (1, 1), (255, 128, 128)))
    np.testing.assert_allclose(levels(white)[0, 0], 255, atol=2)
    PIL.Image.fromarray(PIXELS).save(tmp_path / "a.bmp")
    np.testing.assert_array_equal(levels(files.read(tmp_path / "a.bmp")), PIXELS)


@pytest.mark.parametrize("colours", ["CMYK", "YCCK"])
def test_jpeg_of_inks(tmp_path, colours):
    inks = np.full((16, 16, 4), [200, 0, 30, 127], np.uint8)
    whole = imagecodecs.jpeg8_encode(255 - inks, colorspace="CMYK", outcolorspace=colours)
    assert b"Adobe" in whole, "which says that inks are stored as what they leave"
    (tmp_path / "a.jpg").write_bytes(whole)
    expected = np.array([55, 255, 225]) * 128 / 255
    np.testing.assert_allclose(levels(files.read(tmp_path / "a.jpg"))[8, 8], expected, atol=3)


@pytest.mark.parametrize("suffix", ["gif", "png", "webp", "tif"])
def test_first_frame_of_an_animation(tmp_path, suffix):
    first, second = PIL.Image.new("RGB", (4, 4), "red"), PIL.Image.new("RGB", (4, 4), "blue")
    first.save(tmp_path / f"a.{suffix}", save_all=True, append_images=[second])
    got = levels(files.read(tmp_path / f"a.{suffix}"))
    np.testing.assert_allclose(got[0, 0], [255, 0, 0], atol=4)
    assert files.is_animated(tmp_path / f"a.{suffix}")
    first.save(tmp_path / f"a.{suffix}")
    assert not files.is_animated(tmp_path / f"a.{suffix}")
    assert not files.is_animated(tmp_path / "missing")


def test_path_string_image_and_array_agree(tmp_path):
    PIL.Image.fromarray(PIXELS).save(tmp_path / "a.png")
    sources = [tmp_path / "a.png", str(tmp_path / "a.png"), PIL.Image.fromarray(PIXELS), PIXELS]
    for source in [*sources, jnp.asarray(PIXELS)]:
        np.testing.assert_array_equal(levels(files.read(source)), PIXELS)


@given(
    height=st.integers(1, 5),
    width=st.integers(1, 5),
    layout=st.sampled_from(["grey", "rgb", "rgba", "batch"]),
    dtype=st.sampled_from([np.uint8, np.uint16, ">u2", np.float16, np.float32, np.float64]),
    seed=st.integers(0, 99),
)
def test_from_array_shapes_and_types(height, width, layout, dtype, seed):
    tail = {"grey": (), "rgb": (3,), "rgba": (4,), "batch": (3,)}[layout]
    values = np.random.default_rng(seed).random((height, width, *tail))
    top = np.iinfo(dtype).max if np.dtype(dtype).kind == "u" else 1
    array = (values * top).astype(dtype)
    got = files.from_array(array[None] if layout == "batch" else array)
    assert got.shape == (1, height, width, 3)
    assert got.dtype == np.float32
    for y, x, c in itertools.product(range(height), range(width), range(3)):
        pixel = np.float64(array[y, x]) / top
        value = pixel if layout == "grey" else pixel[c]
        if layout == "rgba":
            value = value * pixel[3] + 1 - pixel[3]
        assert got[0, y, x, c] == pytest.approx(value, abs=1e-6)


def test_from_array_copies():
    array = np.zeros((1, 2, 2, 3), np.float32)
    files.from_array(array)[...] = 1
    assert not array.any()


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.zeros((2, 2), np.int64), "int64"),
        (np.zeros((2, 2), np.int16), "int16"),
        (np.zeros((2, 2), complex), "complex128"),
        (np.array([["a"]]), "<U1"),
        (np.zeros(4), r"\(4,\)"),
        (np.zeros((2, 2, 2)), r"\(2, 2, 2\)"),
        (np.zeros((2, 2, 2, 3)), r"\(2, 2, 2, 3\)"),
        (np.zeros((2, 2, 1)), r"\(2, 2, 1\)"),
        (np.zeros((0, 2, 3)), r"\(0, 2, 3\)"),
        (np.full((2, 2), np.nan), "NaN"),
        (np.full((2, 2), np.inf), "infinite"),
        (np.full((2, 2), 1.003), "1.003"),
        (np.full((2, 2), -0.003), "-0.003"),
        (np.full((2, 2, 3), 255.0), "255"),
        (np.full((2, 2), 1e300), r"1e\+300"),
    ],
)
def test_arrays_that_are_no_pictures(array, reason):
    for read in (files.read, files.read_with_alpha):
        with pytest.raises(InputError, match=reason) as caught:
            read(array)
        assert "\n" not in str(caught.value)


def test_bytes_and_open_files_are_read_as_their_path_is(tmp_path):
    path = tmp_path / "x.png"
    PIL.Image.effect_noise((9, 7), 80).convert("RGB").save(path)
    np.testing.assert_array_equal(files.read(path.read_bytes()), files.read(path))
    with open(path, "rb") as file:
        np.testing.assert_array_equal(files.read(file), files.read(path))
    with open(path, encoding="latin-1") as text, pytest.raises(InputError, match="mode 'rb'"):
        files.read(text)
    for nothing in (b"", io.BytesIO()):
        with pytest.raises(InputError, match="the file is empty"):
            files.read(nothing)
    with pytest.raises(InputError, match="cannot read what was given as a picture: its format"):
        files.read(b"no picture")


def test_what_is_no_picture_is_named():
    """In a process of its own: elsewhere in tests, types are checked before."""
    program = (
        "from jnst.pictures import files\n"
        "for junk in (None, 3, [[1, 2]], {}):\n"
        "    try: files.read(junk)\n"
        "    except files.decoding.InputError as error: print(error)"
    )
    command = [sys.executable, "-c", program]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    says = "a picture is a path, the bytes of a file, an open file, a PIL image or an array, not "
    assert told.splitlines() == [says + name for name in ("NoneType", "int", "list", "dict")]
