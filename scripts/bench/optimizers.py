"""Race the optimizers on one style transfer: the lowest loss after so many evaluations, seconds.

`python scripts/bench/optimizers.py [CONTENT STYLE] [--size 256] [--evaluations 100]`. Beside the
optimizers of `jnst.optimize.optimizers` runs optax's L-BFGS with its zoom line search, to show why
it is not among them: the search is a loop on the device with the network's convolutions in its
body. Seconds are medians of a step, compilation left out; each optimizer is compiled once and run
once, at one size.
"""

import argparse
import dataclasses
import statistics
import time
from collections.abc import Iterator

import jax
import jax.numpy as jnp
import optax

from jnst.losses import objective
from jnst.optimize import optimizers
from jnst.pictures import samples
from jnst.transfer.pictures import read
from jnst.transfer.problem import Problem
from jnst.transfer.recipe import iterate, prepare
from jnst.transfer.settings import Settings

MARKS = (5, 10, 20, 50, 100, 200)


def main() -> None:
    """Print a table: a row an optimizer, its best total after some numbers of evaluations."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("content", nargs="?", default=samples.content())
    parser.add_argument("style", nargs="?", default=samples.STYLE)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--evaluations", type=int, default=100)
    options = parser.parse_args()
    marks = [mark for mark in MARKS if mark <= options.evaluations]
    print(f"{'optimizer':>16} {'s/evaluation':>13}", *(f"{mark:>9}" for mark in marks))
    for name in (*optimizers.NAMES, "optax zoom"):
        settings = dataclasses.replace(
            Settings(size=options.size, tile="off"),
            **({} if name == "optax zoom" else {"optimizer": name}),
        )
        problem = prepare(read(options.content, options.style, settings), settings)
        if name == "optax zoom":
            trace = list(zoom(problem, options.evaluations))
        else:
            trace = list(timed(problem, options.evaluations))
        seconds = statistics.median(seconds for _, _, seconds in trace[1:])
        best = [min((total for n, total, _ in trace if n <= mark), default=0) for mark in marks]
        print(f"{name:>16} {seconds:>13.3f}", *(f"{total:>9.5f}" for total in best), flush=True)


def timed(problem: Problem, steps: int) -> Iterator[tuple[int, float, float]]:
    """Yield (evaluations, total, seconds for each evaluation) of one of our own optimizers."""
    started = time.perf_counter()
    for progress in iterate(problem, steps):
        now = time.perf_counter()
        yield progress.step, progress.total, now - started
        started = now


def zoom(problem: Problem, steps: int) -> Iterator[tuple[int, float, float]]:
    """Do the same with optax's L-BFGS and its line search, counting what the search evaluates."""
    optimizer = optax.lbfgs(memory_size=optimizers.HISTORY)
    terms, extract = problem.evaluate.args  # the objective without its gradient

    @jax.jit
    def step(constants, image, state):
        def loss(x):
            return objective.loss(terms, extract, constants, x)[0]

        total, gradient = optax.value_and_grad_from_state(loss)(image, state=state)
        update, state = optimizer.update(
            gradient, state, image, value=total, grad=gradient, value_fn=loss
        )
        return jnp.clip(image + update, 0, 1), state, total

    constants = jax.device_put(problem.constants)
    image = jnp.asarray(problem.image)
    state = optimizer.init(image)
    evaluations = 1
    while evaluations <= steps:
        started = time.perf_counter()
        image, state, total = step(constants, image, state)
        used = int(state[-1].info.num_linesearch_steps)
        yield evaluations, float(total), (time.perf_counter() - started) / max(used, 1)
        evaluations += used


if __name__ == "__main__":
    main()
