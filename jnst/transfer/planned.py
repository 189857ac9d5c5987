"""Checks of the stages of a run: not too many steps, and those that its settings give."""

import itertools
from collections.abc import Sequence

from jnst.engines.build import why_not_tiled
from jnst.errors import InputError
from jnst.transfer import fitting
from jnst.transfer.settings import Settings
from jnst.transfer.stages import Stage

MOST_STEPS = 1_000_000
"""Evaluations of a run, at all sizes together: there are lists of them."""


def check_steps(stages: Sequence[Stage]) -> None:
    """Raise an `InputError` where a run has more steps than any has."""
    if (total := sum(stage.steps for stage in stages)) > MOST_STEPS:
        raise InputError(
            f"steps come to {total:,} at {len(stages)} sizes; at most {MOST_STEPS:,} can be done"
        )


def check_planned(kept: Sequence[Stage], planned: Sequence[Stage], settings: Settings) -> None:
    """Raise an `InputError` where the stages of a checkpoint are not those of its settings.

    Tiles may be others than would be chosen now, where that was left to the memory there was.
    """
    free = settings.tile == "auto" and settings.devices == 1 and settings.engine == "jax"
    free = free and not why_not_tiled(settings.resolved.objective)
    for old, new in itertools.zip_longest(kept, planned):
        tiles = {None, *fitting.SIZES} if free else {getattr(new, "tile", None)}
        if None in (old, new) or old[:4] != new[:4] or old.tile not in tiles:
            raise InputError("the stages are not those of its settings: the checkpoint is damaged")
