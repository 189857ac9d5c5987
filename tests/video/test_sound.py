import itertools
from fractions import Fraction

import av
import numpy as np
import pytest
from films import make, packets, scene

from jnst.video import encoding
from jnst.video.encoding import Timing
from jnst.video.film import Film
from jnst.video.sound import Sound, sound_of


def frames(count):
    for i in range(count):
        yield scene(i)[None].astype(np.float32) / 255, None


SOUNDS = {".mp4": "aac", ".mkv": "libopus", ".mov": "pcm_s16le", ".webm": "libopus"}


@pytest.mark.parametrize("suffix", SOUNDS)
def test_sound_is_copied_bit_by_bit(tmp_path, suffix):
    source = tmp_path / f"source{suffix}"
    codec = "libvpx-vp9" if suffix == ".webm" else "libx264"
    make(source, [scene(i) for i in range(10)], sound=SOUNDS[suffix], codec=codec)
    sound, path = Sound(source, Film(source).begin, True), tmp_path / f"film{suffix}"
    encoding.check_writable(path, Timing([Fraction(0)], Fraction(1)), sound)
    encoding.write(
        path, frames(10), Timing([Fraction(i, 10) for i in range(10)], Fraction(1)), sound=sound
    )
    before, after = packets(source), packets(path)
    assert len(before) > 20
    assert [data for _, data in before] == [data for _, data in after]
    np.testing.assert_allclose([t for t, _ in before], [t for t, _ in after], atol=2e-3)
    assert Film(path).duration == 1


def test_of_a_part_its_own_sound_is_copied(tmp_path):
    source = make(tmp_path / "source.mkv", [scene(i) for i in range(20)], sound="libopus")
    path = tmp_path / "film.mkv"
    timing = Timing([Fraction(i, 10) for i in range(5)], Fraction(1, 2))
    encoding.write(path, frames(5), timing, sound=Sound(source, Fraction(6, 10), False))
    whole = {data: time for time, data in packets(source)}
    part = packets(path)
    assert 24 <= len(part) <= 27  # of 20 ms each
    for (time, data), (after, _) in itertools.pairwise(part):
        assert whole[data] - 0.6 == pytest.approx(time, abs=0.021)
        assert after > time


def test_sound_before_a_late_picture_is_kept(tmp_path):
    times = [Fraction(i, 10) + Fraction(1, 2) for i in range(5)]
    source = make(tmp_path / "a.mkv", [scene(i) for i in range(5)], times=times, sound="aac")
    film = Film(source)
    assert film.begin == Fraction(1, 2)
    sound = sound_of(source, film.begin, whole=True)
    assert float(sound.late) == pytest.approx(0.5, abs=0.03)
    timing = Timing([Fraction(i, 10) for i in range(5)], Fraction(1, 2))
    encoding.write(tmp_path / "b.mp4", frames(5), timing, sound=sound)
    written = Film(tmp_path / "b.mp4")
    assert float(written.begin) == pytest.approx(0.5, abs=0.03)
    assert float(written.duration) == pytest.approx(0.5, abs=0.001)
    with av.open(str(tmp_path / "b.mp4")) as before, av.open(str(source)) as after:
        heard = [sum(f.samples for f in one.decode(audio=0)) for one in (before, after)]
    assert heard[0] == pytest.approx(heard[1], abs=1100)


def test_each_of_several_sounds_is_copied_in_part(tmp_path):
    """Their packets lie one stream after the other."""
    source = tmp_path / "a.mkv"
    with av.open(str(source), "w") as container:
        film = container.add_stream("libx264", rate=10, options={"crf": "20"})
        film.height, film.width, film.pix_fmt = 24, 32, "yuv420p"
        tones = [container.add_stream("libopus", rate=48000) for _ in range(2)]
        for i in range(10):
            container.mux(film.encode(av.VideoFrame.from_ndarray(scene(i), format="rgb24")))
        container.mux(film.encode())
        for tone in tones:
            for start in range(0, 48000, 960):
                part = np.full((1, 960), start % 100, np.int16)
                frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
                frame.sample_rate, frame.pts = 48000, start
                container.mux(tone.encode(frame))
            container.mux(tone.encode())
    timing = Timing([Fraction(i, 10) for i in range(5)], Fraction(1, 2))
    sound = sound_of(source, Fraction(2, 10), whole=False)
    encoding.write(tmp_path / "b.mkv", frames(5), timing, sound=sound)
    with av.open(str(tmp_path / "b.mkv")) as found:
        counts = [sum(bool(p.size) for p in found.demux(one)) for one in found.streams.audio[:1]]
        assert len(found.streams.audio) == 2
    with av.open(str(tmp_path / "b.mkv")) as found:
        counts += [sum(bool(p.size) for p in found.demux(found.streams.audio[1]))]
    assert all(25 <= count <= 27 for count in counts), counts
