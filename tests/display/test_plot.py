import os
import subprocess
import sys

import numpy as np
import pytest
from helpers import ROOT

from jnst.display import plot
from jnst.display.plot import courses, loss_curves

CURVES = [{"total": 10.0 / n, "content": 0.0, "style": 5.0 / n} for n in range(1, 30)]


def test_it_is_a_picture_with_the_curves_on_it():
    picture = loss_curves(CURVES)
    assert picture.shape == (1, 675, 1050, 3)
    assert picture.min() == 0
    assert picture.max() == 1
    black = (picture[0].max(axis=-1) < 0.1).mean(axis=0)
    assert np.count_nonzero(black[150:1000] > 0.003) > 600, "the total runs from left to right"


def test_another_curve_is_another_picture():
    assert (loss_curves(CURVES) != loss_curves(CURVES[:10])).any()


def test_losses_that_are_all_zero_or_not_finite_can_be_drawn():
    loss_curves([{"total": 0.0, "content": 0.0}])
    nan, inf = float("nan"), float("inf")
    loss_curves([{"total": 1.0, "tv": 1.0}, {"total": nan, "tv": inf}, {"total": 0.5, "tv": 1.0}])


def test_courses_are_drawn_against_time():
    fast = [(n / 10, 1 / (n + 1)) for n in range(20)]
    slow = [(float(n), 2 / (n + 1)) for n in range(20)]
    both, one = courses({"fast": fast, "slow": slow}), courses({"slow": slow})
    assert both.shape == (1, 675, 1500, 3)
    assert (both != one).any()
    tall = courses({f"run {i}": slow for i in range(40)})
    assert tall.shape[1] > both.shape[1], "room for every name"
    courses({"zero": [(0.0, 0.0), (1.0, float("nan"))]})


@pytest.mark.parametrize(("least", "bottom"), [(1e-12, 1e-4), (0.05, 0.05)])
def test_a_part_that_starts_at_next_to_nothing_does_not_stretch_the_axis(
    least, bottom, monkeypatch
):
    limits, drawn = [], plot._drawn

    def draw(figure):
        limits.append(figure.axes[0].get_ylim())
        return drawn(figure)

    monkeypatch.setattr(plot, "_drawn", draw)
    plot.loss_curves([{"total": 10.0, "tv": least}, {"total": 1.0, "tv": 0.1}])
    assert limits[0][0] == pytest.approx(bottom)
    assert limits[0][1] > 10


@pytest.mark.parametrize(
    "backend",
    [
        "inline",
        pytest.param("module://matplotlib_inline.backend_inline", marks=pytest.mark.slow),
        pytest.param("no", marks=pytest.mark.slow),
    ],
)
def test_a_notebooks_backend_in_the_environment_does_not_matter(backend):
    program = (
        "import os; from jnst.display import plot, sheet; "
        "assert plot.loss_curves([{'total': 1.0}]).ndim == 4; sheet.contact_sheet([]); "
        "print(os.environ['MPLBACKEND'])"
    )
    environment = os.environ | {"MPLBACKEND": backend}
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT)
    assert (ended.stdout.strip(), ended.stderr) == (backend, "")


def test_a_home_that_is_read_only_is_not_said(tmp_path):
    (tmp_path / "file").touch()  # below which nothing can be made, by root neither
    program = "from jnst.display import plot; plot.loss_curves([{'total': 1.0}])"
    environment = os.environ | {"MPLCONFIGDIR": str(tmp_path / "file" / "matplotlib")}
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT)
    assert (ended.returncode, ended.stderr) == (0, "")
