"""The loop that updates the picture. It yields what happened; it never prints and never saves.

`minimise` drives a transformation (optax's, or `jnst.byhand.optim`'s); `jnst.scipy_loop` has a loop
with the same face that answers SciPy's questions. Both keep the best picture so far by total loss,
so what is written in the end is never a bad probe (or, if asked for, the average of all pictures),
and both survive a loss that is not a finite number: back to the picture kept, smaller steps.
"""

import functools
import math
from collections.abc import Callable, Generator
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jnst.arrays import Image, InputError, Scalar
from jnst.xla import jit

Evaluate = Callable[[Any, Image], Any]
"""`(constants, image) -> Evaluation(total, parts, gradient)`, see `jnst.objective`."""
Compiled = bool | Literal["moves"]
"""Whether to jit a step: all of it; nothing, for an objective in NumPy; or, with "moves", all but
the objective, where that is several programs, one after the other."""
MOST_RETREATS = 10


class Progress(NamedTuple):
    """One evaluation of the objective.

    `best` is the picture to keep: that with the lowest total so far, `best_total`, or the running
    average where one is taken. `image` is where the optimiser went next, or with SciPy the picture
    just evaluated; where several steps run in one program, all three are those at its end. Pictures
    are NumPy arrays in [0, 1]. `shrink` is what steps are multiplied by: 1, and half as much after
    each time that the loss, its gradient or the step was not finite (`total` is then NaN or
    infinite).
    """

    step: int
    total: float
    parts: dict[str, float]
    image: np.ndarray
    best: np.ndarray
    best_total: float
    shrink: float


class _Carry(NamedTuple):
    image: Image
    state: Any
    best: Image
    best_total: Scalar
    share: Scalar


def _move(
    optimizer: Any, average: float, total: Any, gradient: Image, carry: _Carry, shrink: Any
) -> tuple[_Carry, Any]:
    """Keep the picture just evaluated if it is the best, and move on. For NumPy and JAX alike.

    With an average of decay d, the picture kept is a_t = a_{t-1} + w_t (x_t - a_{t-1}), and
    w_t = (1 - d) / (1 - dᵗ) = w_{t-1} / (w_{t-1} + d): the mean with weights dᵗ⁻ⁱ, without Adam's
    bias towards the start. It begins with the first picture, w_1 = 1.
    """
    xp = carry.image.__array_namespace__()
    update, state = optimizer.update(gradient, carry.state, carry.image)
    sound = xp.all(xp.isfinite(gradient)) & xp.all(xp.isfinite(update))
    total = xp.where(sound, total, xp.nan)
    better = total < carry.best_total  # never true of NaN
    moved = xp.clip(carry.image + shrink * update, 0, 1).astype(carry.image.dtype)
    share = carry.share
    if average > 0:
        share = (share / (share + average)).astype(moved.dtype)
        best = xp.where(sound, carry.best + share * (moved - carry.best), carry.best)
    else:
        best = xp.where(better, carry.image, carry.best)
    carry = _Carry(moved, state, best, xp.where(better, total, carry.best_total), share)
    return carry, total


@functools.lru_cache(maxsize=32)
def _program(
    evaluate: Evaluate, optimizer: Any, average: float, every: int, *, compiled: Compiled
) -> Callable:
    """Build `(constants, carry, shrink) -> (carry, (totals, parts))` for `every` steps.

    Jitted as one step, or `every` steps in one `lax.scan` where dispatch costs more than the work.
    Not on the CPU: XLA runs convolutions in the body of a loop on a single thread there. The old
    carry is donated, so that picture and history are updated in place. Kept, so that the next run
    with the same objective and optimiser finds the program compiled.
    """
    move = functools.partial(_move, optimizer, average)
    if compiled == "moves":
        move = jit(move, donate_argnums=2)

    def step(constants, carry, shrink):
        total, parts, gradient = evaluate(constants, carry.image)
        carry, total = move(total, gradient, carry, shrink)
        return carry, (total, parts)

    def chunk(constants, carry, shrink):
        return jax.lax.scan(lambda c, _: step(constants, c, shrink), carry, length=every)

    if compiled is not True:
        return step
    return jit(step if every == 1 else chunk, donate_argnums=1)


def minimise(
    evaluate: Evaluate,
    constants: Any,
    image: Image,
    optimizer: Any,
    *,
    steps: int,
    memory: Any = None,
    average: float = 0.0,
    every: int = 1,
    compiled: Compiled = True,
) -> Generator[Progress, None, Any]:
    """Minimise the objective over the picture; yield a `Progress` for each evaluation.

    Returns the optimiser's memory at the end, as `memory` may have been at the start.

    Args:
        evaluate: the objective, `(constants, image) -> (total, parts, gradient)`.
        constants: its first argument; never baked into the compiled program.
        image: where to start, in [0, 1].
        optimizer: a transformation: `init(image)`, `update(gradient, state, image)`.
        steps: how many times the objective is evaluated.
        memory: the optimiser's state to start with; its own beginning by default.
        average: decay of the running average of pictures; 0 to keep the best instead.
        every: on an accelerator, how many steps run in one program; 1 on the CPU.
        compiled: whether to jit, see `Compiled`.

    Raises:
        InputError: if the loss of the first picture is not finite, or steps keep failing.

    """

    def start(image: Image, memory: Any, best_total: float) -> _Carry:
        image = jnp.asarray(image) if compiled else image
        state = optimizer.init(image) if memory is None else memory
        carry = _Carry(image, state, image, dtype.type(best_total), dtype.type(1))
        if not compiled:
            return carry
        # Donated: no two of its arrays may be the same. All where the picture is: a program has
        # them there when it ends, and would be compiled again for them.
        return jax.device_put(jax.tree.map(jnp.array, carry), jnp.asarray(image).sharding)

    dtype = np.dtype(image.dtype)
    runs = {
        n: _program(evaluate, optimizer, average, n, compiled=compiled)
        for n in {every, steps % every or every}
    }
    shrink, retreats, done = 1.0, 0, 0
    constants = jax.device_put(constants) if compiled else constants
    carry = start(image, memory, math.inf)
    while done < steps:
        count = min(every, steps - done)
        with np.errstate(over="ignore", invalid="ignore"):  # seen below, for NumPy as for JAX
            carry, (totals, parts) = runs[count](constants, carry, dtype.type(shrink))
        totals = np.atleast_1d(totals)
        parts = {name: np.atleast_1d(part) for name, part in parts.items()}
        newest, best = np.array(carry.image), np.array(carry.best)
        best_total = float(carry.best_total)
        failed = not np.isfinite(totals).all()
        if failed:
            retreats += 1
            shrink /= 2
            newest = best
            check_hope(retreats, best_total)
            carry = start(best, None, best_total)
        for i in range(count):
            named = {name: float(part[i]) for name, part in parts.items()}
            yield Progress(done + i + 1, float(totals[i]), named, newest, best, best_total, shrink)
        done += count
    return carry.state


def check_hope(retreats: int, best_total: float) -> None:
    """Give up, by an `InputError`, where going back to the best picture can help no more.

    That is where no picture had a finite loss, or after more than `MOST_RETREATS` times.
    """
    if not math.isfinite(best_total):
        raise InputError(
            "the loss of the initial picture, or its gradient, is not a finite number; "
            "lower the weights"
        )
    if retreats > MOST_RETREATS:
        raise InputError(
            f"the loss was not a finite number {retreats} times; lower the weights or the "
            "learning rate"
        )
