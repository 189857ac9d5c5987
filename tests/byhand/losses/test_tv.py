import functools

import jax
import numpy as np
import pytest
from gradcheck import check, close

from jnst.byhand.losses import tv as byhand
from jnst.losses import tv

RNG = np.random.default_rng(0)
IMAGE = RNG.random((1, 7, 6, 3))
FLAT = IMAGE.copy()
FLAT[:, 2:6, 1:5] = 0.25  # differences that are exactly 0, where s^(β-1) has no value for β < 1
BETAS = [0.5, 1.0, 1.25, 2.0]

pytestmark = pytest.mark.usefixtures("in_float64")


def test_the_tables_of_both_kinds_are_the_same():
    assert list(tv.SCALE) == list(byhand.SCALE)
    for scale in tv.SCALE:
        assert tv.SCALE[scale](12) == byhand.SCALE[scale](12)


@functools.cache
def program(**options):
    """Compile the values and derivatives at all scales, for pictures of any size."""

    def evaluate(x):
        return {
            scale: jax.value_and_grad(tv.total_variation)(x, scale=scale, **options)
            for scale in tv.SCALE
        }

    return jax.jit(evaluate)


def agree(image, *, corner=False, **options):
    """Check the value and the derivative by hand; no difference quotient at a corner."""
    evaluate = program(**options)
    for scale, (value, automatic) in evaluate(image).items():
        name = f"total variation, scale {scale}, {options}"
        found = byhand.total_variation(image, scale=scale, **options)
        np.testing.assert_allclose(found, value, rtol=1e-12, err_msg=name)
        gradient = byhand.total_variation_backward(image, scale=scale, **options)
        close(gradient, automatic, name=name)
        if not corner:
            check(lambda x, scale=scale: evaluate(x)[scale][0], image, gradient, name=name)


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("image", [IMAGE, FLAT], ids=["rough", "flat"])
def test_grad_by_hand_is_autodiff_and_finite_difference(image, beta):
    agree(image, beta=beta)


@pytest.mark.parametrize("kind", ["absolute", "nine-point"])
@pytest.mark.parametrize("image", [IMAGE, FLAT, IMAGE[:, :1], IMAGE[:, :, :1]])
def test_grad_of_the_other_kinds(image, kind):
    # |d| has a corner at 0, where the flat picture is.
    agree(image, corner=image is FLAT and kind == "absolute", kind=kind)


@pytest.mark.parametrize("beta", BETAS)
def test_grad_is_zero_inside_a_flat_region(beta):
    # Not at the region's edge, where one of the differences looks outwards.
    gradient = byhand.total_variation_backward(FLAT, beta=beta)
    assert not gradient[:, 3:5, 2:4].any()
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("shape", [(5, 4), (1, 4), (5, 1), (1, 1)])
def test_grad_and_value_of_a_constant_picture_are_zero(shape, beta):
    image = np.full((1, *shape, 3), 0.7)
    assert byhand.total_variation(image, beta=beta) == 0
    assert not byhand.total_variation_backward(image, beta=beta).any()
