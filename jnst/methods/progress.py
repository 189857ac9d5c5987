"""One step of a run, as whoever watches it is told."""

from typing import Any, NamedTuple

import numpy as np


class Progress(NamedTuple):
    """One evaluation of the objective, counted from 1; or a preview, step 0, that has no losses.

    `best` is the picture to keep: that with the lowest total so far, `best_total`, or the running
    average where one is taken. `image` is where the optimizer went next, or with SciPy the picture
    just evaluated; where several steps run in one program, all three are those at its end. Pictures
    are NumPy arrays in [0, 1]. `shrink` is what steps are multiplied by: 1, and half as much after
    each time that the loss, its gradient or the step was not finite (`total` is then NaN or
    infinite).

    `state` is what a run can go on from as if it had never stopped: arrays, on the device and
    good until the next `Progress` is asked for. It is empty where the loop can only begin again,
    and None where it is within a program of several steps.
    """

    step: int
    total: float
    parts: dict[str, float]
    image: np.ndarray
    best: np.ndarray
    best_total: float
    shrink: float
    state: Any = ()
