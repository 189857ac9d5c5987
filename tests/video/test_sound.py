import itertools
from fractions import Fraction

import numpy as np
import pytest
from films import make, packets, scene

from jnst.video import encoding
from jnst.video.encoding import Timing
from jnst.video.film import Film
from jnst.video.sound import Sound


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
    encoding.check_writable(path, sound)
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
