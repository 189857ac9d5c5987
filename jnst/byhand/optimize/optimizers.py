"""The optimizers from their textbook formulas, as pairs `init(x)`, `update(gradient, state, x)`.

`update` returns what is to be added to x, and the new state. Twins of those in
`jnst.optimize.optimizers`, which come from optax: each tests the other.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

HISTORY = 20
"""Number of pairs of steps and gradient changes that L-BFGS keeps."""
LARGEST_MOVE = 0.5
"""No value of the picture moves further than this in one step of L-BFGS."""
FIRST_STEP = 0.03
"""Root mean square of the first step of L-BFGS, on pictures in [0, 1]."""


class Optimizer(NamedTuple):
    """An optimizer, in the form that optax gives them."""

    init: Callable[[np.ndarray], Any]
    update: Callable[[np.ndarray, Any, np.ndarray], tuple[np.ndarray, Any]]


def _rms(x: np.ndarray) -> np.floating:
    return np.sqrt(np.mean(x**2))


def sgd(learning_rate: float) -> Optimizer:
    """Step with momentum: v ← 0.9 v + g / rms(g),  x ← x - rate · v."""

    def init(x: np.ndarray) -> np.ndarray:
        return np.zeros_like(x)

    def update(gradient: np.ndarray, velocity: np.ndarray, x: np.ndarray):
        size = _rms(gradient)
        velocity = 0.9 * velocity + (gradient / size if size > 0 else gradient)
        return -learning_rate * velocity, velocity

    return Optimizer(init, update)


def adam(learning_rate: float) -> Optimizer:
    """Kingma and Ba 2015, algorithm 1, with β₁ 0.9, β₂ 0.99, ε 1e-12.

    m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²,  x ← x - rate · m̂ / (√v̂ + ε), where
    m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ) undo the bias of starting at zero.
    """
    beta1, beta2 = 0.9, 0.99

    def init(x: np.ndarray):
        return 0, np.zeros_like(x), np.zeros_like(x)

    def update(gradient: np.ndarray, state, x: np.ndarray):
        t, m, v = state
        t = t + 1
        m = beta1 * m + (1 - beta1) * gradient
        v = beta2 * v + (1 - beta2) * gradient**2
        step = (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + 1e-12)
        return -learning_rate * step, (t, m, v)

    return Optimizer(init, update)


def two_loop(gradient: np.ndarray, pairs: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Multiply the gradient by L-BFGS's inverse Hessian (Nocedal and Wright, algorithm 7.4).

    Args:
        gradient: g, flat.
        pairs: (s, y) = (x⁺ - x, g⁺ - g) of the last steps, the newest last. ρ = 1 / yᵀs.

    """
    q = gradient
    alphas = []
    for s, y in reversed(pairs):
        alpha = (s @ q) / (y @ s)
        q = q - alpha * y
        alphas.append(alpha)
    if pairs:
        s, y = pairs[-1]
        q = q * ((s @ y) / (y @ y))  # H⁰ = γ·1: the curvature along the last step
    for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
        beta = (y @ q) / (y @ s)
        q = q + (alpha - beta) * s
    return q


class History(NamedTuple):
    """State of L-BFGS: the number of updates, its pairs (s, y), and the last picture and gradient.

    `steps` and `changes` have a row for each pair, the newest last; `x` and `gradient` the shape of
    the picture.
    """

    count: int
    steps: np.ndarray
    changes: np.ndarray
    x: np.ndarray
    gradient: np.ndarray


def lbfgs(learning_rate: float, *, history: int = HISTORY) -> Optimizer:
    """L-BFGS without a line search: x ← x - rate · H g, with H g by `two_loop`.

    At the first step, and where H g leads uphill, g itself, to a root mean square of `FIRST_STEP`.
    """

    def init(x: np.ndarray) -> History:
        none = np.zeros((0, x.size), x.dtype)
        return History(0, none, none, x, np.zeros_like(x))

    def update(gradient: np.ndarray, state: History, x: np.ndarray):
        steps, changes = state.steps, state.changes
        if state.count:
            s, y = (x - state.x).ravel(), (gradient - state.gradient).ravel()
            if s @ y != 0:
                steps, changes = (
                    np.concatenate([old, new[None]])[-history:]
                    for old, new in ((steps, s), (changes, y))
                )
            pairs = list(zip(steps, changes, strict=True))
            direction = two_loop(gradient.ravel(), pairs).reshape(x.shape)
        if not state.count or not np.sum(direction * gradient) > 0:
            size = _rms(gradient)
            direction = gradient * (FIRST_STEP / size if size > 0 else 1)
        step = np.clip(-learning_rate * direction, -LARGEST_MOVE, LARGEST_MOVE)
        return step, History(state.count + 1, steps, changes, x, gradient)

    return Optimizer(init, update)


OPTIMIZERS = {"lbfgs": lbfgs, "adam": adam, "sgd": sgd}
"""By name; each takes the learning rate."""
