"""Normalization over a batch: by hand = autodiff = central differences."""

import jax
import numpy as np
import pytest
from helpers import agree
from painters import batch_norm

from jnst.byhand.feedforward import batchnorm as byhand
from jnst.feedforward import batchnorm

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 4, 5, 2))
AFFINE = {"scale": RNG.normal(size=2), "shift": RNG.normal(size=2)}
WEIGHTS = {"mean": RNG.normal(size=2), "variance": RNG.uniform(0.5, 2, size=2), **AFFINE}

pytestmark = pytest.mark.usefixtures("in_float64")


@pytest.mark.parametrize("epsilon", [1e-5, 0.5])
def test_grad_of_batch_norm(epsilon):
    agree(
        RNG,
        X,
        lambda x: batch_norm(x, **AFFINE, epsilon=epsilon),
        lambda x: byhand.batch_norm(x, **AFFINE, epsilon=epsilon),
        lambda dy, y: byhand.batch_norm_backward(dy, X, scale=AFFINE["scale"], epsilon=epsilon)[0],
        rtol=1e-12,
    )


@pytest.mark.parametrize("kind", AFFINE)
def test_grad_of_batch_norm_in_its_parameters(kind):
    agree(
        RNG,
        AFFINE[kind],
        lambda value: batch_norm(X, **{**AFFINE, kind: value}, epsilon=0.1),
        lambda value: byhand.batch_norm(X, **{**AFFINE, kind: value}, epsilon=0.1),
        lambda dy, y: byhand.batch_norm_backward(dy, X, scale=AFFINE["scale"], epsilon=0.1)[1][
            kind
        ],
        rtol=1e-12,
    )


@pytest.mark.parametrize("kind", ["x", *WEIGHTS])
def test_grad_by_averages(kind):
    given = {"x": X, **WEIGHTS}

    def by_jax(value):  # where a map is of one picture
        x, *weights = ({**given, kind: value}[name] for name in given)
        own = dict(zip(WEIGHTS, weights, strict=True))
        return jax.vmap(lambda one: batchnorm.normalize(one[None], **own, epsilon=0.1)[0])(x)

    def backward(dy, _):
        dx, own = byhand.normalize_backward(dy, X, WEIGHTS, epsilon=0.1)
        return {"x": dx, **own}[kind]

    def by_hand(value):
        return byhand.normalize(**{**given, kind: value}, epsilon=0.1)

    agree(RNG, given[kind], by_jax, by_hand, backward, rtol=1e-12)


def test_float32_stays_float32():
    x, affine = X.astype(np.float32), {k: a.astype(np.float32) for k, a in AFFINE.items()}
    y = byhand.batch_norm(x, **affine)
    dx, own = byhand.batch_norm_backward(y, x, scale=affine["scale"])
    assert {a.dtype for a in (y, dx, *own.values())} == {np.dtype(np.float32)}
