"""Measure how long trainings take: to the first step, a step, and, by arithmetic, all of them.

python scripts/bench/training.py PAINTING --photos FOLDER --presets quick new-style --steps 12
"""

import argparse
import dataclasses
import itertools
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from jnst.training.presets import PRESETS, preset
from jnst.training.run import open_training
from jnst.training.sources import Sources
from jnst.training.train import train

STARTS = {"new-style": "multistyle"}
"""Networks that presets begin with."""


class Timed(NamedTuple):
    """Seconds until the first step is done, of a step after it, and minutes of all steps."""

    first: float
    step: float
    minutes: float


def measure(name: str, painting: Path, photos: Path, timed: int, **changed: object) -> Timed:
    """Time the first steps of a training by a preset, of which some settings may be changed."""
    settings = dataclasses.replace(preset(name), **changed)  # type: ignore[arg-type]
    began = time.perf_counter()
    sources = Sources([painting], photos, start=STARTS.get(name))
    opened = open_training(sources, settings, keeper=None)
    moments = [began]
    for progress in train(opened.training):
        moments.append(time.perf_counter())
        if progress.step == timed:
            break
    first, *rest = (after - before for before, after in itertools.pairwise(moments))
    step = statistics.median(rest)
    return Timed(first, step, (first + step * (settings.steps - 1)) / 60)


def main(words: Sequence[str] | None = None) -> None:
    """Print a table with a row for each preset."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("painting", type=Path)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--presets", nargs="+", choices=PRESETS, default=["quick"])
    parser.add_argument("--steps", type=int, default=12, help="steps that are timed, from 2")
    given = parser.parse_args(words)
    if given.steps < 2:
        parser.error("steps must be at least 2")
    print("| preset | to the first step, s | a step, s | whole, min |\n| --- | --- | --- | --- |")
    for name in given.presets:
        timed = measure(name, given.painting, given.photos, given.steps)
        print(
            f"| {name} | {timed.first:.0f} | {timed.step:.2f} | {timed.minutes:.0f} |", flush=True
        )


if __name__ == "__main__":
    main()
