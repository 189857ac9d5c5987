import jax
import numpy as np
import pytest
from gradcheck import check

from jnst.errors import InputError
from jnst.losses import squares

RNG = np.random.default_rng(0)
S, T = RNG.normal(size=(2, 4, 3))

pytestmark = pytest.mark.usefixtures("in_float64")


@jax.jit
def evaluate(S, T):
    return {
        scale: jax.value_and_grad(squares.squared_error)(S, T, scale=scale)
        for scale in squares.SCALES
    }


# Differences 2, 0 and -1: Σd² = 5, Σ|d| = 3.
def test_sums_worked_out_on_paper():
    found = jax.jit(squares.sums)(np.array([3.0, 1, 0]), np.array([1.0, 1, 1]))
    assert (found.squares, found.magnitudes) == (5, 3)


def test_sums_of_parts_are_the_sums_of_the_whole():
    sums = jax.jit(squares.sums)
    whole, halves = sums(S, T), [sums(S[:2], T[:2]), sums(S[2:], T[2:])]
    added = squares.Sums(*(sum(part) for part in zip(*halves, strict=True)))
    np.testing.assert_allclose(added, whole, rtol=1e-14)
    for scale, (value, _) in evaluate(S, T).items():
        got = squares.of_sums(added, T, scale=scale)
        np.testing.assert_allclose(got, value, rtol=1e-14, err_msg=scale)


def test_grad_of_each_scale():
    for scale, (_, gradient) in evaluate(S, T).items():
        check(lambda S, scale=scale: evaluate(S, T)[scale][0], S, np.asarray(gradient), name=scale)


def test_grad_is_zero_at_the_target():
    for scale, (value, gradient) in evaluate(T, T).items():
        assert value == 0, scale
        assert not gradient.any(), scale


def test_unknown_scale_lists_the_choices():
    with pytest.raises(InputError, match="'sum'; choose from half, quarter-mean, mean, relative"):
        squares.squared_error(S, T, scale="sum")
