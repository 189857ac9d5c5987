"""Bad files: each ends as one line that names the file."""

import itertools
import os
import re
import signal

import numpy as np
import PIL.Image
import pytest
from helpers_files import PIXELS, RNG

from jnst.errors import InputError
from jnst.pictures import files

BAD = {  # name -> what the message must say
    **dict.fromkeys(
        [f"half.{kind}" for kind in ("png", "jpg", "tif", "gif", "bmp")], ": the file is cut off"
    ),
    "half.webp": "decoder",
    "a.eps": "format is none of",
    "missing.png": "No such file",
    "truncated.png": "No such file",
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
    for read in (files.read, files.read_with_alpha):
        with pytest.raises(InputError, match=re.escape(BAD[name])) as caught:
            read(bad / name)
        message = str(caught.value)
        assert "\n" not in message
        assert message.startswith(f"cannot read {str(bad / name)!r} as a picture: ")
        assert not message.endswith(": ")


def bombs(folder):
    """Two pictures for Pillow, two for other decoders: 7 x 5 pixels each."""
    PIL.Image.fromarray(PIXELS).save(folder / "bomb.png")
    PIL.Image.fromarray(PIXELS).save(folder / "bomb.gif")
    for suffix in (".png", ".tif"):
        files.write(folder / f"deep{suffix}", PIXELS[None] / np.float32(255), depth=16)
    return sorted(folder.iterdir())


@pytest.mark.parametrize("limit", [34, 10])  # Pillow warns above the limit, raises above twice that
@pytest.mark.parametrize("by", ["environment", "Pillow"])
def test_decompression_bomb(tmp_path, monkeypatch, limit, by):
    paths = bombs(tmp_path)
    if by == "Pillow":
        monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", limit)
    else:
        monkeypatch.setenv("JNST_MAX_PIXELS", str(limit))
    says = f"it has 35 pixels, more than {limit}; set JNST_MAX_PIXELS=35 in the environment to "
    for path, read in itertools.product(paths, (files.read, files.read_settings)):
        with pytest.raises(InputError, match=says) as caught:
            read(path)
        assert path.name in str(caught.value)
        assert "\n" not in str(caught.value)
    monkeypatch.setenv("JNST_MAX_PIXELS", "35")
    before = PIL.Image.MAX_IMAGE_PIXELS
    for path in paths:
        assert files.read(path).shape == (1, 7, 5, 3)
    assert before == PIL.Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif"])
def test_small_pictures_in_files_without_end(tmp_path, monkeypatch, suffix):
    path = tmp_path / f"a{suffix}"
    files.write(path, PIXELS[None] / np.float32(255), depth=16 if suffix in files.DEEP else 8)
    os.truncate(path, 10**11)  # a hole takes no room
    with pytest.raises(InputError, match="the file has 100000000000 bytes, too many") as caught:
        files.read(path)
    (count,) = re.findall(r"set JNST_MAX_PIXELS=(\d+) ", str(caught.value))
    assert int(count) * 32 + (1 << 26) >= 10**11
    monkeypatch.setenv("JNST_MAX_PIXELS", count)
    if suffix == ".tif":  # which is not read whole
        assert files.read(path).shape == (1, 7, 5, 3)


@pytest.mark.parametrize("limit", ["many", "-3", "0", "1e9", "٣"])
def test_a_limit_that_is_no_number(tmp_path, monkeypatch, limit):
    monkeypatch.setenv("JNST_MAX_PIXELS", limit)
    PIL.Image.fromarray(PIXELS).save(tmp_path / "a.png")
    with pytest.raises(InputError, match=f"JNST_MAX_PIXELS must be a number, not '{limit}'"):
        files.read(tmp_path / "a.png")


def test_wrong_suffixes_do_no_harm(tmp_path):
    for suffix, other in itertools.pairwise([*files.WRITERS, ".png"]):
        files.write(tmp_path / f"a{suffix}", PIXELS[None] / np.float32(255))
        (tmp_path / f"a{suffix}").rename(tmp_path / f"b{other}")
        assert files.read(tmp_path / f"b{other}").shape == (1, 7, 5, 3)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError("two\nlines"), "two lines"),
        (KeyError(), "KeyError"),
        (MemoryError(), "out of memory"),
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


def test_unreadable_pillow_image_is_an_input_error(tmp_path):
    picture = PIL.Image.fromarray(np.full((2, 2), 70000, np.int32))
    for read in (files.read, files.read_with_alpha):
        with pytest.raises(
            InputError, match=r"cannot read the picture: values must lie in \[0, 1\]"
        ):
            read(picture)
