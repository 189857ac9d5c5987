"""A run that is asked for: its pictures found, its settings made, and both checked."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import msgspec

from jnst.errors import InputError
from jnst.runs.record import record
from jnst.transfer.onepass.checks import check_own_styles
from jnst.transfer.settings import Settings
from jnst.transfer.sizes import check_sizes
from jnst.video.settings import VideoSettings
from jnst.web import estimate, masks, pair, tries
from jnst.web.choices import settings_for, video_for
from jnst.web.records import Painting, Run
from jnst.web.store import Store


@dataclass
class Wanted:
    """A run that is asked for: pictures by ID, a preset, and what is changed of it.

    The content may be a film.
    """

    content: str
    paintings: list[Painting]
    preset: str = "default"
    quality: str = "normal"
    changes: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Order:
    """What is asked for, with the pictures and settings that it comes to."""

    wanted: Wanted
    pictures: pair.Chosen
    settings: Settings
    video: VideoSettings | None

    def check_masks(self, store: Store) -> None:
        """Raise `InputError` where masks cannot be used."""
        found = self.pictures.masks
        masks.completed([one and str(store.picture_file(one, "original")) for one in found])

    def expected(self, store: Store) -> estimate.Estimate:
        """Return how long it is going to take."""
        film = self.pictures.content.film
        frames = None if film is None or self.video is None else (film.frames, self.video)
        return estimate.expected(
            store,
            self.settings,
            (self.pictures.content.height, self.pictures.content.width),
            preset=self.wanted.preset,
            film=frames,
        )

    def add_to(self, store: Store) -> Run:
        """Keep the run."""
        made_with = record(self.settings, pair.inputs(self.pictures))
        return store.add_run(
            content=self.wanted.content,
            paintings=self.wanted.paintings,
            preset=self.wanted.preset,
            quality=self.wanted.quality,
            changes=self.wanted.changes,
            made_with=msgspec.to_builtins(made_with, enc_hook=str),
            video=self.video and msgspec.to_builtins(self.video),
            expected=self.expected(store).seconds,
        )


def ordered(store: Store, wanted: Wanted) -> Order:
    """Return what is asked for; raise `InputError` for what cannot be painted."""
    settings = settings_for(wanted.preset, wanted.quality, wanted.changes)
    pictures = pair.chosen(store, wanted.content, wanted.paintings)
    settings = dataclasses.replace(settings, blend=pair.blend(pictures))
    content, styles = pictures.content, pictures.styles
    if styles[0].named:
        settings = _of_the_network(settings, [one.named for one in styles])
    else:
        sizes = [(given.height, given.width) for given in (content, *styles)]
        check_sizes(settings, sizes[0], sizes[1:])
    return Order(wanted, pictures, settings, content.film and video_for(wanted.quality))


def _of_the_network(settings: Settings, names: list[str]) -> Settings:
    """Return the settings of styles by name, which a network paints in one pass."""
    if settings.method == "pixels":
        raise InputError(
            "style: it is a style that a network has learnt, and paints in one pass; take quality "
            "instant, or a picture"
        )
    settings = dataclasses.replace(settings, method="trained", style_number=tuple(names))
    check_own_styles(settings, [*tries.TRIES][1:])
    return settings
