"""Animations: the zoom from frame to frame."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from jnst.pictures import animation


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_zoom_keeps_the_middle_and_enlarges():
    picture = np.zeros((1, 41, 61, 3), np.float32)
    picture[:, 16:25, 26:35] = 1
    found = animation.zoom(picture, 2.0)
    assert found.shape == picture.shape
    assert found.sum() == pytest.approx(4 * picture.sum(), rel=0.02)
    np.testing.assert_allclose(found, found[:, ::-1, ::-1], atol=1e-5)
    np.testing.assert_array_equal(animation.zoom(picture, 1.0), picture)


def test_numbered_frames_have_the_number_in_their_name():
    assert animation.numbered(Path("a/f-%03d.png"), 7) == Path("a/f-007.png")
    assert animation.numbered(Path("a.gif"), 7) is None


def test_frames_move_at_the_rate_and_begin_again(tmp_path):
    frames = [np.full((1, 4, 6, 3), level, np.float32) for level in (0, 0.5, 1)]
    for name in ("a.gif", "a.webp"):
        animation.write(tmp_path / name, frames, rate=10.0)
        with PIL.Image.open(tmp_path / name) as moving:
            assert (moving.n_frames, moving.size) == (3, (6, 4))
            assert moving.info["loop"] == 0
            for number, frame in enumerate(frames):
                moving.seek(number)
                moving.load()
                assert moving.info["duration"] == 100
                shown = np.asarray(moving.convert("RGB"), float) / 255
                np.testing.assert_allclose(shown, frame[0], atol=0.02)
