import numpy as np
import pytest
from losscheck import check_same

from jnst.byhand.losses import content as byhand
from jnst.losses import content, squares

RNG = np.random.default_rng(0)
F, P = np.maximum(RNG.normal(size=(2, 1, 5, 7, 6)), 0)

pytestmark = pytest.mark.usefixtures("in_float64")


def test_grad_by_hand_is_autodiff_and_finite_difference():
    check_same(content, byhand, F, P, scales=squares.SCALES)


def test_grad_at_the_target_is_zero():
    for scale in squares.SCALES:
        assert byhand.distance(P, P, scale=scale) == 0
        assert not byhand.distance_backward(P, P, scale=scale).any()


def test_the_statistic_is_the_map_itself():
    np.testing.assert_array_equal(byhand.statistic(F), F)
    np.testing.assert_array_equal(byhand.statistic_backward(P, F), P)
