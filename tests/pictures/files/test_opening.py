"""Files are opened only where they may be pictures, of formats and sizes that we know.

What that changes of the process is afterwards as it was, whatever threads do.
"""

import contextlib
import os
import subprocess
import sys
import threading
import warnings

import numpy as np
import PIL.Image
import pytest
import tifffile

from jnst.errors import InputError
from jnst.pictures.files import opening, read


def state():
    """List what is of the process: where the error stream leads, warnings' filters, the limit."""
    there = os.fstat(2)
    return there.st_dev, there.st_ino, list(warnings.filters), PIL.Image.MAX_IMAGE_PIXELS


def test_eight_threads_leave_the_process_as_it_was(tmp_path):
    """Each is to be within while another enters and leaves: they meet before and after decoding."""
    levels = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    good, broken = tmp_path / "good.tif", tmp_path / "broken.tif"
    PIL.Image.fromarray(levels).save(good)
    broken.write_bytes(good.read_bytes()[:-500])
    before, failures = state(), []
    barrier = threading.Barrier(8)

    def work(number):
        try:
            barrier.wait(30)
            for turn in range(20):
                if (number + turn) % 4:
                    np.testing.assert_array_equal(read(good)[0], np.float32(levels) / 255)
                else:
                    with contextlib.suppress(InputError):
                        read(broken)
        except BaseException as error:  # for the thread of the test to raise
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    assert state() == before


def test_a_thread_that_leaves_first_takes_nothing_from_one_that_is_within(tmp_path, monkeypatch):
    """Left in the order in which they entered, and not the other way round."""
    monkeypatch.setenv(opening.LIMIT, "5000")
    path = tmp_path / "small.png"
    PIL.Image.new("RGB", (60, 50)).save(path)
    before = state()
    first, second = opening.opened(path), opening.opened(path)
    first.__enter__()
    within = state()
    assert within[-1] == 5000
    second.__enter__()
    first.__exit__(None, None, None)
    assert state() == within
    second.__exit__(None, None, None)
    assert state() == before


def test_a_failure_within_leaves_the_process_as_it_was(tmp_path):
    path = tmp_path / "small.png"
    PIL.Image.new("RGB", (6, 5)).save(path)
    before = state()
    with pytest.raises(InputError, match="mine"), opening.opened(path):
        raise ValueError("mine")
    assert state() == before


@pytest.fixture
def path(tmp_path):
    PIL.Image.new("RGB", (20, 10)).save(tmp_path / "a.png")
    return tmp_path / "a.png"


def test_the_limit_is_pillows_or_that_of_the_environment(monkeypatch):
    monkeypatch.delenv(opening.LIMIT, raising=False)
    assert opening.most_pixels() == PIL.Image.MAX_IMAGE_PIXELS
    monkeypatch.setenv(opening.LIMIT, "200")
    assert opening.most_pixels() == 200
    opening.check_pixels(200)
    with pytest.raises(InputError, match="it has 201 pixels, more than 200; set JNST_MAX_PIXELS="):
        opening.check_pixels(201)


@pytest.mark.parametrize("text", ["many", "-1", "0", "1.5", "²"])
def test_a_limit_that_is_no_number_is_refused(monkeypatch, text):
    monkeypatch.setenv(opening.LIMIT, text)
    with pytest.raises(InputError, match="JNST_MAX_PIXELS must be a number"):
        opening.most_pixels()


def test_the_limit_is_given_to_pillow_and_taken_back(path, monkeypatch):
    before = PIL.Image.MAX_IMAGE_PIXELS
    monkeypatch.setenv(opening.LIMIT, "1234")
    with opening.opened(path):
        assert PIL.Image.MAX_IMAGE_PIXELS == 1234
    assert before == PIL.Image.MAX_IMAGE_PIXELS


def test_a_picture_beyond_the_limit_is_refused_before_it_is_decoded(path, monkeypatch):
    monkeypatch.setenv(opening.LIMIT, "99")
    says = "it has 200 pixels, more than 99"
    with (
        pytest.raises(InputError, match=says),
        opening.opened(path) as stream,
        opening.by_pillow(stream) as picture,
    ):
        picture.load()


def test_what_is_no_picture_says_which_formats_there_are(tmp_path):
    (tmp_path / "a.eps").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    with (
        pytest.raises(InputError, match="its format is none of AVIF, BMP"),
        opening.opened(tmp_path / "a.eps") as stream,
        opening.by_pillow(stream),
    ):
        pass
    (tmp_path / "b.png").touch()
    with pytest.raises(InputError, match="the file is empty"), opening.opened(tmp_path / "b.png"):
        pass


def test_suffixes_are_those_of_the_formats():
    assert {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"} <= set(opening.suffixes())
    assert ".eps" not in opening.suffixes()
    assert ".pdf" not in opening.suffixes()


@pytest.mark.parametrize("suffix", [".dng", ".NEF", ".cr2", ".arw"])
def test_a_raw_photograph_is_refused_by_its_suffix(tmp_path, suffix):
    """Its first picture is a thumbnail, which once was painted without a word."""
    picture = tmp_path / f"a{suffix}"
    PIL.Image.new("RGB", (8, 8), "red").save(picture, "TIFF")
    with pytest.raises(InputError, match="it is a raw photograph; develop it first"):
        read(picture)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"extratags": [(50706, 1, 4, b"\1\4\0\0", True)]}, "a raw photograph; develop it first"),
        (
            {"subfiletype": 1},
            "begins with a thumbnail, as raw photographs do; export it as",
        ),
    ],
    ids=["DNG", "reduced"],
)
def test_a_thumbnail_is_not_taken_for_the_picture(tmp_path, depth, options, says):
    picture = tmp_path / "a.tif"
    values = np.full((8, 8, 3), 200, depth)
    tifffile.imwrite(picture, values, photometric="rgb")
    assert read(picture).shape == (1, 8, 8, 3)
    tifffile.imwrite(picture, values, photometric="rgb", **options)
    with pytest.raises(InputError, match=says):
        read(picture)


def test_what_libtiff_says_of_a_broken_file_does_not_reach_the_error_stream(tmp_path, capfd):
    levels = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    PIL.Image.fromarray(levels).save(tmp_path / "a.tif", compression="tiff_lzw")
    data = bytearray((tmp_path / "a.tif").read_bytes())
    data[200:260] = b"\xff" * 60
    with pytest.raises(InputError):
        read(bytes(data))
    assert capfd.readouterr().err == ""


def test_what_pillow_says_of_a_broken_file_does_not_reach_the_error_stream(tmp_path):
    path = tmp_path / "samples.tif"
    PIL.Image.new("RGB", (8, 8)).save(path)
    with tifffile.TiffFile(path) as file:
        place = file.pages.first.tags["SamplesPerPixel"].valueoffset
    data = bytearray(path.read_bytes())
    data[place : place + 2] = (57_603).to_bytes(2, "little")
    path.write_bytes(data)
    program = (
        "import sys; from jnst.errors import InputError; from jnst.pictures import files\n"
        "try: files.read(sys.argv[1])\n"
        "except InputError: print('refused')"
    )
    command = [sys.executable, "-c", program, str(path)]  # here pytest would take it
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == ("refused\n", "")
