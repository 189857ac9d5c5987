"""The optimisers by name: optax transformations, and SciPy's L-BFGS-B, which owns its loop.

A transformation is optax's pair `init(image) -> state`, `update(gradient, state, image) ->
(update, state)`; the loop adds the update to the picture and clips it to [0, 1].
"""

import queue
import threading
from collections.abc import Callable, Generator
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
import optax
import scipy.optimize

from jnst.arrays import Array

HISTORY = 20
"""How many pairs of steps and gradient changes L-BFGS keeps."""
LARGEST_MOVE = 0.5
"""No value of the picture moves further than this in one step of L-BFGS."""


class _Started(NamedTuple):
    started: Array


def first_step(size: float) -> optax.GradientTransformation:
    """Scale the very first update to a root mean square of `size`, and leave the others alone.

    L-BFGS learns the scale of the problem from its first step. Nothing before that knows it, and a
    step of the wrong size costs several evaluations.
    """

    def init(params):
        return _Started(jnp.zeros((), bool))

    def update(updates, state, params=None):
        rms = jnp.sqrt(jnp.mean(updates**2))
        scale = jnp.where(state.started | (rms == 0), 1, size / jnp.where(rms == 0, 1, rms))
        return updates * scale, _Started(jnp.ones((), bool))

    return optax.GradientTransformation(init, update)


def lbfgs(learning_rate: float) -> optax.GradientTransformation:
    """L-BFGS (Nocedal 1980) without a line search: full quasi-Newton steps times the rate.

    A line search written as a loop on the device runs the network's convolutions inside that loop,
    where XLA's CPU backend is several times slower, and costs further evaluations; the loop keeps
    the best picture instead, and no value moves by more than `LARGEST_MOVE`.
    """
    return optax.chain(
        optax.scale_by_lbfgs(memory_size=HISTORY, scale_init_precond=True),
        first_step(0.02),
        optax.scale(-learning_rate),
        optax.clip(LARGEST_MOVE),
    )


def adam(learning_rate: float) -> optax.GradientTransformation:
    """Adam (Kingma and Ba 2015) with β₁ 0.9, β₂ 0.99."""
    return optax.adam(learning_rate, b1=0.9, b2=0.99)


def sgd(learning_rate: float) -> optax.GradientTransformation:
    """Gradient descent with momentum 0.9, its gradient scaled to a root mean square of 1.

    Unscaled, the right rate would change with every weight of the objective and every size.
    """
    return optax.chain(optax.normalize_by_update_norm(), optax.sgd(learning_rate, momentum=0.9))
