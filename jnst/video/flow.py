"""Dense optical flow between two frames, by name.

`dis` is OpenCV's inverse search (Kroeger, Timofte, Dai and Van Gool, ECCV 2016, arXiv:1603.03590):
milliseconds a frame. `raft` is RAFT-small (`jnst.video.raft`): exact, and seconds a frame on a CPU.
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from jnst.arrays import Picture
from jnst.errors import check_choice
from jnst.video.need import needed
from jnst.video.warp import Flow

Estimate = Callable[[Picture, Picture], Flow]
"""`(first, second) -> flow`: first(p) is seen in the second at p + flow(p)."""
Name = Literal["dis", "raft"]
"""Names of what estimates flow."""
_LEAST = 16
"""Pixels; OpenCV's inverse search finds nothing in sides below."""


def estimator(name: str) -> Estimate:
    """Return what estimates flow by this name.

    Raises `InputError` for an unknown one, and where its package or weights are missing.
    """
    return ESTIMATORS[check_choice("flow", name, ESTIMATORS)]()


def _dis() -> Estimate:
    needed("cv2")
    import cv2

    module: Any = cv2
    search = module.DISOpticalFlow_create(module.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def grey(picture: Picture) -> np.ndarray:
        return cv2.cvtColor((picture[0] * 255).round().astype(np.uint8), cv2.COLOR_RGB2GRAY)

    def flow(first: Picture, second: Picture) -> Flow:
        height, width = first.shape[1:3]
        # Small frames are continued to the right and below, where nothing moves.
        more = ((0, max(0, _LEAST - height)), (0, max(0, _LEAST - width)))
        greys = [np.pad(grey(one), more, mode="edge") for one in (first, second)]
        return np.asarray(search.calc(*greys, None), np.float32)[:height, :width]

    return flow


ESTIMATORS: dict[str, Callable[[], Estimate]] = {"dis": _dis}
"""Functions that return an `Estimate`, by name."""
