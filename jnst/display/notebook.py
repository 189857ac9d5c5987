"""The picture as it forms, in a Jupyter notebook: `jnst.stylize(..., show=True)`."""

import base64
import contextlib
import html
import importlib
import io
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import PIL.Image

from jnst.arrays import Image
from jnst.display.terminal import next_look, time_left
from jnst.errors import InputError
from jnst.methods.progress import Progress
from jnst.pictures.files.raster import to_levels
from jnst.pictures.resizing import fit

SHOW_EVERY = 1.0
"""Seconds between two pictures, or more; see `next_look`."""
LARGEST = 1024
"""Long side, at most, of what is shown: Jupyter lets no more than about 1 MB a second through."""


@contextlib.contextmanager
def live(
    costs: Sequence[float], finish: Callable[[Image], Image]
) -> Iterator[Callable[[Progress], None]]:
    """Show one picture in the output of a cell; yield a function that brings it up to date.

    That takes a `Progress`, and shows its best picture after `finish`, now and then, and the last
    one at the end, also of a run that was stopped. `costs` has a number for each evaluation to
    come, as `jnst.transfer.stages.costs` lists them.

    Raises:
        InputError: outside a notebook.

    """
    try:
        kernel = importlib.import_module("IPython").get_ipython()
    except ImportError:
        kernel = None
    if not hasattr(kernel, "kernel"):  # IPython in a terminal has none, and shows no pictures
        raise InputError("show is for Jupyter notebooks; leave it out here")
    display = importlib.import_module("IPython.display")
    handle = display.display(display.HTML("starting"), display_id=True)
    left, due = time_left(costs), 0.0
    began = time.monotonic()
    last: Progress | None = None

    def draw(progress: Progress, end: str) -> None:
        nonlocal due
        now = time.monotonic()
        picture = finish(progress.best)
        height, width = picture.shape[1:3]
        steps = ""
        if progress.step == 0:
            steps = "preview, "
        elif progress.parts:  # what is painted in one pass has no losses
            total = f"total {progress.best_total:.4g}"
            steps = f"{progress.step} of {len(costs)} evaluations, {total}, "
        caption = f"{width} x {height}, {steps}{end}"
        handle.update(display.HTML(_page(fit(picture, LARGEST), caption)))
        due = next_look(now, SHOW_EVERY)

    def show(progress: Progress) -> None:
        nonlocal last
        last, seconds = progress, left(progress.step)
        if time.monotonic() >= due:
            draw(progress, "compiling" if seconds is None else f"{seconds:.0f} s left")

    try:
        yield show
    finally:
        if last is not None:
            draw(last, f"in {time.monotonic() - began:.0f} s")


def _page(picture: Image, caption: str) -> str:
    """Return a picture with a line below it as HTML that refers to nothing else."""
    data = io.BytesIO()
    levels = to_levels(np.asarray(picture)[0], depth=8)
    PIL.Image.fromarray(levels).save(data, "JPEG", quality=90, subsampling="4:4:4")
    source = "data:image/jpeg;base64," + base64.b64encode(data.getvalue()).decode()
    text = html.escape(caption)
    return f'<figure><img src="{source}" alt="{text}"><figcaption>{text}</figcaption></figure>'
