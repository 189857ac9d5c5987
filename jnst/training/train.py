"""The loop that trains a network. It yields what happened; it never prints and never saves."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import grain
import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from jnst.arrays import Params
from jnst.errors import InputError
from jnst.feedforward import noise, trainable
from jnst.feedforward.layers import Table
from jnst.methods.progress import Progress
from jnst.training.learner import FAILURES, Learner, Step, step
from jnst.training.objective import Lesson
from jnst.training.settings import Settings
from jnst.xla import own_switches


class Training(NamedTuple):
    """A training that goes on from where it is: `learner` and `photographs` change as it does."""

    design: trainable.Design
    settings: Settings
    lesson: Lesson
    learner: Learner
    photographs: grain.DatasetIterator[np.ndarray]
    paintings: grain.DatasetIterator[np.ndarray] | None = None
    """Where the network takes any painting: one for each photograph."""
    teacher: Table | None = None
    """The table of a network that shows what to paint."""


def begin(
    design: trainable.Design,
    settings: Settings,
    lesson: Lesson,
    photographs: grain.DatasetIterator[np.ndarray],
    *,
    paintings: grain.DatasetIterator[np.ndarray] | None = None,
    teacher: Table | None = None,
    params: Params | None = None,
) -> Training:
    """Return a training before its first step, from parameters at random, or those given."""
    learner = Learner(trainable.network(design).table, settings)
    if params is not None:
        learner.painter.begin(params)
        learner.average.begin(params)
    return Training(design, settings, lesson, learner, photographs, paintings, teacher)


def styles_of(number: int, settings: Settings, count: int) -> np.ndarray:
    """Draw the styles of the photographs of one step, counted from 0."""
    rng = np.random.default_rng((settings.seed, number))
    return rng.integers(0, max(count, 1), settings.batch).astype(np.int32)


def noise_of(number: int, training: Training) -> dict[str, np.ndarray]:
    """Draw the noise of the photographs of one step, counted from 0; none for most networks."""
    settings, table = training.settings, training.learner.painter.table
    rng = np.random.default_rng((settings.seed, number, 1))  # others than draw the styles
    sides = (settings.crop, settings.crop)
    return noise.draw((*table, *(training.teacher or ())), rng, sides, count=settings.batch)


def state_and_step(training: Training) -> tuple[Any, Step]:
    """Return the learner's arrays, and the compiled step that moves them."""
    graph, state = nnx.split(training.learner)
    choices = training.settings.losses.resolved.objective
    adain, table = training.design.network == "adain", training.learner.painter.table
    return state, step(graph, table, choices, teacher=training.teacher, adain=adain)


@own_switches
def train(training: Training) -> Iterator[Progress]:
    """Train a network; yield a `Progress` after each step, with the first picture of the batch.

    It goes on after the steps that the learner has behind it. Between two of its yields the learner
    and the photographs are those after the step.

    Raises:
        InputError: where the gradient was not finite so many times in a row as `FAILURES`; the
            learner then is as it was before these.

    """
    settings, learner = training.settings, training.learner
    state, move = state_and_step(training)
    state = jax.tree.map(jnp.copy, state)  # donated: no two of its arrays may be the same
    done = int(learner.optimizer.step[...])
    while done < settings.steps:
        if training.paintings is None:
            styles = styles_of(done, settings, len(training.design.styles))
        else:
            styles = next(training.paintings)
        state, (total, seen) = move(
            state,
            training.lesson,
            next(training.photographs),
            jnp.asarray(styles),
            noise_of(done, training),
        )
        nnx.update(learner, state)
        done += 1
        if learner.failures >= FAILURES:
            raise InputError(
                f"the loss or its gradient was not a finite number {FAILURES} times in a row, at "
                f"step {done}; lower the learning rate or the weights"
            )
        picture = np.asarray(seen.pictures[:1]).clip(0, 1)
        named: dict[str, Any] = {name: float(part) for name, part in seen.parts.items()}
        yield Progress(done, float(total), named, picture, picture, float(total), 1.0)
