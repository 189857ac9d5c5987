"""What `jnst.stylize` returns: an array to NumPy, a picture to a notebook, a file when saved."""

import io
import os
import pickle
from pathlib import Path

import matplotlib.figure
import numpy as np
import PIL.Image
import pytest

from jnst.errors import InputError
from jnst.pictures import files, samples
from jnst.runs.record import Inputs, restore
from jnst.runs.result import LARGEST, Result, Written, courses, located
from jnst.transfer.settings import Settings

ARRAY = np.random.default_rng(0).random((6, 9, 3), np.float32)
LOSSES = {"total": np.array([2.0, 1.0])}
INPUTS = Inputs(Path("photo.jpg"), (Path("painting.jpg"),))


def result(array=ARRAY, **changes):
    return Result(**{"array": array, "losses": LOSSES, "settings": Settings(size=9)} | changes)


def test_numpy_takes_it_for_its_array():
    one = result(inputs=INPUTS)
    assert np.asarray(one) is not None
    np.testing.assert_array_equal(np.asarray(one), ARRAY)
    assert np.asarray(one, np.float64).dtype == np.float64
    assert np.shares_memory(np.asarray(one), ARRAY)
    assert not np.shares_memory(np.array(one, copy=True), ARRAY)
    with pytest.raises(ValueError, match="copy"):
        np.array(one, dtype=np.float64, copy=False)


def test_matplotlib_shows_it():
    axes = matplotlib.figure.Figure().subplots()
    shown = axes.imshow(result(inputs=INPUTS))
    np.testing.assert_array_equal(shown.get_array(), ARRAY)


@pytest.mark.parametrize(("shape", "seen"), [((6, 9), (6, 9)), ((6, 2 * LARGEST), (3, LARGEST))])
def test_a_notebook_shows_a_png_no_larger_than_goes_through(shape, seen):
    array = np.random.default_rng(0).random((*shape, 3), np.float32)
    with PIL.Image.open(io.BytesIO(result(array, inputs=INPUTS)._repr_png_())) as picture:
        assert picture.format == "PNG"
        assert picture.size == seen[::-1]
        if shape == seen:
            np.testing.assert_array_equal(np.asarray(picture), np.rint(array * 255))


def test_its_name_is_short():
    assert repr(result(inputs=INPUTS)) == "<jnst.Result: 9 x 6 pixels, 2 steps>"
    assert repr(result(inputs=INPUTS, losses={})) == "<jnst.Result: 9 x 6 pixels>"


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
def test_saved_it_says_what_it_was_made_of(tmp_path, suffix):
    result(inputs=INPUTS).save(tmp_path / f"a{suffix}")
    assert restore(files.read_settings(tmp_path / f"a{suffix}")) == (Settings(size=9), INPUTS)
    assert files.is_ours(tmp_path / f"a{suffix}")


def test_what_cannot_be_made_again_says_nothing(tmp_path):
    result(inputs=None).save(tmp_path / "a.png")
    assert files.read_settings(tmp_path / "a.png") is None


def test_what_cannot_be_written_is_refused(tmp_path):
    for name, says in {"a.xyz": "unknown suffix", "none/a.png": "there is no folder"}.items():
        with pytest.raises(InputError, match=says):
            result(inputs=INPUTS).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_it_can_be_pickled():
    again = pickle.loads(pickle.dumps(result(inputs=INPUTS)))
    np.testing.assert_array_equal(again, ARRAY)
    assert again.settings == Settings(size=9)


def test_courses():
    found = courses([{"total": 3.0, "style": 3.0}, {"total": 1.0, "tv": 1.0}])
    np.testing.assert_array_equal(found["total"], [3, 1])
    np.testing.assert_array_equal(found["style"], [3, np.nan])
    np.testing.assert_array_equal(found["tv"], [np.nan, 1])


def test_paths_are_kept_and_other_sources_named():
    with PIL.Image.open(samples.STYLE) as picture, open(samples.STYLE, "rb") as file:
        sources = ["a.png", Path("b.png"), ARRAY, result(inputs=INPUTS), picture, file, b"x"]
        assert [str(located(one)) for one in sources] == [
            "a.png",
            "b.png",
            *["an array"] * 2,
            "a PIL image",
            *["an open file"] * 2,
        ]


def test_what_was_written_will_do_for_a_path():
    assert os.fspath(Written(Path("a.mp4"))) == "a.mp4"
    assert Path(Written(Path("a.mp4"))) == Path("a.mp4")
    assert f"{Written(Path('a.mp4'))}" == "a.mp4"
