"""What picture files hold besides pixels."""

import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from jnst.errors import InputError
from jnst.pictures import files
from jnst.pictures.files import metadata

PICTURE = np.zeros((1, 4, 6, 3), np.float32)


def test_settings_become_json_and_paths_text():
    exif = metadata.described({"steps": 3, "content": Path("a/b.jpg")}, "jnst 1")
    assert exif[metadata.SOFTWARE] == "jnst 1"
    assert json.loads(exif[metadata.DESCRIPTION]) == {"steps": 3, "content": "a/b.jpg"}
    assert metadata.DESCRIPTION not in metadata.described(None, "jnst 1")


@pytest.mark.parametrize(
    ("software", "text", "expected"),
    [
        ("jnst 1", '{"steps": 3}', {"steps": 3}),
        ("gimp 3", '{"steps": 3}', None),
        ("jnst 1", "[3]", None),
        ("jnst 1", "no JSON", None),
    ],
)
def test_settings_are_read_only_where_we_wrote_them(tmp_path, software, text, expected):
    exif = PIL.Image.Exif()
    exif[metadata.SOFTWARE], exif[metadata.DESCRIPTION] = software, text
    PIL.Image.new("RGB", (3, 2)).save(tmp_path / "a.png", exif=exif)
    assert metadata.read_settings(tmp_path / "a.png") == expected


def test_no_picture_has_no_settings_but_an_error(tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(InputError, match="its format is none of"):
        metadata.read_settings(tmp_path / "a.png")


@pytest.mark.parametrize(("suffix", "deep"), [(".png", 16), (".tiff", 16), (".jpg", 8)])
def test_depth_is_that_of_the_file(tmp_path, suffix, deep):
    for depth in {8, deep}:
        path = tmp_path / f"{depth}{suffix}"
        files.write(path, PICTURE, depth=depth)
        assert metadata.depth(path) == depth


def test_each_orientation_brings_the_corner_where_exif_says():
    """The numbers are those of the file's first row and first column."""
    stored = np.arange(6).reshape(2, 3, 1)
    first = {1: 0, 2: 2, 3: 5, 4: 3, 5: 0, 6: 3, 7: 5, 8: 2, 9: 0, None: 0}
    for orientation, corner in first.items():
        found = metadata.turned(stored, orientation)
        assert found[0, 0, 0] == corner, orientation
        sides = (3, 2, 1) if orientation in (5, 6, 7, 8) else (2, 3, 1)
        assert found.shape == sides, orientation


def test_the_profile_is_the_same_whenever_it_is_made():
    assert metadata.srgb() == metadata.srgb.__wrapped__()
    assert metadata.srgb()[36:40] == b"acsp"
