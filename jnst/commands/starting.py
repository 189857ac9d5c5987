"""Where options begin: with a preset, or with what a picture of jnst was made with."""

import argparse
import dataclasses
from collections.abc import Sequence
from typing import Any

from jnst.commands.pictures import check_readable
from jnst.errors import InputError, check_choice
from jnst.runs.record import Inputs, restore
from jnst.transfer.onepass.checks import DEFAULT, MEANT, called
from jnst.transfer.onepass.sources import is_network
from jnst.transfer.presets import preset
from jnst.transfer.quality import QUALITY
from jnst.transfer.settings import Settings
from jnst.video import presets as films


def asked(words: Sequence[str], *names: str) -> argparse.Namespace:
    """Return the values of a few options among all words, None for those that are not there."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in names:
        parser.add_argument(name, nargs="?", type=lambda word: None if word == "None" else word)
    return parser.parse_known_args(list(words))[0]


def of_pictures(words: Sequence[str]) -> dict[str, Any]:
    """Find the settings and pictures that the other options are based on, by the names of fields.

    By `--preset`, or those of the picture that `--like` names, as far as they mean something to the
    method that is asked for.

    Raises:
        InputError: for an unknown name, a picture without settings, and a quality that contradicts
            the method.

    """
    given = asked(words, "--preset", "--like", "--quality", "--method")
    settings, inputs = Settings(), Inputs()
    if given.like is not None:
        if given.preset is not None:
            raise InputError("give --preset or --like, not both")
        settings, inputs = _made_with(given.like)
        settings = _without_idle(settings, _method(words, given, settings))
    if given.preset is not None:
        settings = preset(given.preset)
    if given.quality is not None:
        _check_quality(given.quality, given.method, settings)
    return {"settings": settings, "inputs": inputs}


def _made_with(path: str) -> tuple[Settings, Inputs]:
    check_readable(path)
    from jnst.pictures import files  # here: what reads pictures takes long to import

    found = files.read_settings(path)
    if found is None:
        raise InputError(f"{path} holds no settings of jnst to make it again")
    return restore(found)


def _method(words: Sequence[str], given: argparse.Namespace, before: Settings) -> str:
    """Return the method that is painted by, as words tell: it may not be that of `before`."""
    if given.method is not None:
        return given.method
    if before.method == "pixels" and any(map(is_network, words)):
        return "trained"
    return DEFAULT if before.method == "pixels" and given.quality == "instant" else before.method


def _without_idle(settings: Settings, method: str) -> Settings:
    """Return a picture's settings, by default where they mean nothing to another method.

    Nobody typed these, so they are no mistake.
    """
    if method == settings.method or method not in ("pixels", *MEANT):
        return settings
    fields = {field.name: field.default for field in dataclasses.fields(Settings)}
    meant = MEANT.get(method, {*fields} - {"strength", "style_number"}) | {"method"}
    return dataclasses.replace(settings, **{k: v for k, v in fields.items() if k not in meant})


def of_films(words: Sequence[str]) -> dict[str, Any]:
    """Return the settings of frames and film that `--preset` names, by the names of fields.

    Raises `InputError` for an unknown name.
    """
    name = asked(words, "--preset").preset
    if name is None:
        return {}
    settings, video = films.preset(name)
    return {"settings": settings, "video": video}


def _check_quality(quality: str, method: str | None, before: Settings) -> None:
    """Raise an `InputError` for an unknown quality, or one whose steps the method does not have.

    `method` is the one that was asked for, `before` has that of the picture that `--like` names: a
    default would give way, and a word of the user's must not.
    """
    check_choice("quality", quality, QUALITY)
    if quality == "instant" and method == "pixels":
        raise InputError(
            "quality instant paints in one pass, and method pixels step by step; leave out one of "
            "them"
        )
    chosen = dataclasses.replace(before, method=method or before.method)
    if quality != "instant" and chosen.method in MEANT:
        raise InputError(
            f"{called(chosen)} paints in one pass, to which quality {quality} means nothing; leave "
            "it out, or take method pixels"
        )
