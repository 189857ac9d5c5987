import jax
import numpy as np
import pytest
from gradcheck import close
from losscheck import check_same, program

from jnst.byhand.losses import patches as byhand
from jnst.losses import patches

RNG = np.random.default_rng(0)
N = 3
F, P = (np.maximum(RNG.normal(size=(1, *size, N)), 0) for size in ((5, 6), (6, 4)))
SCALES = sorted(patches.SCALE)

pytestmark = pytest.mark.usefixtures("in_float64")


def test_the_tables_of_both_kinds_are_the_same():
    assert list(patches.SCALE) == list(byhand.SCALE)
    assert (patches.SIDE, patches.LIMIT) == (byhand.SIDE, byhand.LIMIT)
    T = byhand.target(P)
    for scale in SCALES:
        one, other = (module.SCALE[scale](T) for module in (patches, byhand))
        assert float(one) == pytest.approx(float(other), rel=1e-14)


@pytest.mark.parametrize("block", [512, 5, 1])
def test_grad_by_hand_is_autodiff_and_finite_difference(monkeypatch, block):
    for module in (patches, byhand):
        monkeypatch.setattr(module, "BLOCK", block)
    program.cache_clear()  # it has the block inside
    check_same(patches, byhand, F, byhand.target(byhand.statistic(P)), scales=SCALES)


def test_the_target_of_both_kinds_is_the_same():
    for one, other in zip(byhand.target(P), jax.jit(patches.target)(P), strict=True):
        close(one, other)


def test_grad_is_zero_at_the_target():
    assert not byhand.distance_backward(F, byhand.target(F)).any()


def test_grad_and_value_stay_finite_without_contrast():
    evaluate = jax.jit(jax.value_and_grad(patches.distance))
    for new in (0 * F, np.ones_like(F)):
        for style in (0 * P, np.ones_like(P), P):
            T = byhand.target(style)
            value, gradient = evaluate(new, patches.Target(*T))
            assert float(value) == pytest.approx(float(byhand.distance(new, T)), rel=1e-12)
            np.testing.assert_allclose(gradient, byhand.distance_backward(new, T), atol=1e-15)
            assert np.isfinite(gradient).all()
