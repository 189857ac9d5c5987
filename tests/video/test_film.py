from fractions import Fraction

import av
import numpy as np
import pytest
from films import make, scene

from jnst.errors import InputError
from jnst.video.film import Film

COLOUR = np.array([200, 40, 90], np.uint8)


def plain(height=16, width=32):
    return np.broadcast_to(COLOUR, (height, width, 3))


def test_frames_come_by_number_in_any_order(tmp_path):
    frames = [scene(i) for i in range(30)]
    options = {"crf": "1", "g": "7"}  # key frames in between
    film = Film(make(tmp_path / "film.mkv", frames, options=options))
    assert len(film.times) == 30
    assert film.times[3] == Fraction(3, 10)
    assert film.duration == 3
    for number in [*range(30), *reversed(range(30)), 3, 29, 0, 14]:
        found = film.frame(number)
        assert found.shape == (24, 32, 3)
        assert np.abs(found.astype(int) - frames[number]).mean() < 2, number
    film.close()


def test_times_that_are_not_even_are_kept(tmp_path):
    times = [Fraction(n, 100) for n in (0, 4, 12, 16, 36)]
    frames = [scene(i) for i in range(5)]
    film = Film(make(tmp_path / "film.mkv", frames, times=times))
    assert film.times == times
    assert np.abs(film.frame(4).astype(int) - frames[4]).mean() < 2


# The matrix by name, and the range; of unnamed ones 601 below 720 lines and 709 from there on.
@pytest.mark.parametrize(
    ("matrix", "full", "height"),
    [(1, False, 16), (1, True, 16), (5, False, 16), (None, False, 16), (None, False, 720)],
)
def test_colours_are_those_that_the_film_names(tmp_path, matrix, full, height):
    written = matrix or (1 if height == 720 else 5)

    def prepare(stream):
        if matrix is not None:
            stream.codec_context.colorspace = matrix
            stream.codec_context.color_range = 2 if full else 1

    convert = {"dst_colorspace": written, "dst_color_range": 2 if full else 1}
    path = make(tmp_path / "film.mp4", [plain(height)], prepare=prepare, convert=convert)
    found = Film(path).frame(0)
    assert np.abs(found.astype(int) - COLOUR).max() <= 2


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "kind"),
    [
        ("film.webm", "libvpx-vp9", "yuva420p", np.uint8),
        ("film.mov", "prores_ks", "yuva444p10le", np.uint16),
    ],
)
def test_transparency_is_kept(tmp_path, name, codec, pixels, kind):
    frame = np.concatenate([plain(), np.full((16, 32, 1), 255, np.uint8)], axis=-1)
    frame[:, :16, 3] = 100
    options = {"b": "0", "crf": "1"} if name == "film.webm" else {}
    path = make(tmp_path / name, [frame], codec=codec, pixels=pixels, form="rgba", options=options)
    found = Film(path).frame(0)
    assert found.dtype == kind
    levels = found / (np.iinfo(kind).max / 255)
    np.testing.assert_allclose(levels[8, 24], [*COLOUR, 255], atol=3)
    assert (found[:, 24:, 3] == np.iinfo(kind).max).all()  # opaque is wholly so
    np.testing.assert_allclose(levels[8, 4, 3], 100, atol=3)


def test_what_was_filmed_sideways_stands_upright(tmp_path):
    path = make(tmp_path / "film.mp4", [scene(0)], prepare=lambda s: s.set_display_rotation(90))
    film = Film(path)
    with av.open(str(path)) as container:
        turned = next(container.decode(video=0)).rotation
    assert abs(turned) == 90
    expected = np.rot90(scene(0), round(turned / 90))
    assert film.frame(0).shape == (32, 24, 3)
    assert np.abs(film.frame(0).astype(int) - expected).mean() < 2


def test_pixels_that_are_not_square_are_told_of(tmp_path):
    def wide(stream):
        stream.codec_context.sample_aspect_ratio = Fraction(16, 15)

    assert Film(
        make(tmp_path / "film.mp4", [scene(0)], prepare=wide)
    ).pixel_aspect == 16 / Fraction(15)
    assert Film(make(tmp_path / "plain.mp4", [scene(0)])).pixel_aspect == 1

    def turned(stream):
        wide(stream)
        stream.set_display_rotation(90)

    film = Film(make(tmp_path / "turned.mp4", [scene(0)], prepare=turned))
    assert film.pixel_aspect == 15 / Fraction(16)


def test_light_beyond_a_screen_is_told_of(tmp_path):
    def bright(stream):
        stream.codec_context.color_trc = 16

    film = Film(make(tmp_path / "film.mp4", [scene(0)], prepare=bright))
    assert film.notes == [f"{film.path} is HDR (PQ): its light is not mapped to that of a screen"]
    assert Film(make(tmp_path / "plain.mp4", [scene(0)])).notes == []


def test_sound_is_found(tmp_path):
    path = make(tmp_path / "film.mkv", [scene(0)], sound="libopus")
    assert Film(path).sound == path
    assert Film(make(tmp_path / "silent.mkv", [scene(0)])).sound is None


def test_broken_films_are_refused_in_one_line(tmp_path):
    whole = make(tmp_path / "film.mkv", [scene(i) for i in range(30)], options={"g": "1"})
    data = whole.read_bytes()
    with av.open(str(tmp_path / "sound.mka"), "w", format="matroska") as container:
        tone = container.add_stream("libopus", rate=48000)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 960), np.int16), format="s16", layout="mono"
        )
        frame.sample_rate = 48000
        container.mux(tone.encode(frame))
        container.mux(tone.encode())
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "noise.mp4").write_bytes(np.random.default_rng(0).bytes(4000))
    for name, message in {
        "sound.mka": "it has no moving picture",
        "empty.mp4": "",
        "noise.mp4": "",
        ".": "it is not a regular file",
    }.items():
        with pytest.raises(InputError) as error:
            Film(tmp_path / name)
        told = str(error.value)
        assert told.startswith(f"cannot read '{tmp_path / name}'")
        assert message in told
        assert "\n" not in told
    # Cut off, it has the frames that are there; damaged in between, it says from where on.
    (tmp_path / "cut.mkv").write_bytes(data[: len(data) // 2])
    cut = Film(tmp_path / "cut.mkv")
    assert 5 < len(cut.times) < 25
    assert cut.frame(3).shape == (24, 32, 3)


# FFmpeg finds key frames by an index in .mp4 and .mkv; in others a seek would be a guess.
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".ts", ".flv", ".avi"])
def test_going_backwards_finds_the_right_frames(tmp_path, suffix):
    frames = [scene(i) for i in range(50)]
    options = {"g": "12", "bf": "2", "crf": "4"}
    path = make(tmp_path / f"film{suffix}", frames, rate=25, pixels="yuv420p", options=options)
    film = Film(path)
    assert len(film.times) == 50
    assert float(film.duration) == pytest.approx(2, abs=0.05)
    for number in [49, 30, 29, 28, 5, 48, 0]:
        errors = [np.abs(film.frame(number).astype(int) - frame).mean() for frame in frames]
        assert np.argmin(errors) == number


def test_far_ahead_it_seeks(tmp_path, monkeypatch):
    frames = [scene(i % 50) for i in range(100)]
    film = Film(make(tmp_path / "film.mkv", frames, options={"g": "10", "crf": "4"}))
    monkeypatch.setattr("jnst.video.film.FAR", 20)
    kept = []
    keep = film._keep
    monkeypatch.setattr(
        film, "_keep", lambda number, frame: kept.append(number) or keep(number, frame)
    )
    found = film.frame(85)
    assert np.abs(found.astype(int) - frames[85]).mean() < 3
    assert film._next == 86
    assert min(kept) >= 70


def test_a_frame_that_was_lost_is_the_one_before_it(tmp_path, monkeypatch):
    film = Film(make(tmp_path / "film.mkv", [scene(3 * i) for i in range(12)]))
    stamps = list(film._stamps)
    lost = film._decoded

    def decoded():
        return (frame for frame in lost() if frame.pts not in (stamps[4], stamps[11]))

    monkeypatch.setattr(film, "_decoded", decoded)
    film._frames = None
    film._kept.clear()
    for number, shown in [(2, 2), (4, 3), (5, 5), (11, 10), (4, 3)]:
        found = film.frame(number).astype(int)
        errors = [np.abs(found - scene(3 * i)).mean() for i in range(12)]
        assert np.argmin(errors) == shown, number
