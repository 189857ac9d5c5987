from fractions import Fraction

import numpy as np
import PIL.Image
import pytest
from films import scene

from jnst.errors import InputError
from jnst.pictures import files
from jnst.video import encoding
from jnst.video.encoding import Timing
from jnst.video.frames import open_clip
from jnst.video.stills import Animation


def test_animations_come_back(tmp_path):
    times = [Fraction(n, 100) for n in (0, 4, 12)]
    frames = [(scene(i)[None] / np.float32(255), None) for i in range(3)]
    encoding.write(tmp_path / "a.webp", frames, Timing(times, Fraction(1, 2)))
    clip = open_clip(tmp_path / "a.webp")
    assert isinstance(clip, Animation)
    assert clip.times == times
    assert clip.duration == Fraction(1, 2)
    for number in (2, 0, 1):
        assert np.abs(clip.frame(number) - frames[number][0][0]).mean() < 0.04
    clip.close()


def test_transparent_animations_keep_that(tmp_path):
    levels = np.dstack([scene(0), np.full((24, 32), 255, np.uint8)])
    levels[:, :9, 3] = 0
    pictures = [PIL.Image.fromarray(levels), PIL.Image.fromarray(levels[::-1].copy())]
    pictures[0].save(
        tmp_path / "a.webp", save_all=True, append_images=pictures[1:], lossless=True, duration=50
    )
    frame = open_clip(tmp_path / "a.webp").frame(1)
    assert frame.shape == (24, 32, 4)
    np.testing.assert_array_equal(frame[..., 3] == 0, levels[::-1, :, 3] == 0)


@pytest.mark.parametrize("name", ["one.webp", "one.png", "one.jpg"])
def test_a_single_picture_is_no_film(tmp_path, name):
    files.write(tmp_path / name, scene(0))
    with pytest.raises(InputError) as error:
        open_clip(tmp_path / name)
    assert str(error.value) == (
        f"cannot read '{tmp_path / name}': it is a single picture, which jnst stylize paints"
    )
