"""A network in training: its parameters, the optimizer's state, and the step that moves both."""

import functools
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import optax
from flax import nnx

from jnst.arrays import Array
from jnst.engines.build import losses_and_network
from jnst.feedforward import trainable
from jnst.feedforward.layers import Table
from jnst.losses.registry import ObjectiveChoices
from jnst.training.objective import Lesson, Noise, Seen, Task, loss
from jnst.training.painter import LEARNED, Painter
from jnst.training.settings import Settings
from jnst.xla import jit

FAILURES = 10
"""So many steps in a row are left out where the gradient is not finite; then a training fails."""
SLOWER = 5e-5
"""The step size is divided by 1 + SLOWER · step, as AdaIN's is (xunhuang1995@6d8ac28)."""
Step = Callable[[Any, Lesson, Array, Array, Noise], tuple[Any, tuple[Array, Seen]]]
"""`(state, lesson, photographs, styles, noise) -> (state, (total, seen))`."""


class Learner(nnx.Module):
    """A network that is trained: the network, the optimizer, and the average of the parameters.

    The average has weights d_t = min(d, (1 + t) / (10 + t)) of itself at step t, so that the first
    parameters are forgotten; with d = 0 it is the last parameters.
    """

    def __init__(self, table: Table, settings: Settings) -> None:
        self.painter = Painter(table, rngs=nnx.Rngs(settings.seed))
        self.learned = LEARNED[settings.learned]
        self.optimizer = nnx.Optimizer(self.painter, _optimizer(settings), wrt=self.learned)
        self.average = nnx.clone(self.painter)
        self.decay = settings.average

    @property
    def failures(self) -> int:
        """Count the last steps, in a row, whose gradient was not finite."""
        state: Any = self.optimizer.opt_state
        return int(state.notfinite_count[...])

    def move(self, gradient: Any, seen: Seen) -> None:
        """Move the parameters by the optimizer, and all averages after them."""
        self.optimizer.update(self.painter, gradient)
        state: Any = self.optimizer.opt_state
        self.painter.observe(seen.observed, taken=state.last_finite[...])
        count = self.optimizer.step[...].astype(jnp.float32)
        share = 1 - jnp.minimum(self.decay, (1 + count) / (10 + count))
        new, old = nnx.state(self.painter), nnx.state(self.average)
        nnx.update(self.average, optax.incremental_update(new, old, share))


@functools.lru_cache(maxsize=8)
def _optimizer(settings: Settings) -> optax.GradientTransformation:
    """Return Adam; of equal settings the same one, so that the step is compiled once."""
    rate = settings.learning_rate
    if settings.decay == "cosine":
        rate = optax.cosine_decay_schedule(rate, settings.steps)
    elif settings.decay == "inverse":
        rate = _inverse(rate)
    return optax.apply_if_finite(optax.adam(rate), FAILURES)


def _inverse(first: float) -> optax.Schedule:
    return lambda step: first / (1 + SLOWER * step)


@functools.lru_cache(maxsize=8)
def step(
    graph: Any, table: Table, choices: ObjectiveChoices, *, teacher: Table | None, adain: bool
) -> Step:
    """Return the compiled step of a learner, whose old state is donated.

    Args:
        graph: the learner without its arrays, of `nnx.split`.
        table: of its network.
        choices: the losses.
        teacher: the table of a network that shows what to paint; None for none.
        adain: whether the content is to take on the moments of the painting's features.

    """
    task = Task(*losses_and_network(choices), trainable.in_training(table), teacher, adain)

    def move(state: Any, lesson: Lesson, photographs: Array, styles: Array, noise: Noise):
        learner = nnx.merge(graph, state)

        def of(painter: Painter):
            return loss(task, painter.params, lesson, photographs, styles, noise=noise)

        learned = nnx.DiffState(0, learner.learned)
        differentiated = nnx.value_and_grad(of, argnums=learned, has_aux=True)
        (total, seen), gradient = differentiated(learner.painter)
        learner.move(gradient, seen)
        return nnx.state(learner), (total, seen)

    return jit(move, donate_argnums=0)
