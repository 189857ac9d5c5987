"""Several pictures joined by batch norms: by hand = autodiff = central differences."""

import jax
import numpy as np
import pytest
from gradcheck import check, close
from painters import random_given, random_params
from programs import quick

from jnst.byhand.feedforward import batch as byhand
from jnst.byhand.feedforward import graph as alone
from jnst.feedforward import batchnorm, graph
from jnst.feedforward.blocks import batch_norm, normed, own_norm, reflecting, residual
from jnst.feedforward.layers import Input
from jnst.feedforward.trainable import in_training
from jnst.training.painter import AVERAGES

RNG = np.random.default_rng(0)
PICTURE = Input("picture", 3)
STEM = normed(reflecting(PICTURE, "stem", 4, 3, bias=False), own_norm, activation="tanh")
BLOCK = residual(STEM[-1], "block", "conv1", "conv2", 4, batch_norm, bias=False)
TABLE = in_training((PICTURE, *STEM, *BLOCK))
"""An instance norm, of each picture, and batch norms, around which there is a way, too."""

pytestmark = pytest.mark.usefixtures("in_float64")


def test_grad_of_a_batch_adds_up_through_its_norms():
    params = random_params(RNG, TABLE)
    pictures = [random_given(RNG, TABLE) for _ in range(3)]
    found = byhand.maps(TABLE, params, pictures, ("block",))
    dy = RNG.normal(size=(3, 1, 6, 7, 4))
    gradients = byhand.backward(TABLE, params, found, [{"block": one} for one in dy], ("picture",))

    def energy(params, x):
        paint = jax.vmap(
            lambda one: graph.paint(TABLE, params, {"picture": one}), axis_name=batchnorm.BATCH
        )
        return (dy * paint(x)).sum()

    x = np.stack([one["picture"] for one in pictures])
    value, automatic = quick(jax.value_and_grad(energy))(params, x)
    y = np.stack([one["block"] for one in found])
    close((dy * y).sum(), value, rtol=1e-12)
    for row, kinds in params.items():
        assert set(gradients[row]) == kinds.keys() - (AVERAGES if row[:4] == "conv" else ())
        for kind, gradient in gradients[row].items():
            close(gradient, automatic[row][kind], rtol=1e-9, name=f"{row}/{kind}")

            def by_hand(value, row=row, kind=kind):
                mine = {**params, row: {**params[row], kind: value}}
                maps = byhand.maps(TABLE, mine, pictures, ("block",))
                return sum((one * own["block"]).sum() for one, own in zip(dy, maps, strict=True))

            check(by_hand, params[row][kind], np.ascontiguousarray(gradient), name=f"{row}/{kind}")


def test_without_them_each_picture_is_by_itself():
    table = (PICTURE, *STEM)
    params, last = random_params(RNG, table), table[-1].name
    pictures = [random_given(RNG, table) for _ in range(2)]
    assert byhand.joining(table) == []
    found = byhand.maps(table, params, pictures, (last,))
    for one, picture in zip(found, pictures, strict=True):
        np.testing.assert_array_equal(one[last], alone.paint(table, params, picture)[0])
