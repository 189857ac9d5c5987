"""How few photographs suffice: the loss on photographs that a network has not seen.

    python scripts/bench/photographs.py PAINTING --photos FOLDER --counts 10 100 1000 --steps 400

The same training, but for the photographs: so many of the folder, drawn at random. `HELD` others
are held back, and the loss on crops of them is measured; the loss on those learnt from, too.
"""

import argparse
import dataclasses
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

import jax
import numpy as np

from jnst.engines.build import losses_and_network
from jnst.feedforward import trainable
from jnst.feedforward.noise import draw
from jnst.training import photos
from jnst.training.objective import Task, loss
from jnst.training.presets import PRESETS, preset
from jnst.training.run import open_training
from jnst.training.settings import Settings
from jnst.training.sources import Sources
from jnst.training.train import Training, train

_ONE = [name for name in PRESETS if preset(name).network in trainable.ONE_STYLE]
ALONE = [name for name in _ONE if preset(name).style_weight]
"""Presets that need nothing but a painting."""
HELD = 64
"""Photographs that are held back."""


def main(words: Sequence[str] | None = None) -> None:
    """Print a table: a row a number of photographs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("painting", type=Path)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--preset", choices=ALONE, default="quick")
    parser.add_argument("--counts", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--steps", type=int, default=400)
    given = parser.parse_args(words)
    settings = dataclasses.replace(preset(given.preset), steps=given.steps)
    found = photos.find(given.photos)
    random.Random(0).shuffle(found)
    if max(given.counts) + HELD > len(found):
        parser.error(f"{given.photos} has {len(found)} photographs, of which {HELD} are held back")
    print("| photographs | loss on others | loss on themselves |\n| - | - | - |")
    for count in given.counts:
        others, own = trial(given.painting, found[:count], found[-HELD:], settings)
        print(f"| {count} | {others:.4f} | {own:.4f} |", flush=True)


def trial(
    painting: Path, learnt: Sequence[Path], held: Sequence[Path], settings: Settings
) -> tuple[float, float]:
    """Train on some photographs; return the mean loss on others, and on themselves."""
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(learnt):
            (Path(folder) / f"{number}{path.suffix}").symlink_to(path.resolve())
        training = open_training(Sources([painting], Path(folder)), settings, keeper=None).training
        for _ in train(training):
            pass
    return mean_loss(training, held), mean_loss(training, learnt[:HELD])


def mean_loss(training: Training, paths: Sequence[Path]) -> float:
    """Return the mean of the loss over the middle of each photograph, in the first style."""
    settings, side = training.settings, training.settings.crop
    table = training.learner.painter.table
    task = Task(*losses_and_network(settings.losses.resolved.objective), table)
    noise = draw(table, np.random.default_rng(0), (side, side))
    evaluate = jax.jit(lambda *given: loss(task, *given, noise=noise)[0])
    source = photos.Photos(paths, side=side, size=settings.photo_size)
    params, total = training.learner.average.params, 0.0
    for number in range(len(source)):
        picture = source[number]
        top, left = ((n - side) // 2 for n in picture.shape[:2])
        middle = picture[None, top : top + side, left : left + side]
        total += float(evaluate(params, training.lesson, middle, np.zeros(1, np.int32)))
    return total / len(source)


if __name__ == "__main__":
    main()
