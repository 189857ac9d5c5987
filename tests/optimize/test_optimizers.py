import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jnst.byhand.optimize import optimizers as byhand_optim
from jnst.optimize import optimizers
from jnst.optimize.optimizers import OPTIMIZERS, scipy_lbfgs

RNG = np.random.default_rng(0)
START = jnp.asarray(RNG.random((1, 4, 5, 3), np.float32))
GRADIENT = jnp.asarray(RNG.normal(size=START.shape).astype(np.float32))


def rms(x):
    return float(np.sqrt(np.mean(np.square(x))))


def threads():
    return [t for t in threading.enumerate() if t.name == "scipy-lbfgs"]


def no_thread_is_left():
    for thread in threads():
        thread.join(5)
    return not threads()


def test_every_optimizer_has_a_learning_rate():
    assert optimizers.LEARNING_RATES.keys() == OPTIMIZERS.keys()


@pytest.mark.parametrize("lbfgs", [optimizers.lbfgs, byhand_optim.lbfgs])
def test_lbfgs_never_goes_uphill(lbfgs):
    """After a step along which the gradient grew the wrong way, the curvature is negative."""
    optimizer, x = lbfgs(1.0), np.zeros((1, 1, 1, 3), np.float32)
    gradient = np.array([[[[1.0, 0.0, 0.0]]]], np.float32)
    update, state = optimizer.update(gradient, optimizer.init(x), x)
    update, _ = optimizer.update(1.2 * gradient, state, x + np.asarray(update))
    assert np.vdot(update, gradient) < 0
    assert rms(update) == pytest.approx(optimizers.FIRST_STEP, rel=1e-5)


@pytest.mark.parametrize("factor", [1e-8, 1, 1e8])
def test_lbfgs_starts_with_the_same_step_whatever_the_scale_of_the_loss(factor):
    optimizer = optimizers.lbfgs(1.0)
    update, _ = optimizer.update(factor * GRADIENT, optimizer.init(START), START)
    assert rms(update) == pytest.approx(optimizers.FIRST_STEP, rel=1e-4)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_steps_do_not_depend_on_the_scale_of_the_loss(name, factor):
    def path(factor):
        optimizer, x = OPTIMIZERS[name](0.003), START
        state = optimizer.init(x)
        for i in range(3):
            update, state = optimizer.update(factor * (i + 1) * GRADIENT, state, x)
            x = x + update
        return x

    np.testing.assert_allclose(path(factor), path(1), atol=2e-6)


def test_sgd_has_momentum():
    optimizer = optimizers.sgd(0.1)
    one, state = optimizer.update(GRADIENT, optimizer.init(START), START)
    two, _ = optimizer.update(GRADIENT, state, START)
    assert rms(one) == pytest.approx(0.1, rel=1e-5)
    np.testing.assert_allclose(two, 1.9 * one, rtol=1e-5)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_zero_gradients_give_no_nan(name):
    optimizer = OPTIMIZERS[name](optimizers.LEARNING_RATES[name])
    state, update_by = optimizer.init(START), jax.jit(optimizer.update)
    for gradient in (0 * GRADIENT, 0 * GRADIENT, GRADIENT, GRADIENT):
        update, state = update_by(gradient, state, START)
        assert np.isfinite(update).all()
        assert gradient.any() or not update.any()
        assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(state))


# f = Σ c (x - centre)², with some of the centre outside the bounds.
CENTRE = 2 * RNG.random(START.shape) - 0.5
CURVATURE = 1 + 9 * RNG.random(START.shape)


def answer(x):
    return float(np.sum(CURVATURE * (x - CENTRE) ** 2)), 2 * CURVATURE * (x - CENTRE)


def test_scipy_finds_the_minimum_within_the_bounds_and_ends():
    asked = []

    def converse():
        search = scipy_lbfgs(START)
        asked.append(next(search).copy())
        while len(asked) < 500:
            asked.append(search.send(answer(asked[-1])).copy())

    with pytest.raises(StopIteration):
        converse()
    path = np.stack(asked)
    assert path.shape[1:] == START.shape
    assert path.dtype == np.float64
    assert path.min() == 0
    assert path.max() == 1
    np.testing.assert_allclose(path[0], START)
    np.testing.assert_allclose(path[-1], np.clip(CENTRE, 0, 1), atol=1e-6)
    assert no_thread_is_left()


def test_scipy_takes_float32_answers():
    search = scipy_lbfgs(START)
    x = next(search)
    for _ in range(5):
        total, gradient = answer(x)
        x = search.send((np.float32(total), jnp.asarray(gradient, jnp.float32)))
    assert answer(x)[0] < answer(START)[0]
    search.close()


def test_the_thread_ends_when_the_search_is_closed_early():
    search = scipy_lbfgs(START)
    search.send(None)
    assert len(threads()) == 1
    search.close()
    assert no_thread_is_left()


def test_the_thread_ends_when_the_search_is_forgotten():
    search = scipy_lbfgs(START)
    next(search)
    del search
    assert no_thread_is_left()


def test_what_scipy_raises_arrives_at_the_caller():
    search = scipy_lbfgs(START)
    next(search)
    with pytest.raises(ValueError, match="could not convert"):
        search.send((1.0, "no gradient"))
    assert no_thread_is_left()


@pytest.mark.parametrize("lbfgs", [optimizers.lbfgs, byhand_optim.lbfgs])
@pytest.mark.parametrize("rate", [0.5, 30.0])
def test_lbfgs_moves_no_value_further_than_it_may_whatever_the_rate(lbfgs, rate):
    optimizer = lbfgs(rate)
    start, gradient = np.asarray(START), np.asarray(GRADIENT)
    update, _ = optimizer.update(gradient, optimizer.init(start), start)
    step = rate * optimizers.FIRST_STEP / rms(gradient)
    most = optimizers.LARGEST_MOVE
    np.testing.assert_allclose(update, np.clip(-step * gradient, -most, most), rtol=1e-4)


@pytest.mark.parametrize("adam", [optimizers.adam, byhand_optim.adam])
def test_adam_on_paper(adam):
    optimizer, start = adam(0.02), np.asarray(START)
    one, state = optimizer.update(np.ones_like(start), optimizer.init(start), start)
    two, _ = optimizer.update(np.full_like(start, 3), state, start)
    mean = (0.9 * 0.1 * 1 + 0.1 * 3) / (1 - 0.9**2)
    square = (0.99 * 0.01 * 1 + 0.01 * 9) / (1 - 0.99**2)
    np.testing.assert_allclose(one, -0.02, rtol=1e-4)
    np.testing.assert_allclose(two, -0.02 * mean / np.sqrt(square), rtol=1e-4)
