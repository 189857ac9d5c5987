"""The loss curves of a run as a picture."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from jnst.arrays import Image


def loss_curves(curves: Sequence[dict[str, float]]) -> Image:
    """Draw losses by name, one dict an evaluation, `total` among them, on a logarithmic scale."""
    figure = Figure(figsize=(7, 4.5), dpi=150, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot(
        xlabel="evaluations", ylabel="weighted loss", yscale="log", title="Loss"
    )
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
    axes.grid(alpha=0.3)
    if axes.lines:
        axes.legend()
    canvas.draw()
    return np.asarray(canvas.buffer_rgba(), np.float32)[None, ..., :3] / 255
