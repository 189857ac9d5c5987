"""The optimizers by name: optax transformations, and SciPy's L-BFGS-B, which owns its loop.

A transformation is optax's pair `init(image) -> state`, `update(gradient, state, image) ->
(update, state)`; the loop adds the update to the picture and clips it to [0, 1]. Asked again for
the same rate, each function returns the same pair, so that programs built with it are found again.
`jnst.byhand.optimize.optimizers` holds the same three from their textbook formulas.
"""

import functools
import queue
import threading
from collections.abc import Callable, Generator
from typing import Any

import jax.numpy as jnp
import numpy as np
import optax

from jnst.arrays import Array

HISTORY = 20
"""Number of pairs of steps and gradient changes that L-BFGS keeps."""
LARGEST_MOVE = 0.5
"""No value of the picture moves further than this in one step of L-BFGS."""
FIRST_STEP = 0.03
"""Root mean square of the first step of L-BFGS, on pictures in [0, 1]."""


def _rms(x: Array) -> Array:
    return jnp.sqrt(jnp.mean(x**2))


def _quasi_newton(history: int) -> optax.GradientTransformation:
    """L-BFGS's direction; at the first step, and where it leads uphill, the gradient's.

    L-BFGS learns the scale of the problem from its first step, and nothing before that knows it:
    the gradient is scaled to a root mean square of `FIRST_STEP`, so that the run does not depend on
    the scale of the loss. (Lesson 6 measures other sizes.) Uphill it can lead because without a
    line search nothing keeps the curvature along a step positive.
    """
    inner = optax.scale_by_lbfgs(memory_size=history)

    def update(updates, state: Any, params=None):
        gradient = jnp.asarray(updates)
        direction, new_state = inner.update(gradient, state, params)
        direction, rms = jnp.asarray(direction), _rms(gradient)
        plain = gradient * (FIRST_STEP / jnp.where(rms == 0, 1, rms))
        trusted = (state.count > 0) & (jnp.vdot(direction, gradient) > 0)
        return jnp.where(trusted, direction, plain), new_state

    return optax.GradientTransformation(inner.init, update)


@functools.cache
def lbfgs(learning_rate: float, *, history: int = HISTORY) -> optax.GradientTransformation:
    """L-BFGS (Nocedal 1980) without a line search: full quasi-Newton steps times the rate.

    A line search on the device is a loop with the network's convolutions inside, several times
    slower on XLA's CPU backend, and costs evaluations besides. The loop keeps the best picture
    instead, and no value moves by more than `LARGEST_MOVE`.
    """
    return optax.chain(
        _quasi_newton(history),
        optax.scale(-learning_rate),
        optax.clip(LARGEST_MOVE),
    )


@functools.cache
def adam(learning_rate: float) -> optax.GradientTransformation:
    """Adam (Kingma and Ba 2015) with β₁ 0.9, β₂ 0.99.

    ε is 1e-12, not 1e-8: a loss of about 1 shared by a million pixels has gradients so small.
    """
    return optax.adam(learning_rate, b1=0.9, b2=0.99, eps=1e-12)


@functools.cache
def sgd(learning_rate: float) -> optax.GradientTransformation:
    """Gradient descent with momentum 0.9, its gradient scaled to a root mean square of 1.

    Unscaled, the right rate would change with every weight of the objective and every size.
    """

    def scale(updates, params=None):
        rms = _rms(updates)
        return updates / jnp.where(rms == 0, 1, rms)

    return optax.chain(optax.stateless(scale), optax.sgd(learning_rate, momentum=0.9))


OPTIMIZERS: dict[str, Callable[[float], optax.GradientTransformation]] = {
    "lbfgs": lbfgs,
    "adam": adam,
    "sgd": sgd,
}
"""By name; each takes the learning rate."""
KEEP_STATE = ("adam", "sgd")
"""Optimizers whose state, running means of gradients, can be enlarged with the picture."""
LEARNING_RATES = {"lbfgs": 1.0, "adam": 0.02, "sgd": 0.003}
"""Default learning rates by optimizer. SciPy's finds its own step."""
NAMES = (*OPTIMIZERS, "scipy-lbfgs")
"""All optimizers: these, and SciPy's, which is no transformation."""


class _StoppedError(Exception):
    """Unwinds SciPy's minimizer when nobody wants its next point."""


def scipy_lbfgs(
    image: Array, *, history: int = HISTORY
) -> Generator[np.ndarray, tuple[float, Array], None]:
    """Run SciPy's L-BFGS-B, with bounds [0, 1], turned inside out: it asks, the caller evaluates.

    Yields a picture, is sent (total, gradient) there, and ends when SciPy finds nothing better.
    SciPy calls the objective from its own loop, which therefore runs in a thread; only the
    optimizer's algebra does, the objective is evaluated by the caller.
    """
    import scipy.optimize  # here: it takes a quarter of a second

    questions: queue.SimpleQueue = queue.SimpleQueue()
    answers: queue.SimpleQueue = queue.SimpleQueue()

    def ask(x: np.ndarray):
        questions.put(x.reshape(image.shape))
        answer = answers.get()
        if answer is None:
            raise _StoppedError
        total, gradient = answer
        return float(total), np.asarray(gradient, np.float64).ravel()

    def run():
        try:
            scipy.optimize.minimize(
                ask,
                np.asarray(image, np.float64).ravel(),
                jac=True,
                method="L-BFGS-B",
                bounds=scipy.optimize.Bounds(0, 1),
                # The caller says when it is enough; SciPy stops only where no step improves.
                options={
                    "maxcor": history,
                    "maxfun": 10**9,
                    "maxiter": 10**9,
                    "ftol": 0,
                    "gtol": 0,
                },
            )
        except _StoppedError:
            pass
        except Exception as error:
            questions.put(error)
        else:
            questions.put(None)

    threading.Thread(target=run, name="scipy-lbfgs", daemon=True).start()
    finished = False
    try:
        while True:
            question = questions.get()
            finished = not isinstance(question, np.ndarray)
            if isinstance(question, Exception):
                raise question
            if finished:
                return
            answers.put((yield question))
    finally:
        if not finished:
            answers.put(None)
