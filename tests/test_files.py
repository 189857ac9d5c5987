"""Pictures in, pictures out: every mode, every orientation, every way a file can be bad."""

import contextlib
import errno
import itertools
import json
import os
import re
import signal
import stat
import struct
import threading
import zlib
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageCms

from jnst import disk, files
from jnst.arrays import InputError

PHOTOGRAPHS = Path(__file__).parents[2] / "shared" / "data" / "content"
SUFFIXES = sorted(files.WRITERS)
RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (7, 5, 3), dtype=np.uint8)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def writable(path):
    disk.check_writable(path, files.WRITERS)


def levels(image):
    """8-bit levels of what `read` returned, after checking its contract."""
    assert image.dtype == np.float32
    assert image.shape[0] == 1
    assert image.shape[3] == 3
    assert image.min() >= 0
    assert image.max() <= 1
    return np.rint(image[0] * 255).astype(int)


def smooth(height=40, width=60):
    """A picture that lossy formats keep well."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    return np.stack([x, y, (x + y) / 2], axis=-1)[None].astype(np.float32)


def linear_profile():
    """The sRGB profile with its tone curve replaced by a straight line."""
    at = SRGB.index(b"para") + 8
    return SRGB[:at] + struct.pack(">HHI", 0, 0, 1 << 16) + SRGB[at + 8 :]


def black_ink_profile():
    """A CMYK profile for which only black makes a picture darker: L* = 100 (1 - K)."""
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + (np.eye(3) * 65536).astype(">i4").tobytes()
    table += (
        bytes(range(256)) * 4 + bytes([255, 128, 128, 0, 128, 128]) * 2**3 + bytes(range(256)) * 3
    )
    head = struct.pack(
        ">I4sI4s4s4s", 144 + len(table), b"lcms", 0x02400000, b"prtr", b"CMYK", b"Lab "
    )
    head += SRGB[24:64] + bytes(4) + SRGB[68:80]
    tags = struct.pack(">I4sII", 1, b"A2B0", 144, len(table))
    return head.ljust(128, b"\0") + tags + table


def srgb_encoded(v):
    return np.where(v <= 0.0031308, 12.92 * v, 1.055 * v ** (1 / 2.4) - 0.055)


# Reading: orientation, colour, alpha, depth.


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


def test_alpha_is_composited_over_white(tmp_path):
    rgba = np.uint8([[[200, 100, 0, 255], [200, 100, 0, 0], [200, 100, 0, 51]]])
    PIL.Image.fromarray(rgba).save(tmp_path / "a.png")
    got = files.read(tmp_path / "a.png")[0, 0] * 255
    expected = [[200, 100, 0], [255, 255, 255], [244, 224, 204]]
    np.testing.assert_allclose(got, expected, atol=1e-3)
    PIL.Image.fromarray(rgba[..., [0, 3]]).save(tmp_path / "la.png")
    got = files.read(tmp_path / "la.png")[0, 0, :, 2] * 255
    np.testing.assert_allclose(got, [200, 255, 244], atol=1e-3)


def alpha_levels(source):
    """8-bit levels of what `read_alpha` returned, after checking its contract."""
    alpha = files.read_alpha(source)
    assert alpha.dtype == np.float32
    assert alpha.shape == (*files.read(source).shape[:3], 1)
    np.testing.assert_allclose(alpha * 255, np.rint(alpha * 255), atol=1e-4)
    return np.rint(alpha[0, ..., 0] * 255).astype(int)


def three_colours():
    palette = PIL.Image.fromarray(np.uint8([[0, 1, 2]]), "L").convert("P")
    palette.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    return palette


def test_palette_and_colour_key_transparency(tmp_path):
    palette = three_colours()
    palette.save(tmp_path / "bytes.png", transparency=b"\xff\x00\x33")
    expected = [[255, 0, 0], [255, 255, 255], [204, 204, 255]]
    np.testing.assert_array_equal(levels(files.read(tmp_path / "bytes.png"))[0], expected)
    palette.save(tmp_path / "index.gif", transparency=1)
    expected = [[255, 0, 0], [255, 255, 255], [0, 0, 255]]
    np.testing.assert_array_equal(levels(files.read(tmp_path / "index.gif"))[0], expected)
    palette.convert("RGB").save(tmp_path / "key.png", transparency=(0, 0, 255))
    expected = [[255, 0, 0], [0, 255, 0], [255, 255, 255]]
    np.testing.assert_array_equal(levels(files.read(tmp_path / "key.png"))[0], expected)


@pytest.mark.parametrize(
    ("name", "mode", "options", "expected"),
    [
        ("bytes.png", "P", {"transparency": b"\xff\x00\x33"}, [255, 0, 51]),
        ("index.gif", "P", {"transparency": 1}, [255, 0, 255]),
        ("key.png", "RGB", {"transparency": (0, 0, 255)}, [255, 255, 0]),
        ("grey.png", "L", {"transparency": 76}, [0, 255, 255]),  # red's luma
        ("bits.png", "1", {"transparency": 0}, [0, 255, 0]),  # dithered: black, white, black
        ("opaque.png", "P", {}, None),
        ("opaque.gif", "P", {}, None),
    ],
)
def test_alpha_of_palettes_and_colour_keys(tmp_path, name, mode, options, expected):
    three_colours().convert(mode).save(tmp_path / name, **options)
    if expected is None:
        assert files.read_alpha(tmp_path / name) is None
    else:
        np.testing.assert_array_equal(alpha_levels(tmp_path / name), [expected])


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp"])
@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_alpha_of_every_source(tmp_path, name, mode):
    alpha = np.uint8([[255, 0, 51], [1, 254, 128]])
    picture = PIL.Image.fromarray(np.dstack([PIXELS[:2, :3], alpha])).convert(mode)
    picture.save(tmp_path / name)
    for source in (tmp_path / name, str(tmp_path / name), picture):
        np.testing.assert_array_equal(alpha_levels(source), alpha)


def test_alpha_of_arrays():
    rgba = RNG.random((4, 3, 4), np.float32)
    for array in (rgba, rgba[None], jnp.asarray(rgba), (rgba * 65535).astype(np.uint16)):
        np.testing.assert_allclose(files.read_alpha(array)[0, ..., 0], rgba[..., 3], atol=2e-5)
    np.testing.assert_array_equal(
        alpha_levels((rgba * 255).astype(np.uint8)), rgba[..., 3] * 255 // 1
    )
    held = files.read_alpha(rgba)
    held[...] = 2
    assert rgba.max() < 1
    assert held.base is None  # it does not keep the colours alive


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 3), (1, 4, 3, 3), (4, 3, 4), (1, 4, 3, 4)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_opaque_sources_have_no_alpha(tmp_path, shape, dtype):
    array = np.full(shape, np.iinfo(dtype).max if np.dtype(dtype).kind == "u" else 1, dtype)
    assert files.read_alpha(array) is None
    if dtype == np.uint8 and len(shape) < 4:
        for name in ("a.png", "a.tif", "a.webp"):
            PIL.Image.fromarray(array).save(tmp_path / name)
            assert files.read_alpha(tmp_path / name) is None
    if len(shape) == 2 and dtype in (np.uint16, np.float32):
        PIL.Image.fromarray(array).save(tmp_path / "a.tif")
        assert files.read_alpha(tmp_path / "a.tif") is None


@pytest.mark.parametrize("suffix", ["png", "tif", "webp"])
def test_alpha_is_turned_with_the_picture(tmp_path, suffix):
    turned = np.uint8([[1, 2, 3], [4, 5, 6]])
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    PIL.Image.fromarray(np.dstack([turned] * 4)).save(tmp_path / f"a.{suffix}", exif=exif)
    np.testing.assert_array_equal(alpha_levels(tmp_path / f"a.{suffix}"), [[4, 1], [5, 2], [6, 3]])


def png_of_16_bit(channels, kind):
    """A PNG as its specification says: Pillow cannot write 16-bit colour."""

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    height, width = channels.shape[:2]
    rows = channels.astype(">u2").reshape(height, -1)
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    head = struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("count", "kind"), [(4, 6), (2, 4)])  # RGBA, grey and alpha
def test_alpha_of_16_bit(tmp_path, count, kind):
    alpha = np.uint16([[0, 0x3333, 0xFFFF], [0x8080, 0x0101, 0xFEFE]])
    grey = np.full(alpha.shape, 0xC8C8, np.uint16)
    channels = np.dstack([*[grey] * (count - 1), alpha])
    (tmp_path / "a.png").write_bytes(png_of_16_bit(channels, kind))
    np.testing.assert_array_equal(alpha_levels(tmp_path / "a.png"), alpha // 257)
    opacity = alpha / 65535
    expected = 255 * (200 / 255 * opacity + 1 - opacity)
    np.testing.assert_allclose(levels(files.read(tmp_path / "a.png"))[..., 0], expected, atol=0.51)


def test_a_colour_key_of_16_bit(tmp_path):
    PIL.Image.fromarray(np.uint16([[300, 301, 0]])).save(tmp_path / "a.png", transparency=301)
    np.testing.assert_array_equal(alpha_levels(tmp_path / "a.png"), [[255, 0, 255]])
    got = files.read(tmp_path / "a.png")[0, 0, :, 1]
    np.testing.assert_array_equal(got, np.float32([300 / 65535, 1, 0]))


@pytest.mark.parametrize("mode", ["La", "RGBa"])
def test_colours_multiplied_by_alpha(mode):
    values = np.full((1, 2, 4), 200, np.uint8)
    values[..., 3] = [51, 255]
    picture = PIL.Image.fromarray(values).convert(mode.upper()).convert(mode)
    np.testing.assert_array_equal(alpha_levels(picture), values[..., 3])
    np.testing.assert_allclose(levels(files.read(picture))[0, :, 0], [244, 200], atol=1)


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


@pytest.mark.parametrize("suffix", ["gif", "png", "webp", "tif"])
def test_first_frame_of_an_animation(tmp_path, suffix):
    first, second = PIL.Image.new("RGB", (4, 4), "red"), PIL.Image.new("RGB", (4, 4), "blue")
    first.save(tmp_path / f"a.{suffix}", save_all=True, append_images=[second])
    got = levels(files.read(tmp_path / f"a.{suffix}"))
    np.testing.assert_allclose(got[0, 0], [255, 0, 0], atol=4)


def test_path_string_image_and_array_agree(tmp_path):
    PIL.Image.fromarray(PIXELS).save(tmp_path / "a.png")
    sources = [tmp_path / "a.png", str(tmp_path / "a.png"), PIL.Image.fromarray(PIXELS), PIXELS]
    for source in [*sources, jnp.asarray(PIXELS)]:
        np.testing.assert_array_equal(levels(files.read(source)), PIXELS)


# Arrays.


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
        (np.zeros((2, 2), bool), "bool"),
        (np.zeros((2, 2), complex), "complex128"),
        (np.array([["a"]]), "<U1"),
        (np.zeros(4), r"\(4,\)"),
        (np.zeros((2, 2, 2)), r"\(2, 2, 2\)"),
        (np.zeros((2, 2, 2, 3)), r"\(2, 2, 2, 3\)"),
        (np.zeros((2, 2, 1)), r"\(2, 2, 1\)"),
        (np.zeros((0, 2, 3)), r"\(0, 2, 3\)"),
        (np.full((2, 2), np.nan), "nan"),
        (np.full((2, 2), np.inf), "inf"),
        (np.full((2, 2), 1.001), "1.001"),
        (np.full((2, 2), -0.001), "-0.001"),
        (np.full((2, 2, 3), 255.0), "255"),
        (np.full((2, 2), 1e300), r"1e\+300"),
    ],
)
def test_arrays_that_are_no_pictures(array, reason):
    for read in (files.read, files.read_alpha):
        with pytest.raises(InputError, match=reason) as caught:
            read(array)
        assert "\n" not in str(caught.value)


# Bad files: each ends as one line that names the file.


BAD = {  # name -> what the message must say
    **dict.fromkeys([f"half.{kind}" for kind in ("png", "jpg", "tif", "gif", "bmp")], "truncated"),
    "half.webp": "decoder",
    "a.eps": "format is none of",
    "missing.png": "No such file",
    "dangling.png": "No such file",
    "folder.png": "not a regular file",
    "pipe.png": "not a regular file",
    "text.jpg": "format is none of AVIF, BMP, GIF, JPEG",
    "one\nline.png": "format is none of",
    "text.jpg/below": "Not a directory",
    "nul\0.png": "null byte",
    "empty.png": "the file is empty",
    "nan.tif": "not nan",
    "high.tif": "not 255",
    "low.tif": "not -1",
    "deep.tif": "not 1.00002",
}


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad")
    picture = PIL.Image.fromarray(RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    for suffix in ("png", "jpg", "tif", "webp", "gif", "bmp"):
        picture.save(folder / "whole", format={"jpg": "jpeg", "tif": "tiff"}.get(suffix, suffix))
        data = (folder / "whole").read_bytes()
        (folder / f"half.{suffix}").write_bytes(data[: len(data) // 2])
    picture.save(folder / "a.eps")
    (folder / "folder.png").mkdir()
    (folder / "text.jpg").write_text("not a picture\nat all\n")
    (folder / "empty.png").write_bytes(b"")
    (folder / "one\nline.png").write_bytes(b"x")
    (folder / "dangling.png").symlink_to(folder / "nowhere.png")
    for name, value in (("nan", np.nan), ("high", 255), ("low", -1)):
        PIL.Image.fromarray(np.full((2, 2), value, np.float32)).save(folder / f"{name}.tif")
    PIL.Image.fromarray(np.full((2, 2), 65536, np.int32)).save(folder / "deep.tif")
    os.mkfifo(folder / "pipe.png")
    return folder


@pytest.fixture
def alarm():
    """Break a read that waits for ever."""

    def ring(*_):
        raise TimeoutError("still waiting")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(5)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("name", BAD)
@pytest.mark.usefixtures("alarm")
def test_bad_file(bad, name):
    for read in (files.read, files.read_alpha):
        with pytest.raises(InputError, match=re.escape(BAD[name])) as caught:
            read(bad / name)
        message = str(caught.value)
        assert "\n" not in message
        assert message.startswith(f"cannot read {str(bad / name)!r} as a picture: ")
        assert not message.endswith(": ")


@pytest.mark.parametrize("limit", [34, 10])  # Pillow warns above the limit, raises above twice that
def test_decompression_bomb(tmp_path, monkeypatch, limit):
    PIL.Image.fromarray(PIXELS).save(tmp_path / "bomb.png")
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", limit)
    for read in (files.read, files.read_alpha, files.read_settings):
        with pytest.raises(InputError, match=r"bomb\.png.*exceeds limit") as caught:
            read(tmp_path / "bomb.png")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError("two\nlines"), "two lines"),
        (KeyError(), "KeyError"),
        (MemoryError(), "MemoryError"),
    ],
)
def test_whatever_a_decoder_raises_is_one_line(tmp_path, monkeypatch, error, reason):
    def fail(*args, **kwargs):
        raise error

    PIL.Image.fromarray(PIXELS).save(tmp_path / "a.png")
    monkeypatch.setattr(PIL.Image, "open", fail)
    with pytest.raises(InputError) as caught:
        files.read(tmp_path / "a.png")
    expected = f"cannot read {str(tmp_path / 'a.png')!r} as a picture: {reason}"
    assert str(caught.value) == expected


def test_fuzzed_files_raise_nothing_but_input_errors(tmp_path):
    rng = np.random.default_rng(1)
    path = tmp_path / "fuzz"
    for suffix in SUFFIXES:
        files.write(tmp_path / f"whole{suffix}", smooth(9, 9), settings={"steps": 3})
        data = np.frombuffer((tmp_path / f"whole{suffix}").read_bytes(), np.uint8)
        for _ in range(60):
            hurt = data.copy()
            hurt[rng.integers(0, len(hurt), 8)] = rng.integers(0, 256, 8)
            path.write_bytes(hurt.tobytes())
            for read in (files.read, files.read_alpha, files.read_settings):
                with contextlib.suppress(InputError):
                    read(path)


def test_unreadable_pillow_image_is_an_input_error(tmp_path):
    picture = PIL.Image.fromarray(np.full((2, 2), 70000, np.int32))
    for read in (files.read, files.read_alpha):
        with pytest.raises(
            InputError, match=r"cannot read the picture: values must lie in \[0, 1\]"
        ):
            read(picture)


# Writing.


@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff", ".PNG"])
def test_round_trip_to_the_bit(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    every = np.arange(256 * 3, dtype=np.float32).reshape(1, 16, 16, 3) % 256 / 255
    files.write(path, every)
    np.testing.assert_array_equal(levels(files.read(path)), np.rint(every[0] * 255))
    files.write(path, files.read(path))
    np.testing.assert_array_equal(files.read(path), every.astype(np.float32))


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".webp"])
def test_lossy_round_trip_within_a_few_levels(tmp_path, suffix):
    files.write(tmp_path / f"a{suffix}", smooth())
    error = np.abs(levels(files.read(tmp_path / f"a{suffix}")) - 255 * smooth()[0])
    assert error.max() < 8
    assert error.mean() < 1.5


def test_jpeg_keeps_full_colour_resolution(tmp_path):
    stripes = np.zeros((1, 16, 16, 3), np.float32)
    stripes[:, :, ::2, 0] = stripes[:, :, 1::2, 2] = 1
    files.write(tmp_path / "a.jpg", stripes)
    assert np.abs(levels(files.read(tmp_path / "a.jpg")) - 255 * stripes[0]).max() < 16


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_round_trip_of_a_photograph(tmp_path, suffix):
    source = PHOTOGRAPHS / "tubingen.jpg"
    if not source.exists():
        pytest.skip(f"the photographs are not in {PHOTOGRAPHS}")
    photograph = files.read(source)
    files.write(tmp_path / f"a{suffix}", photograph)
    error = np.abs(files.read(tmp_path / f"a{suffix}") - photograph) * 255
    assert error.mean() < {".png": 1e-6, ".jpg": 2}[suffix]


def test_rounding_is_half_to_even_and_clipped(tmp_path):
    row = np.float32([0.3, 0.5, -0.2, 1.7])  # 76.5, 127.5, below, above
    files.write(tmp_path / "a.png", jnp.asarray(np.repeat(row[None, None, :, None], 3, axis=-1)))
    np.testing.assert_array_equal(
        levels(files.read(tmp_path / "a.png"))[0, :, 0], [76, 128, 0, 255]
    )


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_write_refuses_values_that_are_not_finite(tmp_path, value):
    image = smooth()
    image[0, 3, 3, 1] = value
    for bad in ({"image": image}, {"image": smooth(), "alpha": image[..., 1:2]}):
        with pytest.raises(InputError, match="NaN or infinite"):
            files.write(tmp_path / "a.png", **bad)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff", ".webp"])
def test_round_trip_of_alpha(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    every = np.arange(256, dtype=np.float32).reshape(1, 16, 16, 1) / 255
    colours = smooth(16, 16)
    files.write(path, jnp.asarray(colours), alpha=jnp.asarray(every), settings=SETTINGS)
    np.testing.assert_array_equal(files.read_alpha(path), every)
    assert files.read_settings(path) == SETTINGS
    with PIL.Image.open(path) as picture:
        assert picture.mode == "RGBA"
        stored = np.asarray(picture)[..., :3] / 255
    error = np.abs(stored - colours[0])[every[0, ..., 0] > 0.5]
    assert error.max() < (0.04 if suffix == ".webp" else 0.002)
    error = np.abs(files.read(path) - (colours * every + 1 - every))
    assert error.max() < (0.04 if suffix == ".webp" else 0.002)


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg"])
def test_alpha_is_composited_over_white_in_a_jpeg(tmp_path, suffix):
    path, alpha = tmp_path / f"a{suffix}", smooth()[..., 2:]
    files.write(path, smooth(), alpha=alpha)
    assert files.read_alpha(path) is None
    expected = smooth() * alpha + 1 - alpha
    error = np.abs(levels(files.read(path)) - 255 * expected[0])
    assert error.max() < 8
    assert error.mean() < 1.5
    assert np.ptp(expected[..., 0]) > 0.2


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_without_alpha_none_is_written(tmp_path, suffix):
    files.write(tmp_path / f"a{suffix}", smooth())
    with PIL.Image.open(tmp_path / f"a{suffix}") as picture:
        assert picture.mode == "RGB"


def test_alpha_is_rounded_and_clipped(tmp_path):
    alpha = np.float32([0.3, 0.5, -0.2, 1.7]).reshape(1, 1, 4, 1)  # 76.5, 127.5, below, above
    for name in ("a.png", "a.jpg"):
        files.write(tmp_path / name, np.zeros((1, 1, 4, 3), np.float32), alpha=alpha)
    np.testing.assert_array_equal(alpha_levels(tmp_path / "a.png"), [[76, 128, 0, 255]])
    got = levels(files.read(tmp_path / "a.jpg"))[0, :, 0]
    np.testing.assert_allclose(got, [178.5, 127.5, 255, 0], atol=6)


SETTINGS = {"style": "Große Welle – 浪", "weights": [1, 0.5, {"tv": 2e-3}], "crop": None, "n": 3}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_metadata_of_every_format(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    files.write(path, smooth(), settings=SETTINGS, software="jnst 9.9")
    assert files.read_settings(path) == SETTINGS
    with PIL.Image.open(path) as picture:
        assert picture.getexif()[0x0131] == "jnst 9.9"
        assert json.loads(picture.getexif()[0x010E]) == SETTINGS
        profile = ImageCms.ImageCmsProfile(files.io.BytesIO(picture.info["icc_profile"]))
    assert "sRGB" in ImageCms.getProfileDescription(profile)
    files.write(path, smooth())
    assert files.read_settings(path) is None


def test_paths_among_the_settings_become_strings(tmp_path):
    files.write(tmp_path / "a.png", smooth(), settings={"content": Path("x.jpg")})
    assert files.read_settings(tmp_path / "a.png") == {"content": "x.jpg"}


@pytest.mark.parametrize(
    ("settings", "suffix"), [({"a": object()}, ".png"), ({"a": "x" * 70000}, ".jpg")]
)
def test_settings_that_cannot_be_kept(tmp_path, settings, suffix):
    with pytest.raises(InputError, match="cannot write") as caught:
        files.write(tmp_path / f"a{suffix}", smooth(), settings=settings)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "description", ["", "a holiday", "[1, 2]", '{"a": ', "[" * 30000, '{"a": 1' + "0" * 5000 + "}"]
)
def test_descriptions_that_are_no_settings(tmp_path, description):
    exif = PIL.Image.Exif()
    exif[0x010E] = description
    PIL.Image.fromarray(PIXELS).save(tmp_path / "a.jpg", exif=exif)
    assert files.read_settings(tmp_path / "a.jpg") is None


def test_settings_of_broken_metadata_and_of_no_picture(tmp_path):
    PIL.Image.fromarray(PIXELS).save(tmp_path / "a.png", exif=b"II*\0\xff\xff\xff\xff junk")
    assert files.read_settings(tmp_path / "a.png") is None
    (tmp_path / "b.png").write_text("{}")
    with pytest.raises(InputError, match=r"b\.png"):
        files.read_settings(tmp_path / "b.png")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_equal_pictures_make_equal_files(tmp_path, monkeypatch, suffix):
    files.write(tmp_path / f"a{suffix}", smooth(), settings=SETTINGS)
    files._srgb.cache_clear()
    later = SRGB[:24] + bytes([7, 255] * 6) + SRGB[36:]
    monkeypatch.setattr(ImageCms.ImageCmsProfile, "tobytes", lambda self: later)
    files.write(tmp_path / f"b{suffix}", smooth(), settings=SETTINGS)
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


# Writing: whole or not at all.


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
@pytest.mark.parametrize("where", ["save", "fsync", "replace"])
def test_a_failed_write_leaves_the_old_picture(tmp_path, monkeypatch, error, where):
    path = tmp_path / "a.png"
    files.write(path, smooth())
    before = path.read_bytes()

    def fail(first, second=None, *args, **kwargs):
        if where == "save":
            second.write(b"half a picture")
        assert len(list(tmp_path.iterdir())) == 2  # the picture is made beside the old one
        raise error

    owner = {"save": PIL.Image.Image, "fsync": os, "replace": Path}[where]
    monkeypatch.setattr(owner, where, fail)
    expected = InputError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected) as caught:
        files.write(path, 1 - smooth())
    if expected is InputError:
        assert str(caught.value) == f"cannot write {str(path)!r}: No space left"
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_picture_is_on_the_disk_before_it_takes_its_name(tmp_path, monkeypatch, suffix):
    sizes, fsync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (sizes.append(os.fstat(fd).st_size), fsync(fd)))
    replace = Path.replace
    monkeypatch.setattr(Path, "replace", lambda a, b: (sizes.append("replace"), replace(a, b)))
    files.write(tmp_path / f"a{suffix}", smooth())
    assert sizes == [(tmp_path / f"a{suffix}").stat().st_size, "replace"]


def test_readers_see_the_old_or_the_new_picture(tmp_path):
    path, done, seen = tmp_path / "a.tif", threading.Event(), set()
    black, white = np.zeros((1, 90, 90, 3), np.float32), np.ones((1, 90, 90, 3), np.float32)
    files.write(path, black)

    def look():
        while not done.is_set():
            seen.add(path.stat().st_size)

    reader = threading.Thread(target=look)
    reader.start()
    for picture in [white, black] * 10:
        files.write(path, picture)
    done.set()
    reader.join()
    assert len(seen) == 1


def test_permissions(tmp_path):
    before = os.umask(0o027)
    try:
        files.write(tmp_path / "new.png", smooth())
        (tmp_path / "old.png").touch(0o604)
        os.chmod(tmp_path / "old.png", 0o604)
        files.write(tmp_path / "old.png", smooth())
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new.png").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "old.png").stat().st_mode) == 0o604


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "link.png").symlink_to(tmp_path / "far" / "real.png")
    files.write(tmp_path / "link.png", smooth())
    assert (tmp_path / "link.png").is_symlink()
    assert files.read(tmp_path / "far" / "real.png").shape == smooth().shape


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a.xyz", r"unknown suffix '\.xyz'; choose from \.png, \.jpg, "),
        ("a", r"unknown suffix ''; choose from \.png, \.jpg, "),
        ("nowhere/a.png", "no folder .*nowhere"),
        ("file/a.png", "no folder .*file"),
        ("folder.png", "not a regular file"),
        ("pipe.png", "not a regular file"),
        ("n" * 300 + ".png", "name too long"),
        ("nul\0.png", "null"),
    ],
)
def test_places_where_nothing_can_be_written(tmp_path, name, reason):
    (tmp_path / "file").touch()
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    before = sorted(tmp_path.iterdir())
    for refuse in (writable, lambda path: files.write(path, smooth())):
        with pytest.raises(InputError, match=f"(?i){reason}") as caught:
            refuse(tmp_path / name)
        assert str(caught.value).startswith(f"cannot write {str(tmp_path / name)!r}: ")
        assert "\n" not in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs a folder closed even to root")
def test_a_folder_closed_even_to_root():
    for refuse in (writable, lambda path: files.write(path, smooth())):
        with pytest.raises(InputError, match=r"cannot write '/proc/a\.png': "):
            refuse("/proc/a.png")


def test_check_writable_leaves_nothing_behind(tmp_path):
    writable(tmp_path / "a.webp")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a.png").write_text("older")
    writable(str(tmp_path / "a.png"))
    assert (tmp_path / "a.png").read_text() == "older"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.png"]


def test_relative_names_are_written_to_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    writable("a.png")
    files.write("a.png", smooth())
    assert files.read("a.png").shape == smooth().shape
