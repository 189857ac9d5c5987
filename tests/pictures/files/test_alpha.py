"""Transparency: every way a file can have it, over white, and from one file to another."""

import jax.numpy as jnp
import numpy as np
import PIL.Image
import pytest
from helpers_files import PIXELS, RNG, SUFFIXES, alpha_levels, alpha_of, levels, smooth

from jnst.pictures import files

SETTINGS = {"style": "Große Welle"}


def test_alpha_is_composited_over_white(tmp_path):
    rgba = np.uint8([[[200, 100, 0, 255], [200, 100, 0, 0], [200, 100, 0, 51]]])
    PIL.Image.fromarray(rgba).save(tmp_path / "a.png")
    got = files.read(tmp_path / "a.png")[0, 0] * 255
    expected = [[200, 100, 0], [255, 255, 255], [244, 224, 204]]
    np.testing.assert_allclose(got, expected, atol=1e-3)
    PIL.Image.fromarray(rgba[..., [0, 3]]).save(tmp_path / "la.png")
    got = files.read(tmp_path / "la.png")[0, 0, :, 2] * 255
    np.testing.assert_allclose(got, [200, 255, 244], atol=1e-3)


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
        assert alpha_of(tmp_path / name) is None
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
        np.testing.assert_allclose(alpha_of(array)[0, ..., 0], rgba[..., 3], atol=2e-5)
    np.testing.assert_array_equal(
        alpha_levels((rgba * 255).astype(np.uint8)), rgba[..., 3] * 255 // 1
    )
    held = alpha_of(rgba)
    held[...] = 2
    assert rgba.max() < 1
    assert held.base is None  # it does not keep the colours alive


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 3), (1, 4, 3, 3), (4, 3, 4), (1, 4, 3, 4)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_opaque_sources_have_no_alpha(tmp_path, shape, dtype):
    array = np.full(shape, np.iinfo(dtype).max if np.dtype(dtype).kind == "u" else 1, dtype)
    assert alpha_of(array) is None
    if dtype == np.uint8 and len(shape) < 4:
        for name in ("a.png", "a.tif", "a.webp"):
            PIL.Image.fromarray(array).save(tmp_path / name)
            assert alpha_of(tmp_path / name) is None
    if len(shape) == 2 and dtype in (np.uint16, np.float32):
        PIL.Image.fromarray(array).save(tmp_path / "a.tif")
        assert alpha_of(tmp_path / "a.tif") is None


@pytest.mark.parametrize("suffix", ["png", "tif", "webp"])
def test_alpha_is_turned_with_the_picture(tmp_path, suffix):
    turned = np.uint8([[1, 2, 3], [4, 5, 6]])
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    PIL.Image.fromarray(np.dstack([turned] * 4)).save(tmp_path / f"a.{suffix}", exif=exif)
    np.testing.assert_array_equal(alpha_levels(tmp_path / f"a.{suffix}"), [[4, 1], [5, 2], [6, 3]])


@pytest.mark.parametrize("mode", ["La", "RGBa"])
def test_colours_multiplied_by_alpha(mode):
    values = np.full((1, 2, 4), 200, np.uint8)
    values[..., 3] = [51, 255]
    picture = PIL.Image.fromarray(values).convert(mode.upper()).convert(mode)
    np.testing.assert_array_equal(alpha_levels(picture), values[..., 3])
    np.testing.assert_allclose(levels(files.read(picture))[0, :, 0], [244, 200], atol=1)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff", ".webp"])
def test_round_trip_of_alpha(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    every = np.arange(256, dtype=np.float32).reshape(1, 16, 16, 1) / 255
    colours = smooth(16, 16)
    files.write(path, jnp.asarray(colours), alpha=jnp.asarray(every), settings=SETTINGS)
    np.testing.assert_array_equal(alpha_of(path), every)
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
    assert alpha_of(path) is None
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
    alpha = np.float32([0.3, 0.5, -0.001, 1.001]).reshape(1, 1, 4, 1)  # 76.5, 127.5, below, above
    for name in ("a.png", "a.jpg"):
        files.write(tmp_path / name, np.zeros((1, 1, 4, 3), np.float32), alpha=alpha)
    np.testing.assert_array_equal(alpha_levels(tmp_path / "a.png"), [[76, 128, 0, 255]])
    got = levels(files.read(tmp_path / "a.jpg"))[0, :, 0]
    np.testing.assert_allclose(got, [178.5, 127.5, 255, 0], atol=6)
