"""Trainings are timed, and what all their steps take follows."""

import pytest
from helpers import load_script
from trainings import make_paintings, make_photos


@pytest.mark.usefixtures("tiny")
def test_a_training_is_timed(tmp_path):
    measure = load_script("bench/training.py").measure
    photos, (painting,) = make_photos(tmp_path / "photos"), make_paintings(tmp_path)
    small = {"width": 0.1, "crop": 16, "photo_size": None, "batch": 1, "steps": 61}
    timed = measure("quick", painting, photos, 3, **small)
    assert 0 < timed.step < timed.first
    assert timed.minutes == pytest.approx((timed.first + 60 * timed.step) / 60)


@pytest.mark.usefixtures("tiny")
def test_what_a_step_computes_is_counted(tmp_path):
    count = load_script("bench/training.py").teraflops
    photos, (painting,) = make_photos(tmp_path / "photos"), make_paintings(tmp_path)
    small = {"width": 0.1, "crop": 16, "photo_size": None, "steps": 7}
    one, steps = count("quick", painting, photos, batch=1, **small)
    four, _ = count("quick", painting, photos, batch=4, **small)
    assert steps == 7
    # The optimizer's share does not grow with the batch.
    assert 3 * one < four < 4 * one
