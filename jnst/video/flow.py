"""Dense optical flow between two frames, by name.

`dis` is OpenCV's inverse search (Kroeger, Timofte, Dai and Van Gool, ECCV 2016, arXiv:1603.03590)
as its medium preset has it: tens of milliseconds a frame. `dis-fast` is its fast preset: a tenth of
the time, and a fifth less exact. `raft` is RAFT-small (`jnst.video.raft`): the most exact, and
about a second a frame on a CPU.
"""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from jnst.arrays import Picture
from jnst.errors import InputError, check_choice
from jnst.pictures import resizing
from jnst.video import flowfiles, raft
from jnst.video.need import needed
from jnst.video.warp import Flow
from jnst.weights import raft as weights

Estimate = Callable[[Picture, Picture], Flow]
"""`(first, second) -> flow`: first(p) is seen in the second at p + flow(p)."""
Between = Callable[[int, int], Flow]
"""`(number, other) -> flow` from one frame to another of a film, by their numbers."""
_LEAST = 16
"""Pixels; OpenCV's inverse search finds nothing in sides below."""


def estimator(name: str) -> Estimate:
    """Return what estimates flow by this name.

    Raises `InputError` for an unknown one, and where its package or weights are missing.
    """
    return ESTIMATORS[check_choice("flow", name, ESTIMATORS)]()


def _dis(preset: str) -> Estimate:
    needed("cv2")
    import cv2

    module: Any = cv2
    search = module.DISOpticalFlow_create(getattr(module, f"DISOPTICAL_FLOW_PRESET_{preset}"))

    def grey(picture: Picture) -> np.ndarray:
        return cv2.cvtColor((picture[0] * 255).round().astype(np.uint8), cv2.COLOR_RGB2GRAY)

    def flow(first: Picture, second: Picture) -> Flow:
        height, width = first.shape[1:3]
        # Small frames are continued to the right and below, where nothing moves.
        more = ((0, max(0, _LEAST - height)), (0, max(0, _LEAST - width)))
        greys = [np.pad(grey(one), more, mode="edge") for one in (first, second)]
        return np.asarray(search.calc(*greys, None), np.float32)[:height, :width]

    return flow


def _raft() -> Estimate:
    params = weights.load()
    return lambda first, second: np.asarray(raft.flow(params, first, second))


ESTIMATORS: dict[str, Callable[[], Estimate]] = {
    "dis": functools.partial(_dis, "MEDIUM"),
    "dis-fast": functools.partial(_dis, "FAST"),
    "raft": _raft,
}
"""Functions that return an `Estimate`, by name."""


def in_folder(folder: Path, numbers: Sequence[int], size: tuple[int, int]) -> Between:
    """Return the flow that files in a folder hold, as artistic-videos names and numbers them.

    `forward_1_2.flo` leads from the first frame of a clip to the second, `backward_2_1.flo` back;
    .npz will do as well, see `jnst.video.flowfiles`. Files of another size are fitted.

    Args:
        folder: where they are.
        numbers: of the clip's frames, counted from 0, those that are painted.
        size: height and width of the result.

    Returns:
        A function that raises `InputError` where a file is missing, or cannot be read.

    """

    def flow(number: int, other: int) -> Flow:
        found = flowfiles.read(_find(folder, numbers[number] + 1, numbers[other] + 1))
        height, width = size
        scale = np.array([width / found.shape[1], height / found.shape[0]], np.float32)
        bilinear = PIL.Image.Resampling.BILINEAR
        return resizing.resample(found[None], height, width, bilinear)[0] * scale

    return flow


def check_folder(folder: Path, numbers: Sequence[int], earlier: Sequence[int]) -> None:
    """Raise an `InputError` for the first file that a film will need and that is not there."""
    for back in earlier:
        for one, other in zip(numbers[back:], numbers, strict=False):
            _find(folder, one + 1, other + 1)
            _find(folder, other + 1, one + 1)


def _find(folder: Path, one: int, other: int) -> Path:
    """Find the file with the flow from one frame to another, numbered from 1."""
    stem = f"{'forward' if other > one else 'backward'}_{one}_{other}"
    paths = [folder / f"{stem}{suffix}" for suffix in flowfiles.KINDS]
    for path in paths:
        if path.exists():
            return path
    raise InputError(f"there is no {' or '.join(path.name for path in paths)} in {folder}")
