"""The loops, SciPy's among them, on objectives so cheap that no network is needed."""

import itertools
import math

import jax.numpy as jnp
import numpy as np
import pytest
from bowls import (
    ALL,
    CENTRE,
    FAST,
    KINDS,
    NEAR,
    START,
    beyond,
    bowl,
    cliff,
    hopeless,
    iterate,
    run,
    torn,
)

from jnst.errors import InputError
from jnst.optimize.loop import MOST_RETREATS
from jnst.optimize.optimizers import OPTIMIZERS


@ALL
@KINDS
def test_goes_down_and_accounts_for_every_evaluation(name, compiled):
    steps = run(bowl, name, 25, compiled=compiled)
    totals = [step.total for step in steps]
    assert [step.step for step in steps] == list(range(1, 26))
    floor = float(bowl(CENTRE, np.clip(CENTRE, 0, 1)).total)
    assert totals[0] == pytest.approx(float(bowl(CENTRE, START).total), rel=1e-5)
    assert steps[-1].best_total - floor < 0.6 * (totals[0] - floor)
    for i, step in enumerate(steps):
        assert step.total == pytest.approx(sum(step.parts.values()), rel=1e-5)
        assert step.best_total == min(totals[: i + 1])
        assert float(bowl(CENTRE, step.best).total) == pytest.approx(step.best_total, rel=1e-5)
        assert step.shrink == 1
        for picture in (step.image, step.best):
            assert isinstance(picture, np.ndarray)
            assert (picture.shape, picture.dtype) == (START.shape, np.float32)
            assert 0 <= picture.min() <= picture.max() <= 1


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_chunks_of_steps_are_the_same_as_single_steps(name):
    one = run(bowl, name, 13)
    for every in (5, 20):
        many = run(bowl, name, 13, every=every)
        assert [step.step for step in many] == [step.step for step in one]
        np.testing.assert_allclose([s.total for s in many], [s.total for s in one], rtol=2e-5)
        for part in ("near", "far"):
            got, expected = ([s.parts[part] for s in steps] for steps in (many, one))
            np.testing.assert_allclose(got, expected, rtol=2e-5)
        np.testing.assert_allclose(many[-1].image, one[-1].image, atol=1e-5)
        np.testing.assert_allclose(many[-1].best, one[-1].best, atol=1e-5)


@ALL
def test_numpy_and_jax_take_the_same_path(name):
    by_jax, by_hand = (run(bowl, name, 12, compiled=compiled) for compiled in (True, False))
    for one, two in zip(by_jax, by_hand, strict=True):
        assert one.total == pytest.approx(two.total, rel=1e-4)
        np.testing.assert_allclose(one.image, two.image, atol=1e-4)


@pytest.mark.parametrize(
    ("evaluate", "options"),
    [(one, options) for one in (cliff, torn) for options in ({}, {"compiled": False})]
    + [(cliff, {"every": 4}), pytest.param(torn, {"every": 4}, marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_goes_back_to_the_best_picture_with_smaller_steps(name, options, evaluate):
    steps = run(evaluate, name, 60, constants=NEAR, rates=FAST, **options)
    assert len(steps) == 60
    failed = [step for step in steps if not math.isfinite(step.total)]
    assert failed
    assert math.isfinite(steps[-1].total)
    for step in failed:
        np.testing.assert_array_equal(step.image, step.best)
        assert step.shrink < 1
    if "every" not in options:  # then each picture is the one that the next total belongs to
        for before, after in itertools.pairwise(steps):
            assert beyond(before.image) == math.isnan(after.total)
    chunks = {(step.step - 1) // options.get("every", 1) for step in failed}
    assert steps[-1].shrink == 0.5 ** len(chunks)
    best = steps[-1].best
    assert steps[-1].best_total == np.nanmin([step.total for step in steps])
    assert float(bowl(NEAR, best).total) == pytest.approx(steps[-1].best_total, rel=1e-5)
    assert steps[-1].best_total < 0.1 * steps[0].best_total
    assert not beyond(best)


@ALL
@KINDS
def test_a_picture_without_a_finite_loss_cannot_be_improved(name, compiled):
    with pytest.raises(InputError, match=r"initial picture, .* lower the weights$"):
        run(bowl, name, 5, constants=CENTRE + np.float32(math.nan), compiled=compiled)


@ALL
@KINDS
def test_gives_up_where_going_back_never_helps(name, compiled):
    seen = []  # kept up to the error
    with pytest.raises(InputError, match=f"not a finite number {MOST_RETREATS + 1} times"):
        seen.extend(iterate(hopeless, name, 1000, compiled=compiled))
    assert len(seen) < 3 * MOST_RETREATS
    np.testing.assert_array_equal(seen[-1].best, START)


@ALL
def test_no_steps_give_no_progress(name):
    assert run(bowl, name, 0) == []


@ALL
def test_the_picture_that_was_passed_in_is_left_alone(name):
    before = START.copy()
    for start, compiled in ((START, True), (START, False), (jnp.asarray(START), True)):
        run(bowl, name, 3, start=start, compiled=compiled)
        np.testing.assert_array_equal(start, before)  # nor donated away


@KINDS
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_run_in_two_halves_is_one_run_where_the_optimizer_state_is_handed_on(name, compiled):
    def half(start, state):
        steps, found = (
            iterate(bowl, name, 6, start=start, compiled=compiled, optimizer_state=state),
            [],
        )
        while True:
            try:
                found.append(next(steps))
            except StopIteration as end:
                return found, end.value.optimizer_state

    first, state = half(START, None)
    second, _ = half(first[-1].image, state)
    forgetful, _ = half(first[-1].image, None)
    whole = [step.total for step in run(bowl, name, 12, compiled=compiled)]
    np.testing.assert_allclose([s.total for s in (*first, *second)], whole, rtol=1e-4)
    assert abs(forgetful[-1].total - whole[-1]) > 1e-3 * whole[-1]


@KINDS
@pytest.mark.parametrize("average", [0.0, 0.9])
@pytest.mark.parametrize("evaluate", [bowl, cliff])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_run_goes_on_from_any_state_as_if_it_had_never_stopped(name, evaluate, average, compiled):
    options = {"compiled": compiled, "average": average}
    options |= {"constants": NEAR, "rates": FAST} if evaluate is cliff else {}
    whole, kept = [], []  # all steps, and their states
    for progress in iterate(evaluate, name, 12, **options):
        whole.append(progress)
        kept.append([np.array(leaf) for leaf in progress.state])  # the next step may change it
    for number in (1, 5, 9, 11):
        rest = run(evaluate, name, 12, state=kept[number - 1], **options)
        assert len(rest) == 12 - number
        for one, other in zip(rest, whole[number:], strict=True):
            for a, b in zip(one[:-1], other[:-1], strict=True):
                np.testing.assert_equal(a, b)
    assert evaluate is bowl or whole[-1].shrink < 1  # it did go back on the way


def test_within_a_chunk_there_is_no_state_to_go_on_from():
    steps = run(bowl, "adam", 12, every=5)
    assert [step.step for step in steps if step.state is not None] == [5, 10, 12]
    rest = run(bowl, "adam", 12, every=5, state=[np.array(x) for x in steps[-1].state])
    assert rest == []


def test_a_run_goes_on_in_other_chunks():
    whole = []
    for progress in iterate(bowl, "adam", 15, every=2):
        whole.append(progress)
        if progress.step == 2:
            state = [np.array(leaf) for leaf in progress.state]
    rest = run(bowl, "adam", 15, every=10, state=state)
    assert [step.step for step in rest] == list(range(3, 16))
    totals = [step.total for step in whole[2:]]
    np.testing.assert_allclose([step.total for step in rest], totals, rtol=1e-4)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_state_of_another_loop_is_refused(name):
    state = [np.array(leaf) for leaf in run(bowl, name, 3)[-1].state]
    other = START[:, :, :4]
    for wrong in (state[:-1], [*state[:-1], state[-1].astype("U")]):
        with pytest.raises(InputError, match="not one of this loop"):
            run(bowl, name, 5, state=wrong)
    with pytest.raises(InputError, match="not one of this loop"):
        run(bowl, name, 5, start=other, constants=CENTRE[:, :, :4], state=state)
