"""`jnst compare --video`: films beside each other, each with how steady it is."""

import contextlib
import math
from collections.abc import Sequence
from pathlib import Path

from jnst.commands.measures import Row, show
from jnst.system import disk
from jnst.system.streams import say
from jnst.video.compare import steadiness
from jnst.video.frames import open_clip

MEASURES = {"warping": "warping error", "flicker": "flicker"}
"""The fields of `Steadiness`, as the table calls them."""


def compare_films(results: Sequence[Path], film: Path, *, csv: Path | None) -> int:
    """Measure films, print the means, write what each frame has; return the exit status."""
    found = []
    for path in results:
        with contextlib.closing(open_clip(film)) as clip, contextlib.closing(open_clip(path)) as x:
            found.append(steadiness(clip, x))
    names = [str(path) for path in results]
    rows = [
        Row(f"{title}, mean", "lower", [_mean(getattr(one, field)) for one in found])
        for field, title in MEASURES.items()
    ]
    show(names, rows)
    say(
        "Warping error: mean squared difference to the warped frame before, where the flow is to "
        "be trusted.",
        "Flicker: mean squared difference to the frame before, where the film stands still.",
    )
    if csv is not None:
        each = [
            [f"{title}, frame {i + 2}", "lower", *(getattr(one, field)[i] for one in found)]
            for field, title in MEASURES.items()
            for i in range(len(found[0].warping))
        ]
        means = [[row.measure, row.better, *row.values] for row in rows]
        disk.write_table(csv, [["measure", "better", *names], *means, *each])
        say(f"wrote {csv}")
    return 0


def _mean(values: Sequence[float]) -> float:
    """Return the mean of the numbers that there are; NaN if there are none."""
    there = [value for value in values if not math.isnan(value)]
    return sum(there) / len(there) if there else math.nan
