import jax
import numpy as np
import pytest
from gradcheck import check, close

from jnst.byhand.losses import sampling as byhand
from jnst.losses import sampling

RNG = np.random.default_rng(0)
F = RNG.normal(size=(1, 6, 5, 4))
SIZES = [(32, 32), (33, 33), (64, 64), (128, 96), (45, 300), (1, 5000), (5000, 1), (2, 9000)]

pytestmark = pytest.mark.usefixtures("in_float64")


def test_the_grids_of_both_kinds_are_the_same():
    assert sampling.LIMIT == byhand.LIMIT == 1024
    for size in SIZES:
        for one, other in zip(sampling.grid(*size), byhand.grid(*size), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("limit", [4, 6, 1024])
def test_grad_of_the_sample(limit):
    @jax.jit
    def pull(x, dX):
        X, vjp = jax.vjp(lambda x: sampling.sample(x, limit=limit), x)
        return X, vjp(dX)[0]

    dX = RNG.normal(size=byhand.sample(F, limit=limit).shape)
    X, automatic = pull(F, dX)
    np.testing.assert_array_equal(byhand.sample(F, limit=limit), X)
    gradient = byhand.sample_backward(dX, F, limit=limit)
    close(gradient, automatic)
    assert np.count_nonzero(gradient) == dX.size


def autodiff(X, weights):
    """Compute the weighted sum of the directions and its derivative."""
    loss = jax.value_and_grad(lambda x: (weights * sampling.directions(x)).sum())
    return jax.jit(loss)(X)


def test_grad_of_the_directions_by_hand_is_autodiff_and_finite_difference():
    X, weights = RNG.normal(size=(2, 7, 4))
    gradient = byhand.directions_backward(weights, X)
    value, automatic = autodiff(X, weights)

    def loss(x):
        return (weights * byhand.directions(x)).sum()

    np.testing.assert_allclose(loss(X), value, rtol=1e-13)
    np.testing.assert_allclose(jax.jit(sampling.directions)(X), byhand.directions(X), rtol=1e-14)
    close(gradient, automatic)
    check(loss, X, gradient)
    # A longer vector in the same direction is the same.
    np.testing.assert_allclose(np.sum(gradient * X, axis=1), 0, atol=1e-14)


def test_grad_of_a_direction_is_zero_for_a_vector_of_zeros():
    X, weights = RNG.normal(size=(2, 7, 4))
    X[1] = 0
    gradient = byhand.directions_backward(weights, X)
    assert not gradient[1].any()
    close(gradient, autodiff(X, weights)[1])
