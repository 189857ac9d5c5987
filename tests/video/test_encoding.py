from fractions import Fraction
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from films import make, scene

from jnst.errors import InputError
from jnst.pictures import files, resizing
from jnst.video import encoding
from jnst.video.encoding import Timing
from jnst.video.film import Film
from jnst.video.sound import Sound

TIMES = [Fraction(n, 100) for n in (0, 4, 12, 16, 36)]
UNEVEN = Timing(TIMES, Fraction(1, 2))


def frames(count=5, *, alpha=None, size=(24, 32)):
    for i in range(count):
        yield scene(i, height=size[0], width=size[1])[None].astype(np.float32) / 255, alpha


@pytest.mark.parametrize("suffix", [".mp4", ".m4v", ".mov", ".mkv", ".webm"])
def test_a_film_has_the_frames_at_their_times(tmp_path, suffix):
    path = tmp_path / f"film{suffix}"
    encoding.write(path, frames(), UNEVEN, pixel_aspect=Fraction(16, 15))
    film = Film(path)
    assert film.times == TIMES
    assert film.duration == Fraction(1, 2)
    assert film.pixel_aspect * film.frame(0).shape[1] == pytest.approx(32 * 16 / 15, rel=0.01)
    for i, (picture, _) in enumerate(frames()):
        # Half the colours are kept: what differs is between neighbours.
        seen = resizing.resize(film.frame(i)[None].astype(np.float32) / 255, 24, 32)
        assert np.abs(seen - picture).mean() < 0.06
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", [".mp4", ".m4v", ".mov", ".mkv"])
def test_x264_does_what_gives_the_same_bytes_each_time(tmp_path, suffix):
    path = tmp_path / f"film{suffix}"
    encoding.write(path, frames(), UNEVEN)
    assert b" mbtree=0 " in path.read_bytes(), "the encoder writes its options into the film"


def test_colours_are_named_and_kept(tmp_path):
    colour = np.array([0.8, 0.15, 0.35], np.float32)
    picture = np.broadcast_to(colour, (1, 32, 32, 3))
    encoding.write(tmp_path / "a.mp4", [(picture, None)], Timing([Fraction(0)], Fraction(1)))
    film = Film(tmp_path / "a.mp4")
    np.testing.assert_allclose(film.frame(0)[16, 16] / 255, colour, atol=0.01)
    assert film._stream.codec_context.colorspace == 1


@pytest.mark.parametrize("size", [(1, 1), (23, 31), (24, 31)])
def test_odd_sides_get_their_last_row_twice(tmp_path, size):
    one = Timing([Fraction(0)], Fraction(1, 10))
    encoding.write(tmp_path / "a.mp4", frames(1, size=size), one)
    film = Film(tmp_path / "a.mp4")
    height, width = size[0] + size[0] % 2, size[1] + size[1] % 2
    frame = film.frame(0).astype(int)
    assert frame.shape == (height, width, 3)
    for axis in (0, 1):
        last, before = (np.take(frame, -i, axis) for i in (1, 2))
        assert np.abs(last - before).mean() < (3 if size[axis] % 2 else 30)
    assert film.duration == Fraction(1, 10)


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_animations_show_each_frame_as_long(tmp_path, suffix):
    path = tmp_path / f"film{suffix}"
    encoding.write(path, frames(), UNEVEN)
    with PIL.Image.open(path) as found:
        shown = []
        for i in range(found.n_frames):
            found.seek(i)
            found.load()
            shown.append(found.info["duration"])
    assert shown == [40, 80, 40, 200, 140]


@pytest.mark.parametrize(("suffix", "rate"), [(".gif", 24), (".gif", 30), (".webp", 30)])
def test_animations_last_as_long_as_the_film(tmp_path, suffix, rate):
    times = [Fraction(i, rate) for i in range(12)]
    encoding.write(tmp_path / f"a{suffix}", frames(12), Timing(times, Fraction(12, rate)))
    with PIL.Image.open(tmp_path / f"a{suffix}") as found:
        shown = []
        for i in range(found.n_frames):
            found.seek(i)
            found.load()
            shown.append(found.info["duration"])
    assert len(shown) == 12
    assert abs(sum(shown) - 12000 / rate) <= 5


def test_uneven_times_of_very_many_frames_have_a_rate():
    count = 30_000  # as 1/90000, their mean rate is no fraction of two numbers of 32 bits
    times = [Fraction(i * 3003 + i % 2, 90_000) for i in range(count)]
    rate = encoding._rate(Timing(times, Fraction(count * 3003 + 1, 90_000)))
    assert float(rate) == pytest.approx(30, rel=0.01)
    assert max(rate.numerator, rate.denominator) < 2**31


@pytest.mark.parametrize("suffix", [".mkv", ".webm", ".mp4"])
def test_the_same_film_is_the_same_bytes(tmp_path, suffix):
    for name in ("a", "b"):
        encoding.write(tmp_path / f"{name}{suffix}", frames(2), Timing(TIMES[:2], Fraction(1)))
    one, two = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("a", "b"))
    assert one == two


def test_where_nothing_can_be_transparent_it_is_over_white(tmp_path):
    alpha = np.zeros((1, 24, 32, 1), np.float32)
    path = tmp_path / "a.mp4"
    encoding.write(path, frames(1, alpha=alpha), Timing(TIMES[:1], Fraction(1)), alpha=True)
    assert Film(path).frame(0).min() > 250


def test_numbered_pictures_keep_transparency(tmp_path):
    alpha = np.full((1, 24, 32, 1), 0.5, np.float32)
    encoding.write(
        tmp_path / "shot-%03d.png",
        frames(3, alpha=alpha),
        Timing(TIMES[:3], Fraction(1)),
        alpha=True,
    )
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["shot-001.png", "shot-002.png", "shot-003.png"]
    _, found = files.read_with_alpha(tmp_path / "shot-002.png")
    np.testing.assert_allclose(found, alpha, atol=1 / 255)


@pytest.mark.parametrize("suffix", [".webm", ".mov"])
def test_films_keep_transparency_where_they_can(tmp_path, suffix):
    alpha = np.ones((1, 24, 32, 1), np.float32)
    alpha[:, :, :16] = 0.25
    path = tmp_path / f"film{suffix}"
    encoding.write(path, frames(2, alpha=alpha), Timing(TIMES[:2], Fraction(1)), alpha=True)
    found = Film(path).frame(1)
    levels = found[..., 3] / np.iinfo(found.dtype).max
    np.testing.assert_allclose(levels[:, :12], 0.25, atol=0.02)
    np.testing.assert_allclose(levels[:, 20:], 1, atol=0.02)


def test_what_cannot_be_written_is_refused_before(tmp_path):
    source = make(tmp_path / "source.mkv", [scene(0)], sound="aac")
    sound = Sound(source, Fraction(0), True)
    for path, given, message in [
        (
            tmp_path / "a.avi",
            None,
            "a moving picture is .mp4, .m4v, .mov, .mkv, .webm, .gif, .webp, "
            "or numbered pictures, as in frame-%04d.png; not 'a.avi'",
        ),
        (
            tmp_path / "none" / "a.mp4",
            None,
            f"cannot write '{tmp_path / 'none' / 'a.mp4'}': there is "
            f"no folder '{tmp_path / 'none'}'",
        ),
        (
            tmp_path / "a.webm",
            sound,
            f"the sound of {source} is aac, which .webm does not hold; "
            "choose .mkv, or leave it out by --no-sound",
        ),
    ]:
        with pytest.raises(InputError) as error:
            encoding.check_writable(Path(path), UNEVEN, given)
        assert str(error.value) == message
    encoding.check_writable(tmp_path / "a.mov", UNEVEN, sound)


def test_a_failure_leaves_what_was_there(tmp_path):
    path = tmp_path / "film.mp4"
    encoding.write(path, frames(2), Timing(TIMES[:2], Fraction(1)))
    before = path.read_bytes()

    def broken():
        yield from frames(1)
        raise InputError("frame 2 is damaged")

    with pytest.raises(InputError, match="frame 2 is damaged"):
        encoding.write(path, broken(), UNEVEN)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
