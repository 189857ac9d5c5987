"""Optimizing pixels as a method: it keeps the contract of `jnst.methods`."""

import numpy as np
import pytest

from jnst.methods.contract import Method, Plan
from jnst.transfer.method import PIXELS
from jnst.transfer.pictures import read
from jnst.transfer.settings import Settings

SETTINGS = Settings(size=32, first_size=16, size_ratio=2.0, steps=(2, 1), engine="byhand")
pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture
def pictures():
    grey, dark = np.full((32, 32, 3), 0.5, np.float32), np.full((40, 40, 3), 0.2, np.float32)
    return read(grey, dark, SETTINGS)


def test_it_is_one():
    assert isinstance(PIXELS, Method)


def test_what_is_loaded_for_many_keeps_targets(pictures):
    one, many = PIXELS.load(SETTINGS), PIXELS.load(SETTINGS, many=True)
    assert one.targets is None
    list(PIXELS.plan(pictures, SETTINGS, loaded=many).steps())
    assert len(many.targets) == 2, "one for each size"


def test_a_plan_lists_its_costs_and_goes_on_from_a_state(pictures):
    loaded = PIXELS.load(SETTINGS, many=True)
    plan = PIXELS.plan(pictures, SETTINGS, loaded=loaded)
    assert isinstance(plan, Plan)
    progress = list(plan.steps())
    assert [one.step for one in progress] == list(range(1, len(plan.costs) + 1))
    assert plan.costs[0] < plan.costs[-1]
    assert plan.result(progress[-1].best).shape == (1, 32, 32, 3)
    (rest,) = plan.steps(point=progress[-2].state)
    assert rest.step == 3
    np.testing.assert_array_equal(rest.best, progress[-1].best)
