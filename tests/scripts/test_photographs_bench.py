"""A network trained on few photographs is measured on others."""

import dataclasses

import pytest
from helpers import load_script
from trainings import SETTINGS, make_paintings, make_photos

from jnst.training import photos


@pytest.mark.usefixtures("tiny")
def test_training_helps_on_photographs_that_were_not_seen(tmp_path):
    trial = load_script("bench/photographs.py").trial
    found = photos.find(make_photos(tmp_path / "photos", count=6))
    (painting,) = make_paintings(tmp_path)
    losses = [
        trial(painting, found[:3], found[3:], dataclasses.replace(SETTINGS, steps=steps))
        for steps in (1, 30)
    ]
    (others, own), (better, best) = losses
    assert better < 0.9 * others
    assert best < 0.9 * own
