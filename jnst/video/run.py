"""A film from beginning to end: opened, painted until it is over or stopped, and written."""

import dataclasses
import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from jnst.arrays import AnyPicture
from jnst.errors import InputError
from jnst.pictures import colour, files, resizing
from jnst.runs.checkpoint import digest
from jnst.runs.signals import interruptions, uninterrupted
from jnst.transfer.pictures import read
from jnst.transfer.settings import Settings
from jnst.transfer.stages import plan
from jnst.version import __version__
from jnst.video import encoding
from jnst.video.frames import Chosen, chosen, open_clip
from jnst.video.recipe import Film, Moment, frame_of, open_film, paint_film
from jnst.video.settings import Part, VideoSettings
from jnst.video.sound import Sound, sound_of
from jnst.video.stills import Numbered
from jnst.video.store import Store
from jnst.weights.onepass import located

_CHUNK = 2**22
"""Bytes of a film that are read at a time."""


@dataclass(frozen=True)
class Given:
    """What a film is made of: a moving picture, which part of it, and the styles."""

    clip: Path
    styles: Sequence[files.Source]
    part: Part
    rate: float | None = None
    masks: Sequence[files.Source] = ()
    flow_files: Path | None = None

    def paths(self) -> list[Path]:
        """List all that are files."""
        named = (one for one in (*self.styles, *self.masks) if isinstance(one, str | os.PathLike))
        return [self.clip, *map(Path, named)]


@dataclass(frozen=True)
class OpenedFilm:
    """A film that is ready to be painted, and the facts by which it is known again."""

    film: Film
    facts: dict[str, Any]
    sound: Sound | None
    notes: Sequence[str]


def open_given(given: Given, *, sound: bool) -> tuple[Chosen, Sound | None]:
    """Open the moving picture, and find its sound, if it is to have one.

    Raises `InputError` for what cannot be read.
    """
    frames = chosen(open_clip(given.clip, rate=given.rate), given.part)
    clip: Any = frames.clip
    if not sound or frames.sound is None:
        return frames, None
    whole = frames.duration == clip.duration
    return frames, sound_of(frames.sound, clip.begin + frames.begin, whole=whole)


def open_run(
    given: Given,
    frames: Chosen,
    sound: Sound | None,
    settings: Settings,
    video: VideoSettings,
) -> OpenedFilm:
    """Read the styles and load all that a film needs; raise `InputError` for what is unusable."""
    first = read(frames.frame(0), list(given.styles), settings, masks=list(given.masks))
    film = open_film(frames, first, settings, video, flow_files=given.flow_files)
    params = getattr(film.loaded, "params", None)  # a trained network is among the styles' files
    facts = {
        "other settings": dataclasses.asdict(settings),
        "other settings of the film": dataclasses.asdict(video),
        "another part of the clip": list(given.part),
        "another rate": given.rate,
        "other flow files": given.flow_files and str(given.flow_files),
        "another clip": _digest(frames.clip, given.clip),
        "other styles": [_of_source(one) for one in (*given.styles, *given.masks)],
        "other weights": None if params is None else digest(params),
        "another version of jnst": __version__,
    }
    notes = [*getattr(frames.clip, "notes", ()), *first.notes]
    return OpenedFilm(film, facts, sound, notes)


def check_space(folder: Path, film: Film) -> None:
    """Raise an `InputError` where the disk has no room for the frames of a film."""
    height, width = film.seen(0).shape[1:3]
    wanted = len(film.frames.times) * height * width * 6  # three values of 16 bits
    free = shutil.disk_usage(folder).free
    if wanted > free:
        raise InputError(
            f"the frames of the film take {wanted / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free "
            f"in {folder}; choose another folder by --checkpoint, or a smaller --size"
        )


def costs(opened: OpenedFilm) -> list[float]:
    """List the time that each frame takes, relative to the others."""
    film = opened.film
    count = film.count
    if film.settings.method != "pixels":
        return [1.0] * count
    stages = plan(film.first, film.settings)
    alone = sum(stage.steps * stage.size**2 for stage in stages)
    later = film.video.frame_steps * stages[-1].size ** 2 if film.video.steady else alone
    return [float(alone), *[float(later)] * (count - 1)]


def paint(
    opened: OpenedFilm, store: Store, watch: Callable[[Moment], None]
) -> InputError | KeyboardInterrupt | None:
    """Paint all frames, or until something stops it; return what did.

    Raises:
        InputError: where it fails before there is a frame.
        KeyboardInterrupt: where it is interrupted before.

    """
    with interruptions() as interruption:
        try:
            for moment in paint_film(opened.film, store):
                watch(moment)
                if store.done and (come := interruption()) is not None:
                    return come
        except (InputError, KeyboardInterrupt) as error:
            if not store.done:
                raise
            return error
    return None


def finished(film: Film, number: int, picture: AnyPicture) -> encoding.Frame:
    """Return a painted frame in the colours, and with the transparency, that it is to have."""
    kind = film.settings.colour
    if kind is None and not film.frames.transparent:
        return picture, None
    original, alpha = files.read_with_alpha(frame_of(film.frames, film.first, number))
    if alpha is not None:
        alpha = resizing.resize_mask(alpha, *picture.shape[1:3])
    return picture if kind is None else colour.after(kind, picture, original), alpha


class Written(NamedTuple):
    """How many frames were written, and their height and width in pixels."""

    count: int
    size: tuple[int, int]


def write(opened: OpenedFilm, store: Store, path: Path) -> Written:
    """Write the film as far as it is painted; return how many frames, and how large.

    Raises `InputError` for what the disk refuses; the frames stay in the store.
    """
    film, frames = opened.film, opened.film.frames
    count = min(store.done, len(frames.times))
    times = list(frames.times[:count])
    end = frames.times[count] if count < len(frames.times) else frames.duration
    sound = opened.sound
    if sound is not None and count < len(frames.times):
        sound = sound._replace(whole=False, late=Fraction(0))  # as a part has it
    with uninterrupted():
        size = encoding.write(
            path,
            (finished(film, i, store.newest(i, film.video.passes)) for i in range(count)),
            encoding.Timing(times, Fraction(end)),
            sound=sound,
            pixel_aspect=getattr(frames.clip, "pixel_aspect", Fraction(1)),
            alpha=frames.transparent,
        )
    return Written(count, size)


def _digest(clip: Any, path: Path) -> str:
    """Return a number that changes with the film, or with the names and sizes of its pictures."""
    found = hashlib.sha256()
    if isinstance(clip, Numbered):
        for one in clip.paths:
            found.update(f"{one.name} {os.path.getsize(one)}\n".encode())
        return found.hexdigest()
    return _of_file(path)


def _of_source(source: files.Source) -> str:
    """Return a hash of a picture, or of what the file holds that it is in."""
    if isinstance(source, str | os.PathLike):
        return _of_file(Path(source))
    return digest(files.read(source))


def _of_file(path: Path) -> str:
    """Return a hash of what a file holds; of a network among the weights, by its name there."""
    found = hashlib.sha256()
    with open(located(path), "rb") as stream:
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()
