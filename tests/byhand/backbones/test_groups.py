"""Products of channels in groups: one matrix with blocks, and its derivatives."""

import numpy as np
import pytest
import scipy.linalg
from gradcheck import check, close
from helpers import maps

from jnst.backbones import nn
from jnst.byhand.backbones import groups
from jnst.byhand.backbones import nn as byhand

RNG = np.random.default_rng(0)
SHAPES = [(6, 4), (3, 4), (2, 6), (1, 6), (1, 12)]
"""Of matrices for maps of 6 channels: of 1, 2, 3 and 6 groups, the last of these wider."""

pytestmark = pytest.mark.usefixtures("in_float64")


def whole(k):
    """Return the one matrix (6, d) that k stands for."""
    return scipy.linalg.block_diag(*np.split(k, 6 // len(k), axis=1))


@pytest.mark.parametrize("shape", SHAPES)
def test_grad_of_products_in_groups(shape):
    x, k, dy = (
        maps(RNG, 2, 3, channels=6),
        RNG.normal(size=shape),
        RNG.normal(size=(2, 3, shape[1])),
    )
    y, dy = groups.times(x, k), dy[None]
    close(y, x @ whole(k), rtol=1e-14)
    dx = groups.times_backward(dy, k, 6)
    close(dx, dy @ whole(k).T, rtol=1e-14)
    check(lambda x: np.sum(dy * groups.times(x, k)), x, dx)
    dk = groups.times_matrix_backward(dy, x, shape)
    check(lambda k: np.sum(dy * groups.times(x, k)), k, dk)


@pytest.mark.parametrize("module", [nn, byhand], ids=["jax", "byhand"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_convolution_in_groups_is_one_for_each(module, shape):
    """On more positions than `nn.FEW`, and on fewer."""
    k, b = RNG.normal(size=(3, 3, *shape)), RNG.normal(size=shape[1])
    g = 6 // shape[0]
    for size in ((3, 4), (9, 8)):
        x = maps(RNG, *size, channels=6)
        parts = zip(*(np.split(a, g, axis=-1) for a in (x, k, b)), strict=True)
        expected = np.concatenate([byhand.conv2d(*part) for part in parts], axis=-1)
        close(module.conv2d(x, k, b), expected, rtol=1e-12)
