"""Stages of a run that cannot be: too many steps, or others than its settings give."""

import pytest

from jnst.errors import InputError
from jnst.transfer.planned import check_planned, check_steps
from jnst.transfer.settings import Settings
from jnst.transfer.stages import Stage

PLANNED = [Stage(24, 24, 4, "adam"), Stage(32, 32, 6, "lbfgs")]


def test_more_steps_than_any_run_has_are_refused():
    """Sizes and steps at each are limited, but not their product."""
    check_steps([Stage(24, 24, 1_000_000, "lbfgs")])
    with pytest.raises(InputError, match="steps come to 1,200,000 at 3 sizes; at most 1,000,000 c"):
        check_steps([Stage(24, 24, 400_000, "lbfgs")] * 3)


def test_only_tiles_may_be_others_and_only_where_the_memory_chose_them():
    tiled = [PLANNED[0], PLANNED[1]._replace(tile=512)]
    check_planned(PLANNED, PLANNED, Settings())
    check_planned(tiled, PLANNED, Settings())
    for settings in (Settings(tile="off"), Settings(engine="byhand"), Settings(devices=2)):
        with pytest.raises(InputError, match="the stages are not those of its settings"):
            check_planned(tiled, PLANNED, settings)
    for other in (PLANNED[:1], [*PLANNED, PLANNED[1]], [PLANNED[0], Stage(32, 32, 7, "lbfgs")], []):
        with pytest.raises(InputError, match="the stages are not those of its settings"):
            check_planned(other, PLANNED, Settings())
