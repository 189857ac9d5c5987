"""A network of a table as a module of flax, whose parameters are trained."""

import functools
from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
from flax import nnx

from jnst.arrays import Array, Features, Params
from jnst.feedforward import batchnorm, graph, parameters, trainable
from jnst.feedforward.layers import Table
from jnst.feedforward.networks.vgg import ENCODER

_FREE = nnx.All(nnx.Param, lambda path, value: not str(path[-2]).startswith(ENCODER))


def _of(kinds: frozenset[str]) -> Any:
    return nnx.All(_FREE, lambda path, value: path[-1] in kinds)


LEARNED: Mapping[str, Any] = {
    "all": _FREE,
    **{name: _of(kinds) for name, kinds in trainable.PARTS.items()},
}
"""Parameters that are trained, by name, as filters of flax; never those of VGG19."""
_uniform = functools.partial(nnx.initializers.variance_scaling, 1 / 3, "fan_in", "uniform")
_INITIAL = {
    "kernel": _uniform(),
    "kernels": _uniform(batch_axis=(0,)),
    "matrix": nnx.initializers.uniform(0.02),
    "scale": nnx.initializers.ones,
    "variance": nnx.initializers.ones,
}
AVERAGES = ("mean", "variance")
"""Kinds of what batch norms observe and nothing trains, as `nnx.BatchStat` has it."""


class Painter(nnx.Module):
    """A network of a table with parameters of its own, which start at random.

    Kernels, also those of several styles, are uniform in ±1/√n, n the numbers that an output is a
    sum of, as torch has them (`torch.nn.Conv2d`), and a `CoMatch`'s matrix in 0 to 0.02; scales are
    1, shifts and biases 0, where torch has random biases. The averages of batch norms begin with
    mean 0 and variance 1.
    """

    def __init__(self, table: Table, *, rngs: nnx.Rngs) -> None:
        self.table = table
        self.weights = nnx.data(
            {
                row: {kind: _variable(kind, shape, rngs) for kind, shape in kinds.items()}
                for row, kinds in parameters.shapes(table).items()
            }
        )

    def __call__(self, given: Features) -> Array:
        """Compute the picture; see `jnst.feedforward.graph.paint`."""
        return graph.paint(self.table, self.params, given)

    @property
    def params(self) -> Params:
        """The parameters as plain arrays, as all else takes them."""
        return {
            row: {kind: param[...] for kind, param in kinds.items()}
            for row, kinds in self.weights.items()
        }

    def observe(self, seen: Mapping[str, Mapping[str, Array]], *, taken: Array) -> None:
        """Move the averages of batch norms by what they saw, by row and kind, where it is taken."""
        for row, kinds in seen.items():
            for kind, new in kinds.items():
                average = self.weights[row][kind]
                old = average[...]
                average[...] = jnp.where(taken, batchnorm.averaged(old, new), old)

    def begin(self, params: Params) -> None:
        """Take over parameters; styles of which there are other numbers begin with their mean."""
        for row, kinds in params.items():
            for kind, array in kinds.items():
                param, given = self.weights[row][kind], jnp.asarray(array)
                if given.shape != param.shape:
                    given = jnp.broadcast_to(given.mean(axis=0), param.shape)
                param[...] = given


def _variable(kind: str, shape: tuple[int, ...], rngs: nnx.Rngs) -> nnx.Variable:
    value = _INITIAL.get(kind, nnx.initializers.zeros)(rngs.params(), shape)
    return (nnx.BatchStat if kind in AVERAGES else nnx.Param)(value)
