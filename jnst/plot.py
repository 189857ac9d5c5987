"""The loss curves of a run as a picture."""

from collections.abc import Sequence

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from jnst.arrays import Image
from jnst.loop import Progress


def loss_curves(history: Sequence[Progress]) -> Image:
    """Draw the total and its parts against evaluations, on a logarithmic scale."""
    figure = Figure(figsize=(7, 4.5), dpi=150, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot(
        xlabel="evaluations", ylabel="weighted loss", yscale="log", title="Loss"
    )
    steps = [progress.step for progress in history]
    axes.plot(steps, [p.total for p in history], "k", linewidth=2, label="total")
    for name in history[0].parts:
        values = [p.parts[name] for p in history]
        if any(value > 0 for value in values):
            axes.plot(steps, values, linewidth=1, label=name)
    positive = [value for p in history for value in (p.total, *p.parts.values()) if value > 0]
    if positive:  # parts that start at zero would stretch the axis over a dozen decades
        axes.set_ylim(bottom=max(min(positive), max(positive) * 1e-5))
    axes.grid(alpha=0.3)
    axes.legend()
    canvas.draw()
    return np.asarray(canvas.buffer_rgba(), np.float32)[None, ..., :3] / 255
