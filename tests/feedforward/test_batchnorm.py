"""Normalization over a batch: by its own moments, and by averages of them."""

import jax
import numpy as np
import pytest
from flax import nnx
from painters import batch_norm

from jnst.byhand.feedforward import batchnorm as byhand
from jnst.feedforward import batchnorm, norms

RNG = np.random.default_rng(0)
GAMMA, BETA = RNG.normal(size=(2, 3))

pytestmark = pytest.mark.usefixtures("in_float64")


def observed(x):
    """Return what goes into averages, as a training finds it."""
    see = jax.vmap(
        lambda one: batchnorm.observed(one[None]), axis_name=batchnorm.BATCH, out_axes=None
    )
    return see(x)


BOTH = pytest.mark.parametrize("norm", [batch_norm, byhand.batch_norm], ids=["jax", "byhand"])


# Of 1 in one picture and 3 in the other: mean 2, squares 1 and 1. Divided by their number they are
# 1, and 1 + 3 has the root 2; divided by one less they are 2.
@BOTH
def test_values_worked_out_on_paper(norm):
    x = np.array([1.0, 3.0]).reshape(2, 1, 1, 1)
    y = norm(x, scale=np.array([10.0]), shift=np.array([7.0]), epsilon=3.0)
    np.testing.assert_allclose(np.ravel(y), [2, 12], rtol=1e-14)
    for seen in (observed(x), byhand.observed(x)):
        assert {kind: float(value[0]) for kind, value in seen.items()} == {"mean": 2, "variance": 2}
    np.testing.assert_allclose(batchnorm.averaged(np.array([10.0]), np.array([20.0])), [11])


@pytest.mark.parametrize("module", [batchnorm, byhand], ids=["jax", "byhand"])
def test_by_averages_a_position_is_by_itself(module):
    moments, affine = [np.array([2.0]), np.array([1.0])], {"scale": 10.0, "shift": 7.0}
    affine = {kind: np.array([value]) for kind, value in affine.items()}
    x = np.array([5.0, 2.0]).reshape(1, 2, 1, 1)
    y = module.normalize(x, *moments, **affine, epsilon=3.0)
    np.testing.assert_allclose(np.ravel(y), [22, 7], rtol=1e-14)


@BOTH
def test_pictures_of_a_batch_depend_on_each_other(norm):
    x = RNG.normal(size=(3, 4, 5, 3))
    y = norm(x, scale=GAMMA, shift=BETA)
    other = x.copy()
    other[2] += 5
    moved = norm(other, scale=GAMMA, shift=BETA)
    assert np.abs(moved[0] - y[0]).max(axis=(0, 1)).min() > 0.05
    turned = norm(x[::-1], scale=GAMMA, shift=BETA)
    np.testing.assert_allclose(turned[::-1], y, rtol=1e-12)


@BOTH
def test_a_batch_of_equal_pictures_is_normalized_as_each(norm):
    x = RNG.normal(size=(1, 4, 5, 3))
    alone = norms.instance_norm(x, scale=GAMMA, shift=BETA)
    found = norm(np.concatenate([x, x]), scale=GAMMA, shift=BETA)
    np.testing.assert_allclose(found, np.concatenate([alone, alone]), rtol=1e-12)


def test_parity_with_flax():
    """Which puts the variance over N into its average, too, where the paper has N - 1."""
    options = {"momentum": batchnorm.MOMENTUM, "epsilon": 1e-3}
    theirs = nnx.BatchNorm(3, **options, rngs=nnx.Rngs(0))
    scale, shift = (array.astype(np.float32) for array in (GAMMA, BETA))
    theirs.scale[...], theirs.bias[...] = scale, shift
    ours = {"mean": np.zeros(3), "variance": np.ones(3)}
    affine = {"scale": scale, "shift": shift, "epsilon": 1e-3}
    for _ in range(3):
        x = (2 + RNG.normal(size=(2, 4, 5, 3))).astype(np.float32)
        np.testing.assert_allclose(theirs(x), batch_norm(x, **affine), rtol=0, atol=2e-6)
        seen = observed(x)
        seen["variance"] = seen["variance"] * 39 / 40
        ours = {kind: batchnorm.averaged(ours[kind], seen[kind]) for kind in ours}
    np.testing.assert_allclose(theirs.mean[...], ours["mean"], rtol=1e-6)
    np.testing.assert_allclose(theirs.var[...], ours["variance"], rtol=1e-6)
    theirs.eval()
    y = batchnorm.normalize(x[:1], *ours.values(), **affine)
    np.testing.assert_allclose(theirs(x[:1]), y, rtol=0, atol=2e-6)
