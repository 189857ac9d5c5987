"""Choices that the page offers, and the settings made from them."""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any, get_args, get_type_hints

import msgspec

from jnst.errors import InputError, check_choice
from jnst.pictures import files
from jnst.transfer.onepass.checks import DEFAULT, MEANT
from jnst.transfer.presets import PRESETS, preset, summary
from jnst.transfer.presets.looks import LOOKS
from jnst.transfer.quality import QUALITY, times, with_quality
from jnst.transfer.settings import Settings
from jnst.video.settings import MEANINGLESS, VideoSettings
from jnst.web import tries
from jnst.web.films import KINDS, missing
from jnst.web.labels import VALUES, labels
from jnst.web.pair import MOST
from jnst.weights import store

PAGE = pathlib.Path(__file__).parent / "page"
"""The folder of the page's files."""
CHANGEABLE = (
    "size",
    "content_weight",
    "style_weight",
    "tv_weight",
    "style_size",
    "colour",
    "init",
    "seed",
)
"""The settings that the page can change; all others are the preset's."""


def choices() -> dict[str, Any]:
    """Return what can be chosen, as JSON has it: presets and what they say of themselves, etc.

    `instant` are the settings that mean something where the quality is that, `silent` those that
    mean nothing, by method; `no_films` says why none can be painted, where a package is missing.
    """
    hints = get_type_hints(Settings)
    colours = get_args(next(kind for kind in get_args(hints["colour"]) if get_args(kind)))
    return {
        "presets": [_offer(name) for name in PRESETS],
        "qualities": QUALITY,
        "instant": [name for name in CHANGEABLE if name in MEANT[DEFAULT]],
        "silent": {method: silent(method) for method in ("pixels", *MEANT)},
        "labels": labels(),
        "values": VALUES,
        "tries": tries.offered(),
        "most_paintings": MOST,
        "colours": colours,
        "inits": get_args(hints["init"]),
        "suffixes": files.suffixes(),
        "films": list(KINDS),
        "no_films": missing(),
    }


def silent(method: str) -> list[str]:
    """List the settings, of pictures and of films, that mean nothing to a method."""
    names = [field.name for field in dataclasses.fields(Settings)]
    if method == "pixels":
        return ["strength", "style_number", *MEANINGLESS["method pixels"]]
    films = MEANINGLESS["a method that paints in one pass"]
    return [*(name for name in names if name not in MEANT[method]), *films]


def settings_for(name: str, quality: str, changes: Mapping[str, Any]) -> Settings:
    """Return a preset's settings with some of `CHANGEABLE` changed, the steps times the quality.

    Raises `InputError`, as the command line does, for what cannot be used.
    """
    settings = preset(name)
    for what in changes:
        check_choice("setting", what, CHANGEABLE)
    for what, value in changes.items():
        table = dataclasses.asdict(settings) | {what: value}
        try:
            settings = msgspec.convert(table, Settings)
        except msgspec.ValidationError as error:
            raise InputError(f"{what}: {str(error).partition(' - at')[0].lower()}") from None
        except UnicodeError:  # half of a pair of surrogates, which JSON can hold
            raise InputError(f"{what}: it is no text") from None
    return with_quality(settings, quality, preset=name)


def video_for(quality: str) -> VideoSettings:
    """Return how the frames of a film are held together, the steps times the quality."""
    usual = VideoSettings()
    return dataclasses.replace(usual, frame_steps=times(usual.frame_steps, quality))


def _offer(name: str) -> dict[str, Any]:
    """Describe a preset; `usable` is whether the weights of its network are there."""
    settings = preset(name)
    table = {what: getattr(settings, what) for what in CHANGEABLE}
    usable = store.find(settings.backbone) is not None or settings.weights == "random"
    look, picture = LOOKS[name], thumbnail(name)
    told = {"name": name, "title": look.title, "about": look.about, "usable": usable, **table}
    told["picture"] = picture if (PAGE / picture).exists() else None
    return told | {"summary": summary(PRESETS[name])}


def thumbnail(preset: str) -> str:
    """Return the name of a preset's thumbnail among the files of the page, if it has one."""
    return f"look-{preset}.jpg"
