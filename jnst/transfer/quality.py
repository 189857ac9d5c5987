"""Quality by name: more or fewer steps than the settings have."""

import dataclasses

from jnst.errors import check_choice
from jnst.transfer.checks import check
from jnst.transfer.settings import Settings

QUALITY = {"draft": 0.3, "normal": 1.0, "best": 3.0}
"""Factors that the numbers of steps are multiplied by."""


def with_quality(settings: Settings, quality: str) -> Settings:
    """Return the settings with the steps, however they came about, times those of `QUALITY`.

    Raises `InputError` for an unknown quality, and for settings that cannot be used: as they were
    asked for, not as multiplied.
    """
    factor = QUALITY[check_choice("quality", quality, QUALITY)]
    check(settings)
    steps = tuple(max(1, round(factor * count)) for count in settings.steps)
    return dataclasses.replace(settings, steps=steps)
