"""What only the loop around SciPy's L-BFGS-B does; what all loops do is in `test_loop.py`."""

import itertools
import math
import threading

import numpy as np
import pytest
from bowls import CENTRE, NEAR, START, beyond, bowl, cliff, run

from jnst.losses.objective import Evaluation
from jnst.optimize.scipy_loop import minimize_scipy


@pytest.mark.parametrize("hole", [{"total": math.nan}, {"gradient": np.full_like(START, math.inf)}])
def test_scipy_starts_again_from_the_best_picture(hole):
    calls = itertools.count(1)

    def fails_once(centre, image):
        return bowl(centre, image)._replace(**(hole if next(calls) == 5 else {}))

    steps = run(fails_once, "scipy", 30, compiled=False)
    totals = [step.total for step in steps]
    assert np.flatnonzero(np.isnan(totals)).tolist() == [4]
    assert totals[5] == pytest.approx(min(totals[:4]), rel=1e-6)  # asked again, with no history
    assert [step.shrink for step in steps] == [1.0] * 4 + [0.5] * (len(steps) - 4)
    assert steps[-1].best_total == np.nanmin(totals) < 0.1 * totals[0]


@pytest.mark.parametrize("factor", [1e-3, 1.0, 1e3])
def test_scipy_recovers_whatever_the_scale_of_the_loss(factor):
    def scaled(centre, image):
        total, parts, gradient = cliff(centre, image)
        return Evaluation(factor * total, parts, factor * gradient)

    steps = run(scaled, "scipy", 60, constants=NEAR)
    assert any(math.isnan(step.total) for step in steps)
    assert steps[-1].best_total < 0.1 * steps[0].best_total
    assert not beyond(steps[-1].best)


def test_scipy_ends_where_no_step_improves():
    steps = run(bowl, "scipy", 1000)
    assert 10 < len(steps) < 200
    np.testing.assert_allclose(steps[-1].best, np.clip(CENTRE, 0, 1), atol=1e-3)


@pytest.mark.parametrize("steps_taken", [1, 4])
def test_closing_early_leaves_no_thread(steps_taken):
    progress = minimize_scipy(bowl, CENTRE, START, steps=100)
    for _ in range(steps_taken):
        next(progress)
    progress.close()
    for thread in threading.enumerate():
        if thread.name == "scipy-lbfgs":
            thread.join(5)
            assert not thread.is_alive()


def test_scipy_has_no_state():
    assert all(step.state == () for step in run(bowl, "scipy", 5))
