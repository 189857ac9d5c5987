"""Networks as modules of flax: how their parameters begin, and that they paint as tables do."""

import numpy as np
from flax import nnx

from jnst.feedforward import graph, parameters
from jnst.feedforward.networks import johnson
from jnst.training.painter import Painter

TABLE = johnson.table(width=0.1)


def test_parameters_begin_as_torch_has_them():
    params = Painter(TABLE, rngs=nnx.Rngs(1)).params
    parameters.check(TABLE, params)
    for row, kinds in params.items():
        for kind, array in kinds.items():
            if kind == "kernel":
                most = np.prod(array.shape[:3]) ** -0.5
                assert 0.8 * most < np.abs(array).max() <= most
            else:
                np.testing.assert_array_equal(array, kind == "scale", err_msg=f"{row}/{kind}")


def test_a_seed_decides_them():
    one, same, other = (Painter(TABLE, rngs=nnx.Rngs(seed)).params for seed in (1, 1, 2))
    np.testing.assert_array_equal(one["conv1"]["kernel"], same["conv1"]["kernel"])
    assert not np.array_equal(one["conv1"]["kernel"], other["conv1"]["kernel"])


def test_it_paints_as_its_table_does():
    painter = Painter(TABLE, rngs=nnx.Rngs(1))
    given = {"picture": np.random.default_rng(0).random((1, 8, 8, 3)).astype(np.float32)}
    np.testing.assert_array_equal(painter(given), graph.paint(TABLE, painter.params, given))
