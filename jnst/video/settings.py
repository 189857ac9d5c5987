"""Settings of moving pictures: what is added to those of a single one."""

from dataclasses import dataclass
from typing import Literal, get_args

from jnst.errors import InputError, check_at_least, check_at_most, check_choice
from jnst.methods.plain import make_plain

Flow = Literal["dis", "raft"]
"""Names of what estimates flow."""
MOST_STEPS = 1_000_000
"""The most steps a frame, and passes."""
FARTHEST = 100
"""Frames; the farthest earlier one that a frame is held to."""


@dataclass(frozen=True)
class VideoSettings:
    """How frames are held together. The only source of defaults."""

    steady: bool = True
    """Hold each frame to the one before it; without, each is painted alone."""
    frame_steps: int = 30
    """How many times the loss and its gradient are evaluated for each frame after the first, which
    begins with the one before it. By --quality more or fewer."""
    temporal_weight: float = 2.0
    """How much it matters, when pixels are optimized, that strokes move with the scene."""
    earlier: tuple[int, ...] = (1,)
    """How many frames back those are that a frame is held to, each pixel by the nearest in which it
    is seen: 1, or as in 1 2 4 several."""
    hold: float = 0.8
    """When a network paints: from 0 to 1, how much of the frame before is kept where its motion is
    known."""
    passes: int = 1
    """How often all frames are gone through, forwards and backwards by turns; each pass after the
    first begins with what there is. Only when pixels are optimized."""
    flow: Flow = "dis"
    """What finds the motion: dis is quick, raft slower and more exact (weights: jnst weights get
    raft-small)."""
    scene: float = 0.4
    """A new scene begins where the motion of less than this share of the picture is found."""

    def __post_init__(self) -> None:
        """Take lists and arrays for tuples, and numbers of NumPy's."""
        make_plain(self)


def check(settings: VideoSettings) -> None:
    """Raise an `InputError` that names the first setting which cannot be used."""
    for what in ("frame_steps", "passes"):
        number = getattr(settings, what)
        if type(number) is not int:
            raise InputError(f"{what} must be a whole number, not {number!r}")
        check_at_least(what, number, 1)
        check_at_most(what, number, MOST_STEPS)
    check_at_least("temporal_weight", settings.temporal_weight, 0)
    check_at_most("temporal_weight", settings.temporal_weight, 1e30)
    for what in ("hold", "scene"):
        check_at_least(what, getattr(settings, what), 0)
        check_at_most(what, getattr(settings, what), 1)
    back = settings.earlier
    if not back or any(type(one) is not int for one in back) or list(back) != sorted(set(back)):
        raise InputError(f"earlier must be whole numbers that grow, as 1 2 4, not {back!r}")
    check_at_least("earlier", back[0], 1)
    check_at_most("earlier", back[-1], FARTHEST)
    check_choice("flow", settings.flow, get_args(Flow))
