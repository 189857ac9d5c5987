"""What a style is given by: paintings, a trained network's file, or nothing."""

import dataclasses
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from jnst.errors import InputError
from jnst.transfer.onepass.checks import WITHOUT_PAINTING
from jnst.transfer.settings import Settings
from jnst.weights.suffixes import OTHERS, TRAINED, suffix_of

Source = Any
"""A picture as `jnst.pictures.files.read` takes it, or the path of a network's file. By its name
alone: what reads pictures is slow to import, and the command line asks this of every path."""
SUFFIXES = (TRAINED, *OTHERS)
"""Suffixes of the files of trained networks: jnst's own, and others'."""


def is_network(source: Source) -> bool:
    """Tell whether a style is a trained network, by the suffix of its file."""
    return isinstance(source, str | os.PathLike) and suffix_of(Path(source)) in SUFFIXES


def with_styles(settings: Settings, styles: Iterable[Source]) -> Settings:
    """Return the settings with the method that goes with these styles: "trained" for a network.

    Raises `InputError` where another one was asked for than by default.
    """
    if not any(map(is_network, styles)):
        return settings
    if settings.method not in ("pixels", "trained"):
        raise InputError(
            f"a trained network takes the place of the painting, and method {settings.method} has "
            "its own; leave out one of them"
        )
    return dataclasses.replace(settings, method="trained")


def network_and_paintings(
    styles: Sequence[Source], settings: Settings
) -> tuple[Path | None, Sequence[Source]]:
    """Return the file of a trained network, if the method wants one, and the paintings.

    Whether a network takes paintings, or has styles of its own, is known when its file is read; see
    `jnst.transfer.onepass.method`. Raises `InputError` where the method wants others.
    """
    method = settings.method
    if method == "trained":
        named = (one for one in styles if isinstance(one, str | os.PathLike))
        networks = [Path(one) for one in named if is_network(one)]
        if len(networks) == 1:
            return networks[0], tuple(one for one in styles if not is_network(one))
        if networks:
            raise InputError(
                f"one trained network paints a picture, not {' and '.join(map(str, networks))}; "
                "leave out the others"
            )
        raise InputError(
            f"method trained needs a network, a file ending in {', '.join(SUFFIXES)}, in place of "
            "the painting, or beside it"
        )
    if styles and method in WITHOUT_PAINTING:
        raise InputError(f"method {method} has styles of its own; leave out the painting")
    if not styles and method not in WITHOUT_PAINTING:
        raise InputError("give at least one style picture")
    return None, styles
