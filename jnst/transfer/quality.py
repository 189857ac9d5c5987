"""Quality by name: more or fewer steps than the settings have."""

import dataclasses

from jnst.errors import InputError, check_choice
from jnst.transfer.checks import check
from jnst.transfer.onepass.checks import DEFAULT, called
from jnst.transfer.settings import Settings

QUALITY = {"instant": 0.0, "draft": 0.3, "normal": 1.0, "best": 3.0}
"""Factors that the numbers of steps are multiplied by; with none a network paints in one pass."""


def with_quality(settings: Settings, quality: str, *, preset: str | None = None) -> Settings:
    """Return the settings with the steps, however they came about, times those of `QUALITY`.

    Where that is 0, by the method `onepass.checks.DEFAULT` in place of optimizing pixels. `preset`
    is the name of the one that they began with, if any.

    Raises `InputError` for an unknown quality, one that the method has no steps for, a preset with
    a method that paints in one pass, and for settings that cannot be used: as they were asked for,
    not as multiplied.
    """
    factor = QUALITY[check_choice("quality", quality, QUALITY)]
    asked = ""
    if not factor and settings.method == "pixels":
        settings, asked = dataclasses.replace(settings, method=DEFAULT), f"quality {quality}"
    if settings.method != "pixels" and preset not in (None, "default"):
        given = "quality instant" if not factor else called(settings)
        raise InputError(
            f"preset {preset} says how pixels are optimized, and {given} paints in one pass; leave "
            "out one of them"
        )
    check(settings, asked=asked)
    if settings.method != "pixels":
        if factor not in (0, 1):
            raise InputError(
                f"{called(settings)} paints in one pass, to which quality {quality} means nothing; "
                "leave it out"
            )
        return settings
    steps = tuple(times(count, quality) for count in settings.steps)
    return dataclasses.replace(settings, steps=steps)


def times(count: int | float, quality: str) -> int:
    """Return a number of steps times the factor of a quality, and at least 1.

    Of a quality that has none it is the number itself.
    """
    return max(1, round((QUALITY[quality] or 1) * count))
