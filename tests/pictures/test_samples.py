"""The built-in style picture: made the same every time, small, and covered with paint all over."""

import numpy as np
import pytest
from helpers import ROOT, load_script
from PIL import Image

STYLE = ROOT / "jnst" / "pictures" / "samples" / "style.jpg"
CELL = 64
LEAST_DEVIATION = 20  # of luminance (0 to 255): the least cell of the picture has 29.9


@pytest.fixture(scope="module")
def maker():
    return load_script("make_samples.py")


def least_deviation(picture: Image.Image) -> float:
    """Return the smallest deviation of luminance over cells that step by half a cell."""
    grey = np.asarray(picture.convert("L"), float)
    windows = np.lib.stride_tricks.sliding_window_view(grey, (CELL, CELL))
    return float(windows[:: CELL // 2, :: CELL // 2].std(axis=(2, 3)).min())


def test_same_seed_same_picture(maker):
    first, second = (maker.make_style(size=96).tobytes() for _ in range(2))
    assert first == second


def test_other_seed_other_picture(maker):
    assert maker.make_style(96, seed=1).tobytes() != maker.make_style(96, seed=2).tobytes()


def test_command_line_writes_the_picture(maker, tmp_path, monkeypatch):
    target = tmp_path / "deep" / "small.jpg"
    monkeypatch.setattr("sys.argv", ["make_samples.py", "--output", str(target), "--size", "96"])
    maker.main()
    with Image.open(target) as picture:
        assert picture.size == (96, 77)


def test_committed_picture_format():
    assert STYLE.stat().st_size < 400_000
    with Image.open(STYLE) as picture:
        picture.load()
        assert picture.mode == "RGB"
        assert 500 <= max(picture.size) <= 800


def test_committed_picture_is_covered_with_texture():
    with Image.open(STYLE) as picture:
        assert least_deviation(picture) > LEAST_DEVIATION


@pytest.mark.parametrize("corner", [(0, 0), (300, 200), (544, 416)])
def test_a_blank_patch_would_be_noticed(corner):
    with Image.open(STYLE) as picture:
        spoilt = picture.copy()
    spoilt.paste((120, 130, 140), (*corner, corner[0] + 96, corner[1] + 96))
    assert least_deviation(spoilt) < LEAST_DEVIATION
