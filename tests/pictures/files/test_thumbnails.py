"""Small views of picture files: the picture itself, and little memory."""

import subprocess
import sys

import imagecodecs
import numpy as np
import PIL.Image
import pytest
import tifffile
from helpers_files import linear_profile, smooth

from jnst.errors import InputError
from jnst.pictures import files, resizing
from jnst.pictures.files import opening, thumbnails

LARGEST = 65_535


def sixteen(image):
    return np.round(image[0] * 65_535).astype(np.uint16)


def eight(image):
    return PIL.Image.fromarray(np.round(image[0] * 255).astype(np.uint8))


def with_alpha(picture):
    alpha = PIL.Image.linear_gradient("L").resize(picture.size)
    picture.putalpha(alpha)
    return picture


def turned(picture):
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    return {"exif": exif, "quality": 95}


FORMATS = {
    "rgb.png": lambda path, image: eight(image).save(path),
    "grey.png": lambda path, image: eight(image).convert("L").save(path),
    "bilevel.png": lambda path, image: eight(image).convert("1").save(path),
    "palette.gif": lambda path, image: eight(image).quantize(16).save(path, transparency=3),
    "alpha.png": lambda path, image: with_alpha(eight(image)).save(path),
    "profile.png": lambda path, image: eight(image).save(path, icc_profile=linear_profile()),
    "turned.jpg": lambda path, image: eight(image).save(path, **turned(image)),
    "ink.jpg": lambda path, image: eight(image).convert("CMYK").save(path),
    "eight.tif": lambda path, image: eight(image).save(path),
    "rgb16.png": lambda path, image: path.write_bytes(imagecodecs.png_encode(sixteen(image))),
    "grey16.png": lambda path, image: PIL.Image.fromarray(sixteen(image)[..., 0]).save(path),
    "rgb16.tif": lambda path, image: tifffile.imwrite(path, sixteen(image), photometric="rgb"),
    "floats.tif": lambda path, image: tifffile.imwrite(path, image[0], photometric="rgb"),
}


@pytest.fixture(params=FORMATS)
def path(request, tmp_path):
    """Return a file of each kind, of 333 x 201 pixels."""
    found = tmp_path / request.param
    FORMATS[request.param](found, smooth(201, 333).astype(np.float32))
    return found


def test_it_is_the_picture_made_smaller(monkeypatch, path):
    monkeypatch.setattr(thumbnails, "BAND", 5000)  # several of them
    whole = files.read(path)
    made = files.thumbnail(path, 32, largest_side=LARGEST)
    assert (made.height, made.width) == whole.shape[1:3]
    right = resizing.fit(whole, 32)
    assert made.picture.shape == right.shape
    assert made.picture.dtype == np.float32
    assert abs(made.picture - right)[:, 1:-1, 1:-1].max() < 0.04
    assert abs(made.picture - right).mean() < 0.01


def test_where_it_is_small_anyway_it_is_the_picture_as_it_is_read(monkeypatch, path):
    monkeypatch.setattr(thumbnails, "BAND", 5000)
    whole = files.read(path)
    for long_side in (200, 333, 1000):
        made = files.thumbnail(path, long_side, largest_side=LARGEST)
        np.testing.assert_allclose(made.picture, resizing.fit(whole, long_side), atol=1e-6)


def test_a_side_that_is_too_long_is_refused_before_anything_is_decoded(tmp_path, path):
    data = path.read_bytes()
    half = tmp_path / f"half-{path.name}"
    half.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(InputError, match="it has 333 x 201 pixels, more than 300 a side"):
        files.thumbnail(half if path.suffix == ".png" else path, 32, largest_side=300)
    assert files.thumbnail(path, 32, largest_side=333).width in (201, 333)


@pytest.mark.parametrize(("height", "width"), [(1, 65_535), (65_535, 1), (2, 40_001)])
def test_long_and_thin(tmp_path, height, width):
    path = tmp_path / "thin.png"
    PIL.Image.new("L", (width, height), 51).save(path)
    made = files.thumbnail(path, 1024, largest_side=LARGEST)
    assert (made.height, made.width) == (height, width)
    assert max(made.picture.shape) == 1024
    np.testing.assert_allclose(made.picture, 0.2, atol=1e-4)


def test_pixels_of_too_many_bytes_are_refused(monkeypatch, tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, smooth().astype(np.float64), photometric="rgb", compression="zlib")
    monkeypatch.setenv(opening.LIMIT, "4799")
    assert files.read(path).size
    with pytest.raises(InputError, match="its pixels have 57600 bytes, more than 57588"):
        files.thumbnail(path, 32, largest_side=LARGEST)


PEAK = """
import sys
from pathlib import Path
from jnst.pictures import files
def most():
    status = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) * 1024
files.thumbnail(sys.argv[1], 32, largest_side=65_535)  # what is loaded only then
before = most()
assert files.thumbnail(sys.argv[2], 1024, largest_side=65_535).width == 6200
print(most() - before)
"""


def test_much_less_memory_is_taken_than_the_picture_has_as_floats(tmp_path):
    PIL.Image.new("RGB", (6200, 4000), (1, 2, 3)).save(tmp_path / "large.png")
    PIL.Image.new("RGB", (500, 300)).save(tmp_path / "small.png")
    paths = [str(tmp_path / name) for name in ("small.png", "large.png")]
    command = [sys.executable, "-c", PEAK, *paths]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert int(found) < 9 * 6200 * 4000, "as floats it has 12 bytes a pixel"
