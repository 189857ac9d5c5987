"""Loss curves as pictures: of one run, and of several against time.

What draws is imported where it is used: it takes time, and keeps a list of fonts on the disk.
"""

import functools
import importlib
import logging
import math
import os
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from jnst.arrays import Picture


@functools.cache
def library() -> ModuleType:
    """Import matplotlib, whatever backend MPLBACKEND names.

    Figures here have canvases of their own. A notebook's backend, which programs that it starts
    inherit, may not be known to them, and then matplotlib could not be imported.
    """
    # Of a home that is read-only it says to the handlers there are, and not to the error stream.
    logging.getLogger("matplotlib").addHandler(logging.NullHandler())
    named = os.environ.pop("MPLBACKEND", None)
    try:
        return importlib.import_module("matplotlib")
    finally:
        if named is not None:
            os.environ["MPLBACKEND"] = named


def loss_curves(curves: Sequence[dict[str, float]]) -> Picture:
    """Draw losses by name, one dict an evaluation, `total` among them, on a logarithmic scale."""
    figure, axes = _figure(7.0, 4.5, xlabel="evaluations", ylabel="weighted loss", title="Loss")
    steps = range(1, len(curves) + 1)
    for name in curves[0]:
        values = [losses[name] for losses in curves]
        if any(0 < value < math.inf for value in values):
            main = name == "total"
            axes.plot(
                steps,
                values,
                label=name,
                color="black" if main else None,
                linewidth=2 if main else 1,
            )
    positive = [value for losses in curves for value in losses.values() if 0 < value < math.inf]
    if positive:  # parts that start at zero would stretch the axis over a dozen decades
        axes.set_ylim(bottom=max(min(positive), max(positive) * 1e-5))
    if axes.lines:
        axes.legend()
    return _drawn(figure)


def courses(runs: Mapping[str, Sequence[tuple[float, float]]]) -> Picture:
    """Draw the total of several runs, as (seconds, total), against time; a line and a name each."""
    height = max(4.5, 0.5 + 0.21 * len(runs))
    figure, axes = _figure(
        10.0, height, xlabel="seconds since the first evaluation", ylabel="total loss"
    )
    colours = library().colormaps["turbo"]
    for i, (name, course) in enumerate(runs.items()):
        points = [(seconds, total) for seconds, total in course if 0 < total < math.inf]
        if points:
            style = ("-", "--", ":", "-.")[i % 4]
            colour = colours((i + 0.5) / len(runs))
            axes.plot(*zip(*points, strict=True), style, color=colour, linewidth=1.2, label=name)
    if axes.lines:
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8)
    return _drawn(figure)


def _figure(width: float, height: float, **labels: str) -> tuple[Any, Any]:
    library()
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=150, layout="constrained")
    axes = figure.add_subplot(yscale="log", **labels)
    axes.grid(alpha=0.3)
    return figure, axes


def _drawn(figure: Any) -> Picture:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba(), np.float32)[None, ..., :3] / 255
