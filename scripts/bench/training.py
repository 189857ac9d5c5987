"""Measure how long trainings take: to the first step, a step, and, by arithmetic, all of them.

    python scripts/bench/training.py PAINTING --photos FOLDER --presets quick new-style --steps 12

With `--steps 0` nothing is timed: XLA counts what a step computes, and what all of them take at
`--rate` TFLOP/s follows. It counts loops once, as those of the default's polar factor; Gram has
none. 150 TFLOP/s are three tenths of the 494 that NVIDIA's data sheet gives an H200 in TF32.
"""

import argparse
import dataclasses
import itertools
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax

from jnst.feedforward import trainable
from jnst.training.presets import PRESETS, preset
from jnst.training.run import open_training
from jnst.training.sources import Sources
from jnst.training.train import Training, noise_of, state_and_step, styles_of, train

STARTS = {"new-style": "multistyle"}
"""Networks that presets begin with."""


class Timed(NamedTuple):
    """Seconds until the first step is done, of a step after it, and minutes of all steps."""

    first: float
    step: float
    minutes: float


def begun(name: str, painting: Path, photos: Path, **changed: object) -> Training:
    """Return a training by a preset, of which some settings may be changed."""
    settings = dataclasses.replace(preset(name), **changed)  # type: ignore[arg-type]
    paintings = [] if settings.network in trainable.AUTOENCODERS else [painting]
    sources = Sources(paintings, photos, start=STARTS.get(name))
    return open_training(sources, settings, keeper=None).training


def measure(name: str, painting: Path, photos: Path, timed: int, **changed: object) -> Timed:
    """Time the first steps of a training."""
    moments = [time.perf_counter()]
    training = begun(name, painting, photos, **changed)
    for progress in train(training):
        moments.append(time.perf_counter())
        if progress.step == timed:
            break
    first, *rest = (after - before for before, after in itertools.pairwise(moments))
    step = statistics.median(rest)
    return Timed(first, step, (first + step * (training.settings.steps - 1)) / 60)


def teraflops(name: str, painting: Path, photos: Path, **changed: object) -> tuple[float, int]:
    """Count what a step computes, in TFLOP, and the steps."""
    training = begun(name, painting, photos, **changed)
    state, move = state_and_step(training)
    settings, many = training.settings, len(training.design.styles)
    photographs = jax.ShapeDtypeStruct((settings.batch, settings.crop, settings.crop, 3), "float32")
    styles = styles_of(0, settings, many) if training.paintings is None else photographs
    # What a CPU would multiply less, by Winograd's way, an accelerator does not.
    params = {name: dict(row) for name, row in training.lesson.params.items()}
    for row in params.values():
        row.pop("winograd", None)
    lesson = training.lesson._replace(params=params)
    lowered: Any = move.lower(state, lesson, photographs, styles, noise_of(0, training))  # type: ignore[attr]
    return lowered.cost_analysis()["flops"] / 1e12, settings.steps


def main(words: Sequence[str] | None = None) -> None:
    """Print a table with a row for each preset."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("painting", type=Path)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--presets", nargs="+", choices=[*PRESETS], default=["quick"])
    parser.add_argument("--steps", type=int, default=12, help="steps that are timed, from 2")
    parser.add_argument("--rate", type=float, default=150.0, help="TFLOP/s of the arithmetic")
    given = parser.parse_args(words)
    if given.steps == 0:
        print(f"| preset | a step, TFLOP | whole at {given.rate:g} TFLOP/s, min |\n| - | - | - |")
        for name in given.presets:
            work, steps = teraflops(name, given.painting, given.photos)
            print(f"| {name} | {work:.3f} | {work * steps / given.rate / 60:.1f} |", flush=True)
        return
    if given.steps < 2:
        parser.error("steps must be at least 2, or 0")
    print("| preset | to the first step, s | a step, s | whole, min |\n| --- | --- | --- | --- |")
    for name in given.presets:
        timed = measure(name, given.painting, given.photos, given.steps)
        print(
            f"| {name} | {timed.first:.0f} | {timed.step:.2f} | {timed.minutes:.0f} |", flush=True
        )


if __name__ == "__main__":
    main()
