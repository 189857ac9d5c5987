"""Pictures out: formats, rounding, metadata."""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import PIL.Image
import pytest
from helpers import SHARED
from helpers_files import PIXELS, SRGB, SUFFIXES, levels, smooth
from PIL import ImageCms

from jnst.errors import InputError
from jnst.pictures import files
from jnst.pictures.files import metadata

PHOTOGRAPHS = SHARED / "data/content"


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
    row = np.float32([0.3, 0.5, -0.001, 1.001])  # 76.5, 127.5, below, above by less than rounding
    files.write(tmp_path / "a.png", jnp.asarray(np.repeat(row[None, None, :, None], 3, axis=-1)))
    np.testing.assert_array_equal(
        levels(files.read(tmp_path / "a.png"))[0, :, 0], [76, 128, 0, 255]
    )


RGB = np.random.default_rng(3).random((9, 7, 3), np.float32)


@pytest.mark.parametrize(
    "array",
    [
        np.uint8(255 * RGB),
        np.uint16(65535 * RGB),
        RGB,
        np.float64(RGB),
        RGB[..., 0],
        RGB[..., 0] > 0.5,
        RGB[None],
        np.concatenate([RGB, RGB[..., :1]], axis=-1),
    ],
    ids=["uint8", "uint16", "float32", "float64", "grey", "bool", "batch of one", "alpha"],
)
@pytest.mark.parametrize("depth", [8, 16])
def test_what_read_takes_write_takes_too(tmp_path, array, depth):
    """Levels up to 255 once were written as white, and (h, w, 3) as a strip."""
    files.write(tmp_path / "a.png", array, depth=depth)
    expected = files.read(array)
    np.testing.assert_allclose(files.read(tmp_path / "a.png"), expected, atol=1.01 / (2**depth - 1))


def turned():
    picture, file = PIL.Image.fromarray(PIXELS), BytesIO()
    exif = picture.getexif()
    exif[metadata.ORIENTATION] = 6
    picture.save(file, "PNG", exif=exif)
    return PIL.Image.open(file)


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "YCbCr", "I", "I;16", "EXIF"]
)
def test_pictures_of_pillow_are_written_as_they_are_read(tmp_path, mode):
    """Indices of a palette once were written as grey, and inks as light."""
    if mode == "EXIF":
        picture = turned()
    elif mode == "I;16":
        picture = PIL.Image.fromarray(PIXELS[..., 0].astype(np.uint16) * 257)
    else:
        picture = PIL.Image.fromarray(PIXELS).convert(mode)
    files.write(tmp_path / "a.png", picture, depth=16)
    expected = files.read(picture)
    assert files.read(tmp_path / "a.png").shape == expected.shape
    np.testing.assert_allclose(files.read(tmp_path / "a.png"), expected, atol=1 / 65535)


def test_files_are_written_as_they_are_read(tmp_path):
    PIL.Image.fromarray(PIXELS).save(tmp_path / "a.tif")
    data = (tmp_path / "a.tif").read_bytes()
    for source in (tmp_path / "a.tif", str(tmp_path / "a.tif"), data, BytesIO(data)):
        files.write(tmp_path / "b.png", source)
        np.testing.assert_array_equal(levels(files.read(tmp_path / "b.png")), PIXELS)


class Wrapped:
    """Anything that NumPy takes for an array: a picture that `jnst.stylize` made, a tensor."""

    def __array__(self, dtype=None, copy=None):
        return RGB


def test_what_numpy_takes_for_an_array_is_read_and_written(tmp_path):
    np.testing.assert_array_equal(files.read(Wrapped()), RGB[None])
    files.write(tmp_path / "a.tif", Wrapped(), depth=16)
    np.testing.assert_allclose(files.read(tmp_path / "a.tif")[0], RGB, atol=1 / 65535)


def test_rounding_beyond_the_ends_is_read_and_written(tmp_path):
    near = RGB.copy()
    near[0, 0], near[0, 1] = -0.0015, 1.0015
    files.write(tmp_path / "a.png", near)
    np.testing.assert_array_equal(files.read(near), near.clip(0, 1)[None])


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (255 * RGB, r"values must lie in \[0, 1\]"),
        (RGB - 0.5, r"values must lie in \[0, 1\]"),
        (np.stack([RGB, RGB]), r"an array must have the shape .* not \(2, 9, 7, 3\)"),
        (RGB[None, None], "an array must have the shape"),
        (np.int16(255 * RGB), "an array must be bool, uint8, uint16 or float, not int16"),
        (RGB.transpose(2, 0, 1), "an array must have the shape"),
        (np.where(RGB > 0.5, np.nan, RGB), "the picture has NaN or infinite values"),
    ],
    ids=["to 255", "below", "two", "five axes", "int16", "channels first", "NaN"],
)
def test_what_read_refuses_write_refuses_too(tmp_path, array, says):
    with pytest.raises(InputError, match=says):
        files.write(tmp_path / "a.png", array)
    assert not list(tmp_path.iterdir())
    with pytest.raises(InputError, match=says):
        files.read(array)


NO_LIST = (
    "a picture is a path, the bytes of a file, an open file, a PIL image or an array, not list"
)


def test_lists_and_open_files_are_refused_in_one_line(tmp_path):
    """In a process of its own, for in this one types are checked at every call."""
    program = (
        "import io, jnst, numpy as np\n"
        "for path, picture in (('a.png', [[0.5]]), (io.BytesIO(), np.zeros((2, 2)))):\n"
        "    try: jnst.write(path, picture)\n"
        "    except jnst.InputError as error: print(error)\n"
        "try: jnst.read([[0.5]])\n"
        "except jnst.InputError as error: print(error)"
    )
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert ended.stdout.splitlines() == [
        f"cannot write 'a.png': {NO_LIST}",
        "a picture is written to a path, not to BytesIO",
        NO_LIST,
    ]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_write_refuses_values_that_are_not_finite(tmp_path, value):
    image = smooth()
    image[0, 3, 3, 1] = value
    for bad in ({"image": image}, {"image": smooth(), "alpha": image[..., 1:2]}):
        with pytest.raises(InputError, match="NaN or infinite"):
            files.write(tmp_path / "a.png", **bad)
    assert list(tmp_path.iterdir()) == []


SETTINGS = {"style": "Große Welle – 浪", "weights": [1, 0.5, {"tv": 2e-3}], "crop": None, "n": 3}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_metadata_of_every_format(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    files.write(path, smooth(), settings=SETTINGS, software="jnst 9.9")
    assert files.read_settings(path) == SETTINGS
    with PIL.Image.open(path) as picture:
        assert picture.getexif()[0x0131] == "jnst 9.9"
        assert json.loads(picture.getexif()[0x010E]) == SETTINGS
        profile = ImageCms.ImageCmsProfile(BytesIO(picture.info["icc_profile"]))
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
    metadata.srgb.cache_clear()
    later = SRGB[:24] + bytes([7, 255] * 6) + SRGB[36:]
    monkeypatch.setattr(ImageCms.ImageCmsProfile, "tobytes", lambda self: later)
    files.write(tmp_path / f"b{suffix}", smooth(), settings=SETTINGS)
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


@pytest.mark.parametrize(
    ("name", "size", "words", "says"),
    [
        ("x.webp", (20, 16_384), 0, "pictures of 16384 x 20 pixels, at most 16383"),
        ("x.webp", (16_383, 20), 0, ""),
        ("x.jpg", (65_501, 1), 0, "pictures of 1 x 65501 pixels, at most 65500"),
        ("x.jpg", (65_500, 1), 0, ""),
        ("x.png", (65_501, 1), 70_000, ""),
        ("x.webp", (9, 9), 70_000, ""),
        ("x.jpeg", (9, 9), 70_000, "bytes of metadata, at most 65533"),
        ("x.jpeg", (9, 9), 65_000, ""),
    ],
)
def test_what_a_format_cannot_hold_is_known_before(tmp_path, name, size, words, says):
    settings = {"names": "x" * words}
    path = tmp_path / name
    if says:
        with pytest.raises(InputError, match=says):
            files.check_holds(path, size, settings=settings)
        with pytest.raises(InputError):
            files.write(path, np.zeros((1, *size, 3), np.uint8), settings=settings)
    else:
        files.check_holds(path, size, settings=settings)
        files.write(path, np.zeros((1, *size, 3), np.uint8), settings=settings)
        assert files.read(path).shape == (1, *size, 3)
