import dataclasses
import math
from fractions import Fraction

import numpy as np
import pytest
from films import scene

import jnst.cli
from jnst.errors import InputError
from jnst.pictures import files
from jnst.video.compare import steadiness


@dataclasses.dataclass
class Clip:
    """Frames that are at hand."""

    frames: list
    transparent = False

    @property
    def times(self):
        return [Fraction(i, 10) for i in range(len(self.frames))]

    @property
    def duration(self):
        return Fraction(len(self.frames), 10)

    def frame(self, number):
        return self.frames[number]

    def close(self):
        pass


MOVING = Clip([scene(2 * i, height=48, width=64) for i in range(3)])
STILL = Clip([scene(0, height=48, width=64)] * 3)


def test_what_moves_along_is_steady_and_what_stays_behind_is_not():
    along = steadiness(MOVING, MOVING)
    stuck = steadiness(MOVING, STILL)
    assert len(along.warping) == 2
    assert max(along.warping) < 2e-4
    assert min(stuck.warping) > 5 * max(along.warping)
    assert all(math.isnan(one) for one in along.flicker)


# A painted film that is 0.1 lighter in its second frame, over one that stands still.
def test_flicker_is_the_mean_square_where_the_film_stands_still():
    painted = Clip([np.full((48, 64, 3), x, np.float32) for x in (0.5, 0.6, 0.6)])
    found = steadiness(STILL, painted)
    np.testing.assert_allclose(found.flicker, [0.01, 0], atol=1e-7)
    np.testing.assert_allclose(found.warping, [0.01, 0], atol=1e-7)


def test_a_painted_film_may_have_another_size():
    small = Clip([frame[::2, ::2] for frame in MOVING.frames])
    assert max(steadiness(MOVING, small).warping) < 2e-3


@pytest.mark.parametrize(
    ("film", "painted", "message"),
    [
        (MOVING, Clip(MOVING.frames[:2]), "the painted film has 2 frames, and its content 3"),
        (Clip(STILL.frames[:1]), Clip(STILL.frames[:1]), "a film of one frame neither moves"),
    ],
)
def test_films_that_do_not_go_together_are_refused(film, painted, message):
    with pytest.raises(InputError, match=message):
        steadiness(film, painted)


def test_the_command_prints_means_and_writes_all_frames(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, clip in {"film": MOVING, "still": STILL}.items():
        (tmp_path / name).mkdir()
        for i, frame in enumerate(clip.frames):
            files.write(tmp_path / name / f"{i}.png", frame)
    words = ["compare", "--video", "film", "film", "still", "--csv", "out.csv"]
    assert jnst.cli.main(words) == 0
    told = capsys.readouterr().out
    assert "warping error, mean" in told
    assert "wrote out.csv" in told
    rows = [line.split(",") for line in (tmp_path / "out.csv").read_text().splitlines()]
    assert rows[0] == ["measure", "better", "film", "still"]
    assert len(rows) == 1 + 2 + 2 * 2
    each = [
        float(row[-1]) for row in rows if row[0].startswith('"warping error') and "frame" in row[1]
    ]
    assert np.mean(each) == pytest.approx(float(rows[1][-1]))
    assert jnst.cli.main(["compare", "--video", "film", "none"]) == 2
    assert capsys.readouterr().err == "jnst: cannot read 'none': No such file or directory\n"
