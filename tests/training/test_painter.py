"""Networks as modules of flax: how their parameters begin, and that they paint as tables do."""

import numpy as np
import pytest
from flax import nnx

from jnst.feedforward import graph, parameters
from jnst.feedforward.networks import johnson, msgnet, stylebank
from jnst.training.painter import Painter

TABLE = johnson.table(width=0.1)


BANK = stylebank.table(styles=3, width=0.05)


@pytest.mark.parametrize("table", [TABLE, BANK], ids=["johnson", "stylebank"])
def test_parameters_begin_as_torch_has_them(table):
    params = Painter(table, rngs=nnx.Rngs(1)).params
    parameters.check(table, params)
    for row, kinds in params.items():
        for kind, array in kinds.items():
            if kind in ("kernel", "kernels"):
                most = np.prod(array.shape[-4:-1]) ** -0.5
                assert 0.8 * most < np.abs(array).max() <= most
            else:
                np.testing.assert_array_equal(array, kind == "scale", err_msg=f"{row}/{kind}")


def test_the_matrix_of_msgnet_begins_as_published():
    table = msgnet.table(width=0.1)
    matrix = Painter(table, rngs=nnx.Rngs(1)).params["comatch"]["matrix"]
    assert 0 <= matrix.min() < 0.001 < 0.019 < matrix.max() <= 0.02


def test_a_seed_decides_them():
    one, same, other = (Painter(TABLE, rngs=nnx.Rngs(seed)).params for seed in (1, 1, 2))
    np.testing.assert_array_equal(one["conv1"]["kernel"], same["conv1"]["kernel"])
    assert not np.array_equal(one["conv1"]["kernel"], other["conv1"]["kernel"])


def test_it_paints_as_its_table_does():
    painter = Painter(TABLE, rngs=nnx.Rngs(1))
    given = {"picture": np.random.default_rng(0).random((1, 8, 8, 3)).astype(np.float32)}
    np.testing.assert_array_equal(painter(given), graph.paint(TABLE, painter.params, given))
