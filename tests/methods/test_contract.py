"""A second method plugs in: a toy of three steps goes through a batch, `jnst.stylize`, a sweep."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import jnst
from jnst.batch.jobs import Job
from jnst.batch.local import paint_jobs
from jnst.batch.styles import Style
from jnst.errors import InputError
from jnst.experiments.grid import Cell
from jnst.experiments.sweep import run
from jnst.methods.progress import Progress
from jnst.pictures import files
from jnst.transfer.pictures import read
from jnst.transfer.settings import Settings

SETTINGS = Settings(size=16)
CONTENT = np.full((16, 16, 3), 0.5, np.float32)
STYLE = np.zeros((16, 16, 3), np.float32)


class Fading:
    """A plan that makes the content darker in three steps."""

    costs = (1.0, 1.0, 2.0)

    def __init__(self, pictures):
        self.picture = pictures.content

    def steps(self, *, every=10, point=None):
        for step in range(1, 4):
            image = self.picture * (1 - step / 4)
            yield Progress(step, 1 / step, {"dark": 1 / step}, image, image, 1 / step, 1.0)

    def result(self, picture):
        return picture + 0.25


class Toy:
    """Its method: what it loads is a word, which the plans must be given."""

    def __init__(self):
        self.loads = []

    def load(self, settings, *, many=False):
        self.loads.append(many)
        return "loaded"

    def plan(self, pictures, settings, *, loaded=None):
        if not pictures.content.any():
            raise InputError("it is dark already")
        return Fading(pictures)


@pytest.fixture(autouse=True)
def _files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, level in (("grey.png", 128), ("light.png", 255), ("black.png", 0)):
        PIL.Image.new("RGB", (16, 16), (level, level, level)).save(name)


def job(name):
    return Job(Path(name), Style((Path("black.png"),)), Path("out") / name)


def test_a_batch():
    toy, shown = Toy(), []
    jobs = [job("grey.png"), job("black.png"), job("light.png")]

    def show(name, number, painted, share=None):
        shown.append((name, share))

    outcomes = list(paint_jobs(jobs, lambda job: SETTINGS, 8, show, method=toy))
    assert [(one.status, one.reason) for one in outcomes] == [
        ("painted", ""),
        ("failed", "it is dark already"),
        ("painted", ""),
    ]
    assert outcomes[0].loss == 1 / 3
    assert toy.loads == [True], "once, for many pictures"
    assert [share for name, share in shown if name == "light.png" and share] == [0.25, 0.5, 1.0]
    assert files.read("out/light.png").max() == pytest.approx(0.5, abs=1 / 255)


def test_stylize():
    found = jnst.stylize(CONTENT, STYLE, size=16, method=Toy())
    np.testing.assert_allclose(found, 0.5 * 0.25 + 0.25)
    np.testing.assert_array_equal(found.losses["dark"], [1, 1 / 2, 1 / 3])
    assert found.inputs is None, "no other could make it again"


def test_a_sweep():
    found = run(Cell({}, SETTINGS), read(CONTENT, STYLE, SETTINGS), method=Toy())
    np.testing.assert_allclose(found.picture, 0.375)
    assert [total for _, total in found.course] == [1, 1 / 2, 1 / 3]
    assert found.parts == {"dark": 1 / 3}
