"""Settings of moving pictures: what is added to those of a single one."""

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from jnst.errors import InputError, check_at_least, check_at_most, check_choice
from jnst.methods.plain import make_plain

Flow = Literal["dis", "dis-fast", "raft"]
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
    hold: float = 0.7
    """When a network paints: from 0 to 1, how much of the frame before is kept where its motion is
    known."""
    passes: int = 1
    """How often all frames are gone through, forwards and backwards by turns; each pass after the
    first begins with what there is. Only when pixels are optimized."""
    flow: Flow | None = None
    """What finds the motion: dis, by default when pixels are optimized, dis-fast, by default when a
    network paints, or raft, slower and more exact (weights: jnst weights get raft-small)."""
    scene: float = 0.4
    """A new scene begins where the motion of less than this share of the picture is found."""

    def __post_init__(self) -> None:
        """Take lists and arrays for tuples, and numbers of NumPy's."""
        make_plain(self)


class Part(NamedTuple):
    """Which frames of a clip are taken: times from, and before, in seconds; every so many."""

    start: float = 0.0
    end: float | None = None
    every: int = 1


MEANINGLESS = {
    "frames that are painted alone (no-steady)": (
        "temporal_weight",
        "frame_steps",
        "earlier",
        "hold",
        "passes",
        "flow",
        "scene",
    ),
    "a method that paints in one pass": ("temporal_weight", "frame_steps", "passes"),
    "method pixels": ("hold",),
}
"""Settings by what they mean nothing to."""


def check_meant(settings: VideoSettings, method: str) -> None:
    """Raise an `InputError` for a setting, other than by default, that means nothing here."""
    usual, applies = VideoSettings(), ["method pixels"]
    if method != "pixels":
        applies = ["a method that paints in one pass"]
    if not settings.steady:
        applies.append("frames that are painted alone (no-steady)")
    for what in applies:
        for name in MEANINGLESS[what]:
            if getattr(settings, name) != getattr(usual, name):
                raise InputError(f"{name} means nothing to {what}; leave it out")


def check_part(part: Part) -> None:
    """Raise an `InputError` for a part in which no film has frames."""
    check_at_least("from", part.start, 0)
    check_at_least("every", part.every, 1)
    if part.end is not None and not part.end > part.start:
        raise InputError(f"to must be above from, {part.start:g}, not {part.end:g}")


def check_together(settings: VideoSettings, *, square: bool, flow_files: bool) -> None:
    """Raise an `InputError` for what does not go together: `flow_files` says if there are any."""
    if flow_files and (not settings.steady or settings.flow is not None):
        raise InputError("flow-files takes the place of flow, and of no-steady; leave out one")
    if square:
        raise InputError("a film keeps its shape; leave out square")


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
    if settings.flow is not None:
        check_choice("flow", settings.flow, get_args(Flow))
