"""The loop that updates the picture. It yields what happened; it never prints and never saves.

`minimize` drives a transformation (optax's, or `jnst.byhand.optimize.optimizers`'s);
`jnst.optimize.scipy_loop` has a loop with the same face that answers SciPy's questions. Both keep
the best picture so far by total loss, so what is written in the end is never a bad probe (or, if
asked for, the average of all pictures), and both survive a loss that is not a finite number: back
to the picture kept, smaller steps.
"""

import math
from collections.abc import Generator, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jnst.arrays import Image
from jnst.errors import InputError
from jnst.methods.progress import Progress
from jnst.optimize.step import Carry, Compiled, Evaluate, Optimizer, program

MOST_RETREATS = 10
"""After a loss that is not finite, a run goes back to its best picture so often, then gives up."""


class End(NamedTuple):
    """The end of a loop: the picture to keep, and the optimizer's state."""

    best: np.ndarray
    optimizer_state: Any


def minimize(
    evaluate: Evaluate,
    constants: Any,
    image: Image,
    optimizer: Optimizer,
    *,
    steps: int,
    optimizer_state: Any = None,
    state: Sequence[Any] = (),
    average: float = 0.0,
    every: int = 1,
    compiled: Compiled = True,
) -> Generator[Progress, None, End]:
    """Minimize the objective over the picture; yield a `Progress` for each evaluation.

    Args:
        evaluate: the objective, `(constants, image) -> (total, parts, gradient)`.
        constants: its first argument; never baked into the compiled program. What is a
            `step.Cycle` in them changes from step to step.
        image: where to start, in [0, 1].
        optimizer: a transformation: `init(image)`, `update(gradient, state, image)`.
        steps: how many times the objective is evaluated.
        optimizer_state: the optimizer's state to begin with; a fresh one by default.
        state: of a `Progress`, to go on from there; the other arguments must be the same.
        average: decay of the running average of pictures; 0 to keep the best instead.
        every: on an accelerator, how many steps run in one program; 1 on the CPU.
        compiled: whether to jit, see `Compiled`.

    Raises:
        InputError: if the loss of the first picture is not finite, or steps keep failing; for a
            state of another loop.

    """

    def start(image: Any, kept: Any, best_total: float) -> Carry:
        image = jnp.asarray(image) if compiled else image
        state = optimizer.init(image) if kept is None else kept
        return place(Carry(image, state, image, dtype.type(best_total), dtype.type(1)))

    def place(carry: Carry) -> Carry:
        if not compiled:
            return carry
        # Donated: no two of its arrays may be the same. All where the picture is: a program has
        # them there when it ends, and would be compiled again for them.
        return jax.device_put(jax.tree.map(jnp.array, carry), jnp.asarray(image).sharding)

    dtype = np.dtype(image.dtype)
    shrink, retreats, done = 1.0, 0, 0
    constants = jax.device_put(constants) if compiled else constants
    carry = start(image, optimizer_state, math.inf)
    if state:
        done, retreats, shrink = int(state[0]), int(state[1]), float(state[2])
        if not 0 <= retreats <= MOST_RETREATS:
            raise InputError(f"the state is not one of this loop: it went back {retreats} times")
        carry = place(_like(carry, state[3:]))
    runs = {
        n: program(evaluate, optimizer, average, n, compiled=compiled)
        for n in {every, (steps - done) % every or every}
    }
    while done < steps:
        count = min(every, steps - done)
        with np.errstate(over="ignore", invalid="ignore"):  # seen below, for NumPy as for JAX
            carry, (totals, parts) = runs[count](constants, carry, dtype.type(shrink), done)
        totals = np.atleast_1d(totals)
        parts = {name: np.atleast_1d(part) for name, part in parts.items()}
        newest, best = np.array(carry.image), np.array(carry.best)
        best_total = float(carry.best_total)
        failed = not np.isfinite(totals).all()
        if failed:
            retreats += 1
            shrink /= 2
            newest = best
            check_can_recover(retreats, best_total)
            carry = start(best, None, best_total)
        for i in range(count):
            named = {name: float(part[i]) for name, part in parts.items()}
            done += 1
            now = None if i < count - 1 else (done, retreats, shrink, *jax.tree.leaves(carry))
            yield Progress(done, float(totals[i]), named, newest, best, best_total, shrink, now)
    return End(np.array(carry.best), carry.state)


def check_can_recover(retreats: int, best_total: float) -> None:
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


def _like(carry: Carry, leaves: Sequence[Any]) -> Carry:
    """Return `carry` with other numbers; only the number of an optimizer's pairs may differ."""
    expected, tree = jax.tree.flatten(carry)
    growing = {np.shape(new)[:1] for old, new in zip(expected, leaves, strict=False) if _grows(old)}
    if (
        len(expected) != len(leaves)
        or len(growing) > 1
        or any(_kind(old) != _kind(new, old) for old, new in zip(expected, leaves, strict=True))
    ):
        raise InputError("the state is not one of this loop: other arrays, or of other sizes")
    numbers = [  # of Python's, where they were: NumPy's have other powers, in their last digit
        type(old)(new) if isinstance(old, int | float) else new
        for old, new in zip(expected, leaves, strict=True)
    ]
    return jax.tree.unflatten(tree, numbers)


def _grows(leaf: Any) -> bool:
    """Say whether a state, when it is new, has a list of pairs there, still without any."""
    return np.shape(leaf)[:1] == (0,)


def _kind(leaf: Any, like: Any = None) -> tuple:
    """Return type and shape of a leaf, as far as they must be those of the leaf `like`."""
    like = leaf if like is None else like
    plain = isinstance(like, int | float)
    dtype = np.dtype(getattr(leaf, "dtype", type(leaf)))
    return dtype.kind if plain else dtype, np.ndim(leaf), np.shape(leaf)[_grows(like) :]
