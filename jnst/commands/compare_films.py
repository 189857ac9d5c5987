"""`jnst compare --video`: films beside each other, each with how steady it is."""

import contextlib
import math
from collections.abc import Sequence

from jnst.commands.asjson import tell
from jnst.commands.measures import Row, as_table, show, write_csv
from jnst.commands.options.compare import Options
from jnst.system.streams import say
from jnst.video.compare import steadiness
from jnst.video.frames import open_clip

MEASURES = {"warping": "warping error", "flicker": "flicker"}
"""The fields of `Steadiness`, as the table calls them."""


def compare_films(options: Options) -> int:
    """Measure films, print the means, write what each frame has; return the exit status."""
    found, results, film = [], options.results, options.video
    assert film is not None
    for path in results:
        with contextlib.closing(open_clip(film)) as clip, contextlib.closing(open_clip(path)) as x:
            found.append(steadiness(clip, x))
    names = [str(path) for path in results]
    rows = [
        Row(f"{title}, mean", "lower", [_mean(getattr(one, field)) for one in found])
        for field, title in MEASURES.items()
    ]
    each = [
        Row(f"{title}, frame {i + 2}", "lower", [getattr(one, field)[i] for one in found])
        for field, title in MEASURES.items()
        for i in range(len(found[0].warping))
    ]
    if options.csv is not None:
        write_csv(options.csv, names, [*rows, *each])
    if options.json:
        tell(as_table(names, [*rows, *each]))
        return 0
    show(names, rows)
    say(
        "Warping error: mean squared difference to the warped frame before, where the flow is to "
        "be trusted.",
        "Flicker: mean squared difference to the frame before, where the film stands still.",
    )
    if options.csv is not None:
        say(f"wrote {options.csv}")
    return 0


def _mean(values: Sequence[float]) -> float:
    """Return the mean of the numbers that there are; NaN if there are none."""
    there = [value for value in values if not math.isnan(value)]
    return sum(there) / len(there) if there else math.nan
