"""Trainings of a few steps: photographs of noise, a network of a few channels."""

import shlex

import numpy as np

from jnst.feedforward import trainable
from jnst.pictures import files
from jnst.training import lesson, photos
from jnst.training.settings import Settings
from jnst.training.train import begin

SETTINGS = Settings(
    network="multistyle-mobile",
    width=0.1,
    crop=16,
    photo_size=None,
    batch=2,
    steps=24,
    learning_rate=0.02,
    decay="cosine",
    average=0.9,
    content_weight=0.01,
)
"""One set for all tests, so that the step is traced once."""
WORDS = shlex.split(
    "--network multistyle-mobile --width 0.1 --crop 16 --photo-size None --batch 2 --steps 24 "
    "--learning-rate 0.02 --decay cosine --average 0.9 --content-weight 0.01 --preview-every 0 "
    "--no-cache"
)
"""The same as options of the command."""


def make_photos(folder, count=5):
    """Write photographs of several sizes into a folder: the same ones every time."""
    rng = np.random.default_rng(5)
    folder.mkdir()
    for i in range(count):
        files.write(folder / f"{i}.png", rng.random((1, 17 + i, 24 - i, 3)))
    return folder


def make_paintings(folder, count=1):
    """Write paintings, the same ones every time, and return their paths."""
    rng = np.random.default_rng(6)
    paths = [folder / f"painting{i}.png" for i in range(count)]
    for path in paths:
        files.write(path, rng.random((1, 20, 24, 3)))
    return paths


PAINTINGS = ["painting0.png", "painting1.png"]
"""The paintings of `make_inputs`."""


def make_inputs(folder):
    """Write a folder `photos` and two paintings into a folder, and return it."""
    make_photos(folder / "photos")
    make_paintings(folder, len(PAINTINGS))
    return folder


def training(folder, paintings, settings=SETTINGS, params=None):
    """Return a training by tests' settings, before its first step."""
    names = tuple(path.stem for path in paintings)
    design = trainable.Design(settings.network, settings.width, names)
    source = photos.Photos(photos.find(folder), side=settings.crop, size=settings.photo_size)
    batches = photos.batches(source, count=settings.batch, seed=settings.seed)
    styles = [files.read(path) for path in paintings]
    return begin(design, settings, lesson.measure(styles, settings), batches, params=params)
