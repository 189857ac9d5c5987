"""The textbook optimizers against optax's, and the two-loop recursion against dense matrices."""

import jax
import numpy as np
import pytest
from gradcheck import close
from programs import quick

from jnst.byhand.optimize import optimizers as byhand
from jnst.optimize import optimizers

RNG = np.random.default_rng(0)
START = RNG.random((1, 3, 4, 3))
CENTRE = RNG.random(START.shape)
BASIS, _ = np.linalg.qr(RNG.normal(size=(36, 36)))
CURVATURE = BASIS @ np.diag(np.linspace(0.5, 3, 36)) @ BASIS.T


pytestmark = pytest.mark.usefixtures("in_float64")


def gradient_at(x):
    """Of ½ dᵀ C d + ¼ Σ d⁴, d = x - centre: convex, and no quadratic."""
    d = (x - CENTRE).ravel()
    return (CURVATURE @ d + d**3).reshape(x.shape)


def run(optimizer, steps, *, compiled=False):
    x, state, path = START, optimizer.init(START), []
    advance = quick(optimizer.update) if compiled else optimizer.update
    for _ in range(steps):
        update, state = advance(gradient_at(x), state, x)
        x = np.asarray(x + update)
        path.append(x)
    return np.stack(path)


def pairs_of(x, matrix):
    steps = RNG.normal(size=(x, matrix.shape[0]))
    return [(s, matrix @ s) for s in steps]


@pytest.mark.parametrize(("name", "rate"), [("sgd", 0.01), ("adam", 0.02), ("lbfgs", 1.0)])
def test_thirty_steps_are_those_of_optax(name, rate):
    by_hand = run(byhand.OPTIMIZERS[name](rate), 30)
    by_optax = run(optimizers.OPTIMIZERS[name](rate), 30, compiled=True)
    assert np.abs(by_hand[-1] - START).max() > 0.1  # it went somewhere
    close(by_hand, by_optax, rtol=1e-10)


# More pairs than are kept: which one is forgotten matters from then on.
def test_lbfgs_forgets_like_optax():
    short = run(byhand.lbfgs(0.5, history=3), 15)
    close(short, run(optimizers.lbfgs(0.5, history=3), 15, compiled=True), rtol=1e-10)
    assert np.abs(short - run(byhand.lbfgs(0.5, history=4), 15)).max() > 1e-9


def test_both_kinds_have_the_same_constants():
    assert list(byhand.OPTIMIZERS) == list(optimizers.OPTIMIZERS)
    for name in ("HISTORY", "LARGEST_MOVE", "FIRST_STEP"):
        assert getattr(byhand, name) == getattr(optimizers, name)


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_two_loop_is_the_dense_bfgs_matrix(count):
    pairs = pairs_of(count, CURVATURE)
    identity = np.eye(36)
    H = identity
    if pairs:
        s, y = pairs[-1]
        H = (s @ y) / (y @ y) * identity
    for s, y in pairs:  # Nocedal and Wright, equation 6.17
        rho = 1 / (y @ s)
        left = identity - rho * np.outer(s, y)
        H = left @ H @ left.T + rho * np.outer(s, s)
    gradient = RNG.normal(size=36)
    close(byhand.two_loop(gradient, pairs), H @ gradient, rtol=1e-12)


def test_two_loop_maps_the_last_change_of_gradient_to_its_step():
    pairs = pairs_of(5, CURVATURE)
    s, y = pairs[-1]
    close(byhand.two_loop(y, pairs), s, rtol=1e-12)


def test_lbfgs_solves_a_quadratic():
    optimizer = byhand.lbfgs(1.0)
    x, state = START, optimizer.init(START)
    for _ in range(40):
        gradient = (CURVATURE @ (x - CENTRE).ravel()).reshape(x.shape)
        update, state = optimizer.update(gradient, state, x)
        x = x + update
    close(x, CENTRE, rtol=1e-6)


@pytest.mark.parametrize("name", byhand.OPTIMIZERS)
def test_nothing_moves_where_the_gradient_is_zero(name):
    optimizer = byhand.OPTIMIZERS[name](0.1)
    state = optimizer.init(START)
    for _ in range(3):
        update, state = optimizer.update(np.zeros_like(START), state, START)
        assert not update.any()


@pytest.mark.parametrize("name", byhand.OPTIMIZERS)
def test_precision_is_kept(name):
    optimizer, x = byhand.OPTIMIZERS[name](0.1), START.astype(np.float32)
    state = optimizer.init(x)
    for _ in range(3):
        update, state = optimizer.update(gradient_at(x).astype(np.float32), state, x)
        assert update.dtype == np.float32
        x = x + update


def test_lbfgs_moves_no_value_further_than_the_largest_move():
    for module in (byhand, optimizers):
        optimizer, gradient = module.lbfgs(1.0), gradient_at(START)
        advance = quick(optimizer.update) if module is optimizers else optimizer.update
        first, state = advance(gradient, optimizer.init(START), START)
        # Next to no curvature: the quasi-Newton step would be a hundred times longer.
        step, _ = advance(0.99999 * gradient, state, START + np.asarray(first))
        step = np.asarray(step)
        assert np.abs(step).max() == module.LARGEST_MOVE == 0.5
        assert (np.sign(step) == -np.sign(gradient)).all()


def test_adam_first_moves_every_value_by_the_rate():
    for module in (byhand, optimizers):
        optimizer = module.adam(0.02)
        update, _ = optimizer.update(gradient_at(START), optimizer.init(START), START)
        np.testing.assert_allclose(np.abs(update), 0.02, rtol=1e-5)
        assert (np.sign(update) == -np.sign(gradient_at(START))).all()


def test_optax_gives_jax_arrays_in_double_precision():
    update, _ = optimizers.adam(0.1).update(START, optimizers.adam(0.1).init(START), START)
    assert isinstance(update, jax.Array)
    assert update.dtype == np.float64
