"""Time to the loss of a plain run, when smaller sizes come first.

    python scripts/bench/coarse.py CONTENT STYLE [--size 256] [--evaluations 1000]

The objective is neural-style-pt's at one size. First it is minimized there alone; then from half
and quarter of the size to the whole, until the total is as low. Seconds are of the clock, from the
first evaluation on, with what is measured between sizes; programs are compiled before.
"""

import argparse
import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path

from jnst.transfer.pictures import read
from jnst.transfer.presets import preset
from jnst.transfer.recipe import paint
from jnst.transfer.settings import Settings

SHORT = ((100, 100), (400, 200))
"""Evaluations at a quarter and at half of the size."""


def main(words: Sequence[str] | None = None) -> None:
    """Print a table: a row a schedule."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("content", type=Path)
    parser.add_argument("style", type=Path)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--evaluations", type=int, default=1000)
    given = parser.parse_args(words)
    plain = dataclasses.replace(
        preset("neural-style-pt"), size=given.size, steps=(given.evaluations,)
    )
    descend(given, dataclasses.replace(plain, steps=(2,)), None)  # compiles
    target, count, seconds = descend(given, plain, None)
    print("| quarter, half | whole | total | s | plain / this |\n| - | - | - | - | - |")
    print(f"| 0, 0 | {count} | {target:.6g} | {seconds:.0f} | 1 |", flush=True)
    for few in SHORT:
        coarse = dataclasses.replace(
            plain, first_size=given.size // 4, size_ratio=2.0, steps=(*few, given.evaluations)
        )
        descend(given, dataclasses.replace(coarse, steps=(2, 2, 2)), None)
        total, count, took = descend(given, coarse, target)
        name = ", ".join(map(str, few))
        ratio = f"{seconds / took:.2f}" if total <= target else "not reached"
        print(f"| {name} | {count} | {total:.6g} | {took:.0f} | {ratio} |", flush=True)


def descend(
    given: argparse.Namespace, settings: Settings, target: float | None
) -> tuple[float, int, float]:
    """Paint until the total is as low as the target at the whole size, or to the end.

    Return the lowest total there, the evaluations at that size, and the seconds of all.
    """
    pictures = read(given.content, (given.style,), settings)
    best, count, began = float("inf"), 0, None
    for progress in paint(pictures, settings, every=1):
        began = began or time.perf_counter()
        if max(progress.image.shape[1:3]) < given.size:
            continue
        count += 1
        best = min(best, progress.total)
        if target is not None and best <= target:
            break
    if began is None or not count:
        raise SystemExit(f"{given.content} is smaller than {given.size} pixels")
    return best, count, time.perf_counter() - began


if __name__ == "__main__":
    main()
