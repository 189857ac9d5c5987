"""Records of pictures and runs, each in a file of its own, as JSON."""

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

    `number` counts pictures and runs in the order they came: clocks can go back.
    """

    id: str
    name: str
    width: int
    height: int
    created: float
    sample: bool = False
    number: int = 0
    film: Film | None = None


class Run(msgspec.Struct):
    """A run: the IDs of its pictures, what was chosen, what it is made with, and how it stands.

    `number` is as that of `Given`; `video` is what a film is made with beside, for a picture None.
    `status` is queued, running, stopping or one of `RESTING`; `reason` says why it failed.
    """

    id: str
    content: str
    style: str
    preset: str
    quality: str
    changes: dict[str, Any]
    made_with: dict[str, Any]
    created: float
    status: str = "queued"
    reason: str = ""
    number: int = 0
    video: dict[str, Any] | None = None


class Painted(msgspec.Struct):
    """Progress of a run, as its painter leaves it in `progress.json`.

    Step 0 of 0 is a preview: it comes before the steps are planned. `size` is width and height,
    `left` seconds, `curve` steps and their total losses, thinned out. The steps of a film are its
    frames; `share` is how much of the next one is painted, `notes` what is not as it was given.
    """

    step: int
    steps: int
    size: tuple[int, int]
    left: float | None
    seconds: float
    curve: list[tuple[int, float]]
    share: float = 0.0
    notes: list[str] = msgspec.field(default_factory=list)
