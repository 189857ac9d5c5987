"""One step of the loop: keep the picture just evaluated if it is the best, and move on."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

import jax
import optax

from jnst.arrays import Image, Scalar
from jnst.byhand.optimize.optimizers import Optimizer as ByHand
from jnst.xla import jit

Evaluate = Callable[[Any, Image], tuple[Scalar, Mapping[str, Scalar], Image]]
"""`(constants, image) -> Evaluation(total, parts, gradient)`, see `jnst.losses.objective`."""
Compiled = bool | Literal["moves"]
"""The parts of a step to jit: all; none, for an objective in NumPy; or, with "moves", all but the
objective, where that is several programs, one after the other."""


Optimizer = optax.GradientTransformation | ByHand
"""The functions `init(image) -> state`, `update(gradient, state, image) -> (update, state)`."""


class Cycle(NamedTuple):
    """What changes from step to step: step i gets the i-th along the first axis, then it recurs."""

    values: Any


def at_step(constants: Any, number: Any) -> Any:
    """Return `constants` as they are at a step, counted from 0: of each `Cycle` in them one."""

    def one(leaf: Any) -> Any:
        if not isinstance(leaf, Cycle):
            return leaf
        return jax.tree.map(lambda array: array[number % len(array)], leaf.values)

    return jax.tree.map(one, constants, is_leaf=lambda leaf: isinstance(leaf, Cycle))


class Carry(NamedTuple):
    """The state between two steps; `share` is the newest picture's weight in the average."""

    image: Image
    state: Any
    best: Image
    best_total: Scalar
    share: Scalar


def _move(
    optimizer: Optimizer, average: float, total: Any, gradient: Image, carry: Carry, shrink: Any
) -> tuple[Carry, Any]:
    """Keep the picture just evaluated if it is the best, and move on. For NumPy and JAX alike.

    With an average of decay d, the picture kept is a_t = a_{t-1} + w_t (x_t - a_{t-1}), and
    w_t = (1 - d) / (1 - dᵗ) = w_{t-1} / (w_{t-1} + d): the mean with weights dᵗ⁻ⁱ, without Adam's
    bias towards the start. It begins with the first picture, w_1 = 1.
    """
    xp = carry.image.__array_namespace__()
    given: Any = gradient, carry.state, carry.image
    update, state = optimizer.update(*given)
    sound = xp.all(xp.isfinite(gradient)) & xp.all(xp.isfinite(update))
    # By hand the total is computed in float64; the state keeps its types.
    total = xp.where(sound, total, xp.nan).astype(carry.best_total.dtype)
    better = total < carry.best_total  # never true of NaN
    moved = xp.clip(carry.image + shrink * update, 0, 1).astype(carry.image.dtype)
    share = carry.share
    if average > 0:
        share = (share / (share + average)).astype(moved.dtype)
        best = xp.where(sound, carry.best + share * (moved - carry.best), carry.best)
    else:
        best = xp.where(better, carry.image, carry.best)
    carry = Carry(moved, state, best, xp.where(better, total, carry.best_total), share)
    return carry, total


@functools.lru_cache(maxsize=32)
def program(
    evaluate: Evaluate, optimizer: Optimizer, average: float, every: int, *, compiled: Compiled
) -> Callable:
    """Build `(constants, carry, shrink, number) -> (carry, (totals, parts))` for `every` steps.

    The first of them is step `number` of the loop; see `at_step`.

    Jitted as one step, or `every` steps in one `lax.scan` where dispatch costs more than the work.
    Not on the CPU: XLA runs convolutions in the body of a loop on a single thread there. The old
    carry is donated, so that picture and history are updated in place. Kept, so that the next run
    with the same objective and optimizer finds the program compiled.
    """
    move = functools.partial(_move, optimizer, average)
    if compiled == "moves":
        move = jit(move, donate_argnums=2)

    def step(constants, carry, shrink, number):
        total, parts, gradient = evaluate(at_step(constants, number), carry.image)
        carry, total = move(total, gradient, carry, shrink)
        return carry, (total, parts)

    def chunk(constants, carry, shrink, number):
        numbers = number + jax.numpy.arange(every)
        return jax.lax.scan(lambda c, n: step(constants, c, shrink, n), carry, numbers)

    if compiled is not True:
        return step
    return jit(step if every == 1 else chunk, donate_argnums=1)
