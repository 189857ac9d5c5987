"""The picture that a step keeps, the best or an average; and the program that it is."""

import math

import numpy as np
import pytest
from bowls import CENTRE, FAST, KINDS, NEAR, RATES, START, bowl, run, torn

from jnst.byhand.optimize import optimizers as byhand
from jnst.optimize.loop import minimize
from jnst.optimize.optimizers import OPTIMIZERS
from jnst.optimize.step import Carry, Cycle, program


def plain(rate):
    """Gradient descent, as `init`, `update`."""
    return byhand.Optimizer(lambda image: (), lambda g, state, image: (-rate * g, state))


@KINDS
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_average_weighs_the_pictures_by_their_age(name, compiled):
    steps = run(bowl, name, 9, compiled=compiled, average=0.8)
    pictures = np.stack([START, *(step.image for step in steps)])
    for step in steps:
        weights = 0.8 ** np.arange(step.step, -1, -1)
        expected = np.average(pictures[: step.step + 1], axis=0, weights=weights)
        np.testing.assert_allclose(step.best, expected, atol=1e-5)
    assert steps[-1].best_total == min(step.total for step in steps)


def test_an_average_in_chunks_is_the_same():
    one, many = (run(bowl, "adam", 12, average=0.9, every=every) for every in (1, 5))
    np.testing.assert_allclose(many[-1].best, one[-1].best, atol=1e-5)


def test_an_average_leaves_out_what_is_not_finite():
    steps = run(torn, "sgd", 30, constants=NEAR, rates=FAST, average=0.9)
    assert any(math.isnan(step.total) for step in steps)
    assert np.isfinite(steps[-1].best).all()


def test_the_same_objective_and_optimizer_are_compiled_once():
    sgd = OPTIMIZERS["sgd"](RATES["sgd"])
    one = program(bowl, sgd, 0.0, 1, compiled=True)
    assert program(bowl, sgd, 0.0, 1, compiled=True) is one
    assert program(bowl, sgd, 0.5, 1, compiled=True) is not one


def test_the_best_picture_is_the_one_evaluated_and_shrink_shortens_the_step():
    step = program(bowl, plain(0.5), 0.0, 1, compiled=False)
    infinity = np.float32(np.inf)
    carry = Carry(START, (), np.zeros_like(START), infinity, np.float32(1))
    gradient = bowl(CENTRE, START).gradient
    for shrink in (1.0, 0.5):
        moved, (total, parts) = step(CENTRE, carry, shrink, 0)
        np.testing.assert_array_equal(moved.best, START)
        assert moved.best_total == total == pytest.approx(sum(parts.values()))
        np.testing.assert_allclose(moved.image, START - shrink * 0.5 * gradient, rtol=1e-5)
    again, _ = step(CENTRE, moved._replace(best_total=np.float32(0)), 1.0, 1)
    np.testing.assert_array_equal(again.best, START)  # not better: it stays
    assert again.best_total == 0


@pytest.mark.parametrize("compiled", [True, False])
def test_what_is_a_cycle_changes_from_step_to_step(compiled):
    """Each step descends in a bowl around another centre, in chunks as one by one."""
    centres = [0.0, 1.0, 0.5]
    cycle = Cycle(np.stack([np.full_like(START, centre) for centre in centres]))
    for every in (1, 5) if compiled else (1,):
        options = {"steps": 7, "every": every, "compiled": compiled}
        found = list(minimize(bowl, cycle, START, plain(1.0), **options))
        image = START
        for step in range(7):
            centre = np.full_like(START, centres[step % 3])
            image = np.clip(image - bowl(centre, image).gradient, 0, 1)
        np.testing.assert_allclose(found[-1].image, image, rtol=1e-5)
