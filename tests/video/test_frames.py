from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from films import make, scene

from jnst.errors import InputError
from jnst.pictures import files
from jnst.video import frames
from jnst.video.frames import chosen, open_clip
from jnst.video.settings import Part


@pytest.fixture(scope="module")
def numbered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("numbered")
    for i in range(1, 12):
        files.write(folder / f"shot-{i}.png", np.full((1, 4, 6, 3), i / 20, np.float32))
    (folder / "notes.txt").write_text("no picture")
    return folder


def tone(clip, number):
    return round(float(np.mean(clip.frame(number)[..., :3])) * 20)


@pytest.mark.parametrize("name", ["", "shot-%01d.png"])
def test_numbered_pictures_come_in_the_order_of_their_numbers(numbered, name):
    clip = open_clip(numbered / name, rate=5.0)
    assert [tone(clip, i) for i in range(11)] == list(range(1, 12))  # 10 after 9
    assert clip.times[3] == Fraction(3, 5)
    assert clip.duration == Fraction(11, 5)
    assert open_clip(numbered / name).times[1] == Fraction(1, 25)


def test_transparency_of_numbered_pictures_is_kept(tmp_path):
    alpha = np.linspace(0, 1, 24, dtype=np.float32).reshape(1, 4, 6, 1)
    picture = np.full((1, 4, 6, 3), 0.5, np.float32)
    files.write(tmp_path / "0.png", picture, alpha=alpha)
    frame = open_clip(tmp_path).frame(0)
    assert frame.shape == (4, 6, 4)
    np.testing.assert_allclose(frame[..., 3:], alpha[0], atol=1 / 255)


@pytest.mark.parametrize(
    ("part", "numbers", "duration"),
    [
        (Part(), range(11), 11),
        (Part(0.5), range(3, 11), 8),  # frames begin at 0, 0.2, 0.4, 0.6, ...
        (Part(0.4, 1.2), range(2, 6), 4),
        (Part(0.4, 1.2, 3), [2, 5], 4),
        (Part(every=4), [0, 4, 8], 11),
    ],
)
def test_a_part_is_chosen_and_lasts_as_long_as_before(numbered, part, numbers, duration):
    found = chosen(open_clip(numbered, rate=5.0), part)
    assert list(found.numbers) == list(numbers)
    assert found.duration == Fraction(duration, 5)
    assert found.times[0] == 0
    assert found.begin == Fraction(numbers[0], 5)
    assert tone(found, 0) == numbers[0] + 1
    shown = frames.durations(found.times, found.duration)
    assert sum(shown) == found.duration
    assert shown[0] == Fraction(part.every, 5)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (Part(-1.0), "from must be a number of at least 0, not -1.0"),
        (Part(float("nan")), "from must be a number of at least 0, not nan"),
        (Part(every=0), "every must be a number of at least 1, not 0"),
        (Part(1.0, 1.0), "to must be above from, 1, not 1"),
        (Part(7.0), "there is no frame from 7 s on; the last one is at 2 s"),
        (Part(0.01, 0.02), "there is no frame from 0.01 s to 0.02 s"),
    ],
)
def test_parts_without_frames_are_refused(numbered, part, message):
    with pytest.raises(InputError) as error:
        chosen(open_clip(numbered, rate=5.0), part)
    assert str(error.value) == message


def test_what_is_no_moving_picture_is_refused(tmp_path, numbered):
    for path, message in {
        tmp_path: f"{tmp_path} holds no pictures",
        numbered / "shot-%09d.jpg": f"there are no pictures {numbered / 'shot-%09d.jpg'}",
        tmp_path / "none" / "%04d.png": f"there are no pictures {tmp_path / 'none' / '%04d.png'}",
        tmp_path / "none.mp4": f"cannot read '{tmp_path / 'none.mp4'}': No such file or directory",
        numbered / "notes.txt": f"cannot read '{numbered / 'notes.txt'}': ",
    }.items():
        with pytest.raises(InputError) as error:
            open_clip(Path(path))
        assert str(error.value).startswith(message)
    film = make(tmp_path / "film.mp4", [scene(0)])
    for rate, path, message in [
        (5.0, film, "rate is for numbered pictures; a film has its own"),
        (0.0, numbered, "rate must be a number of at least 0.01, not 0.0"),
    ]:
        with pytest.raises(InputError) as error:
            open_clip(path, rate=rate)
        assert str(error.value) == message
