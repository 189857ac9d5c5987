"""Painting of a film for the page, by the process of `jnst.web.painter`.

Finished frames are kept in the run's folder, by which a run that was stopped or killed goes on.
"""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from jnst.arrays import AnyPicture
from jnst.display.terminal import next_look, time_left
from jnst.errors import InputError
from jnst.pictures import resizing
from jnst.transfer.pictures import cut
from jnst.transfer.preview import preview
from jnst.transfer.settings import Settings
from jnst.video.recipe import Film, Moment
from jnst.video.run import Given, OpenedFilm, costs, finished, open_given, open_run, paint, write
from jnst.video.settings import VideoSettings
from jnst.video.sound import Sound, check_sound
from jnst.video.store import Store
from jnst.web import reports
from jnst.web.records import Painted

PARTS = 20
"""Into so many parts the time of a frame is cut, after each of which the time left is known."""
NO_SOUND = "Without its sound: an .mp4 does not hold that kind."
"""What is said of a film whose sound was left out."""


def paint_film(
    folder: Path, given: Given, settings: Settings, video: Mapping[str, Any]
) -> InputError | KeyboardInterrupt | None:
    """Paint a film as `film.mp4` in a folder, which must be held; return what ended it early.

    The film is then as long as it was painted, and its frames stay to go on with.

    Raises:
        InputError: for what cannot be painted, and for what the disk refuses.
        KeyboardInterrupt: if it was stopped before the first frame was finished.

    """
    frames, sound = open_given(given, sound=True)
    with contextlib.closing(frames):
        sound, notes = _that_fits(sound)
        opened = open_run(given, frames, sound, settings, msgspec.convert(video, VideoSettings))
        store = Store(folder, opened.facts)
        notes = [*notes, *(one.replace(str(given.clip), "The film") for one in opened.notes)]
        show = progress_writer(folder, opened, store, notes)
        try:
            trouble = paint(opened, store, show)
        except KeyboardInterrupt:
            (folder / "progress.json").unlink(missing_ok=True)  # nothing of it is kept
            raise
        write(opened, store, folder / "film.mp4")
        show(None)
    if trouble is None:
        store.remove()
    return trouble


def progress_writer(
    folder: Path, opened: OpenedFilm, store: Store, notes: Sequence[str]
) -> Callable[[Moment | None], None]:
    """Return a function that leaves a preview and `progress.json` in a folder, now and then.

    It takes a `Moment`, of which the newest frame is shown; or None when the film is over, of which
    the frame in the middle is to stand for it. Where there is no frame yet, a preview in one pass
    is left at once.
    """
    film, first = opened.film, store.done
    left = time_left([cost for cost in costs(opened)[first:] for _ in range(PARTS)])
    began, before, due = time.monotonic(), reports.seconds_before(folder), 0.0
    aspect = getattr(film.frames.clip, "pixel_aspect", Fraction(1))

    def leave(picture: AnyPicture, steps: int, share: float, seconds: float | None) -> None:
        height, width = picture.shape[1], max(1, round(picture.shape[2] * aspect))
        painted = Painted(
            step=store.done,
            steps=steps,
            size=(width, height),
            left=seconds,
            seconds=before + time.monotonic() - began,
            curve=[],
            share=share,
            notes=list(notes),
        )
        reports.leave(folder, resizing.resize(picture, height, width), painted)

    def show(moment: Moment | None) -> None:
        nonlocal due
        if moment is None:
            whole = store.done == film.count
            middle = min(store.done, len(film.frames.times)) // 2
            leave(_stored(film, store, middle), film.count, 0.0, 0.0 if whole else None)
            return
        now = time.monotonic()
        seconds = left(int(PARTS * (moment.done - first + moment.share)))
        if now >= due:
            leave(_newest(film, store, moment), film.count, moment.share, seconds)
            due = next_look(now, reports.SHOW_EVERY)

    if not first and (found := preview(film.first, film.settings)) is not None:
        leave(_coloured(film, 0, cut(film.first, film.settings, found.best)), 0, 0.0, None)
    return show


def _newest(film: Film, store: Store, moment: Moment) -> AnyPicture:
    """Return the frame that is being painted, or has just been finished."""
    count = len(film.frames.times)
    if not moment.share:
        return _stored(film, store, (moment.done - 1) % count)
    picture = cut(film.first, film.settings, moment.progress.best)
    return _coloured(film, moment.done % count, picture)


def _stored(film: Film, store: Store, number: int) -> AnyPicture:
    return _coloured(film, number, store.newest(number, film.video.passes))


def _coloured(film: Film, number: int, picture: AnyPicture) -> AnyPicture:
    picture, _ = finished(film, number, picture)  # its transparency is not shown
    return picture


def _that_fits(sound: Sound | None) -> tuple[Sound | None, list[str]]:
    """Leave out a sound that an .mp4 does not hold, and say so."""
    if sound is None:
        return None, []
    try:
        check_sound(sound, ".mp4", "mp4")
    except InputError:
        return None, [NO_SOUND]
    return sound, []
