"""Records of pictures and runs, each in a file of its own, as JSON."""

from dataclasses import dataclass
from typing import Any

import msgspec

RESTING = ("done", "stopped", "failed")
"""Statuses of a run with nothing left to do."""


class Film(msgspec.Struct, frozen=True):
    """What makes a film of a picture: its kind, one of `jnst.web.films.KINDS`, and its length."""

    kind: str
    frames: int
    seconds: float


class Given(msgspec.Struct, frozen=True):
    """A picture that was given: what its file was called, and its size in pixels; or a film.

    `number` counts pictures and runs in the order they came: clocks can go back. `named` is the
    name of a network's own style, which the picture is a sample of; `mask` tells a mask.
    """

    id: str
    name: str
    width: int
    height: int
    created: float
    sample: bool = False
    number: int = 0
    film: Film | None = None
    named: str = ""
    mask: bool = False


@dataclass(frozen=True)
class Painting:
    """A painting of a run: the ID of its picture, how much it counts, and the ID of its mask."""

    picture: str
    weight: float = 1.0
    mask: str | None = None


class Run(msgspec.Struct):
    """A run: the IDs of its pictures, what was chosen, what it is made with, and how it stands.

    `number` is as that of `Given`; `video` is what a film is made with beside, for a picture None.
    `expected` is how many seconds it was thought to take. Older records have one `style` alone.
    `status` is queued, running, stopping or one of `RESTING`; `reason` says why it failed.
    """

    id: str
    content: str
    preset: str
    quality: str
    changes: dict[str, Any]
    made_with: dict[str, Any]
    created: float
    status: str = "queued"
    reason: str = ""
    number: int = 0
    video: dict[str, Any] | None = None
    paintings: list[Painting] = msgspec.field(default_factory=list)
    expected: float | None = None
    style: str | None = None

    def __post_init__(self) -> None:
        """Take over what an older record has."""
        if self.style is not None:
            self.paintings, self.style = [Painting(self.style)], None
        if not self.paintings:
            raise ValueError("a run without paintings")

    def pictures(self) -> set[str]:
        """Return the IDs of all that it is made of."""
        masks = {one.mask for one in self.paintings if one.mask is not None}
        return {self.content, *(one.picture for one in self.paintings), *masks}


class Painted(msgspec.Struct):
    """Progress of a run, as its painter leaves it in `progress.json`.

    Step 0 of 0 is a preview: it comes before the steps are planned. `size` is width and height,
    `left` seconds, `curve` steps and their total losses, thinned out. The steps of a film are its
    frames; `share` is how much of the next one is painted, `notes` what is not as it was given.
    `stages` are the sizes that are painted one after another, each with its steps. `ready` is how
    many seconds went by until the first step, `pace` how many a unit of cost took since, where that
    is known; see `jnst.web.estimate`.
    """

    step: int
    steps: int
    size: tuple[int, int]
    left: float | None
    seconds: float
    curve: list[tuple[int, float]]
    share: float = 0.0
    notes: list[str] = msgspec.field(default_factory=list)
    stages: list[tuple[int, int]] = msgspec.field(default_factory=list)
    ready: float | None = None
    pace: float | None = None
