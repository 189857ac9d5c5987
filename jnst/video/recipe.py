"""A film, painted frame by frame, each held to the ones before it.

By optimization, after Ruder, Dosovitskiy and Brox (GCPR 2016, arXiv:1604.08610): the first frame as
a single picture; each later one begins with the earlier result, warped onto it, and has a loss that
holds it there. Departures: where the warped result is not to be trusted, a frame begins with its
photograph; later frames have their last size alone; a further pass begins with what the pass before
left, where the paper begins with frames that were painted alone. By a network, the frame is painted
as always, and mixed with the warped earlier result where that is to be trusted.
"""

import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from jnst.arrays import AnyPicture, Picture
from jnst.errors import InputError
from jnst.losses.temporal import Earlier
from jnst.methods.progress import Progress
from jnst.pictures import files, resizing
from jnst.transfer.extents import extents
from jnst.transfer.frames import as_seen, next_frame, with_fitted_styles
from jnst.transfer.methods import METHODS
from jnst.transfer.pictures import Held, Pictures, cut
from jnst.transfer.settings import Settings
from jnst.video import consistency, raft
from jnst.video.flow import Between, check_folder, estimator, in_folder
from jnst.video.frames import Chosen
from jnst.video.settings import VideoSettings, check, check_together
from jnst.video.store import Store
from jnst.video.warp import warped


class Moment(NamedTuple):
    """Where a film is: frames that are finished, over all passes, and the step of the next one.

    `share` is how much of the next one is painted, `count` how many there are in all.
    """

    done: int
    share: float
    progress: Progress
    count: int


@dataclass(frozen=True)
class Film:
    """A film that is ready to be painted.

    `first` are the pictures of its first frame; `seen` gives each frame as large as the result,
    in its own colours.
    """

    frames: Chosen
    first: Pictures
    settings: Settings
    video: VideoSettings
    loaded: Any
    flow: Between | None
    seen: Callable[[int], Picture]

    @property
    def count(self) -> int:
        """How many frames are to be painted, over all passes."""
        return len(self.frames.times) * self.video.passes


def open_film(
    frames: Chosen,
    first: Pictures,
    settings: Settings,
    video: VideoSettings,
    *,
    flow_files: Path | None = None,
) -> Film:
    """Load all that a film needs.

    Given a folder in `flow_files`, the flow is read from there; see `jnst.video.flow.in_folder`.
    Raises `InputError` for settings that cannot be used.
    """
    check(video)
    check_together(video, square=settings.square, flow_files=flow_files is not None)
    if first.start is not None:
        raise InputError("each frame begins with the one before it; leave out start")
    inner, _ = extents(first.original.shape[1:3], settings)

    @functools.lru_cache(maxsize=max(video.earlier) + 2)
    def seen(number: int) -> Picture:
        return resizing.resize(files.read(frame_of(frames, first, number)), *inner)

    flow = None
    if flow_files is not None:
        flow = in_folder(flow_files, frames.numbers, inner)
        check_folder(flow_files, frames.numbers, video.earlier)
    elif video.steady and len(frames.times) > 1:
        if video.flow == "raft":
            raft.check_sides(*inner)
        estimate = estimator(video.flow or ("dis" if settings.method == "pixels" else "dis-fast"))
        flow = lambda number, other: estimate(seen(number), seen(other))  # noqa: E731
    loaded = METHODS[settings.method].load(settings, many=True)
    if settings.method == "pixels":
        first = with_fitted_styles(first, settings)
    return Film(frames, first, settings, video, loaded, flow, seen)


def frame_of(frames: Chosen, first: Pictures, number: int) -> np.ndarray:
    """Read a frame; raise an `InputError` where it has another size than the first."""
    frame, (height, width) = frames.frame(number), first.original.shape[1:3]
    if frame.shape[:2] != (height, width):
        raise InputError(
            f"frame {number + 1} is {frame.shape[1]} x {frame.shape[0]} pixels, and the first "
            f"{width} x {height}; a film has frames of one size"
        )
    return frame


def paint_film(film: Film, store: Store) -> Iterator[Moment]:
    """Paint all frames that are not in the store yet; yield after each step, and each frame.

    When a `Moment` comes whose share is 0, its frames are in the store.

    Raises:
        InputError: for frames that cannot be read, or painted.

    """
    count = len(film.frames.times)
    for position in range(store.done, film.count):
        turn, place = divmod(position, count)
        backwards = turn % 2 == 1
        number = count - 1 - place if backwards else place
        last = None
        for last in _steps(film, store, number, turn, backwards=backwards):
            yield Moment(position, last.share, last.progress, film.count)
        assert last is not None  # a plan has at least one step
        store.put(number, turn, last.picture)
        yield Moment(position + 1, 0.0, last.progress, film.count)


class _Step(NamedTuple):
    """A step of a frame: how much of the frame is painted, and the frame as it is."""

    share: float
    progress: Progress
    picture: AnyPicture


def _steps(film: Film, store: Store, number: int, turn: int, *, backwards: bool) -> Iterator[_Step]:
    settings, method = film.settings, METHODS[film.settings.method]
    earlier = held_by(film, store, number, turn, backwards=backwards)
    frame = frame_of(film.frames, film.first, number)
    own = store.get(number, turn - 1) if turn else None
    if settings.method != "pixels" or (earlier is None and own is None):
        pictures = next_frame(film.first, frame, settings)
    else:
        settings = _later(settings, film.video)
        begin = as_seen(film.seen(number), settings) if own is None else own
        held = None
        if earlier is not None:
            begin = earlier.weights * earlier.picture + (1 - earlier.weights) * begin
            held = Held(earlier.picture, earlier.weights, film.video.temporal_weight)
        pictures = next_frame(film.first, frame, settings, start=begin, held=held)
    plan = method.plan(pictures, settings, loaded=film.loaded)
    spent = [0.0, *itertools.accumulate(plan.costs)]
    for progress in plan.steps():
        picture = cut(pictures, settings, progress.best)
        if settings.method != "pixels" and earlier is not None:
            kept = film.video.hold * earlier.weights
            picture = (1 - kept) * picture + kept * earlier.picture
        yield _Step(spent[progress.step] / spent[-1], progress, picture)


def _later(settings: Settings, video: VideoSettings) -> Settings:
    """Return the settings of a frame that begins with what there is: its last size alone."""
    return dataclasses.replace(
        settings, first_size=None, steps=(video.frame_steps,), init_noise=0.0
    )


def held_by(film: Film, store: Store, number: int, turn: int, *, backwards: bool) -> Earlier | None:
    """Warp the earlier results onto a frame; None where it begins a scene, or is to be alone."""
    if film.flow is None:
        return None
    found, frame = [], film.seen(number)
    for back in film.video.earlier:
        other = number + back if backwards else number - back
        if not 0 <= other < len(film.frames.times):
            continue
        backward, forward = film.flow(number, other), film.flow(other, number)
        weights = consistency.reliable(backward, forward)
        alike = consistency.alike(frame, warped(film.seen(other), backward))
        if np.mean(weights * alike) < film.video.scene:
            if not found:
                return None
            continue
        if film.settings.method != "pixels":
            weights = weights * alike
        found.append((warped(store.get(other, turn), backward, sharply=True), weights))
    return consistency.closest_first(found) if found else None
