import numpy as np
import pytest

from jnst.byhand.losses import positions as byhand
from jnst.losses import positions

RNG = np.random.default_rng(0)
F, REGION = RNG.normal(size=(1, 2, 3, 4)), RNG.random((1, 2, 3, 1))

pytestmark = pytest.mark.usefixtures("in_float64")


def test_a_row_for_each_position_in_reading_order():
    assert byhand.matrix(F).shape == (6, 4)
    np.testing.assert_array_equal(byhand.matrix(F)[4], F[0, 1, 1])
    np.testing.assert_array_equal(byhand.matrix(F), positions.matrix(F))


def test_each_row_is_weighed_by_its_position():
    rows = byhand.matrix(F)
    weighed = byhand.weigh(rows, REGION)
    np.testing.assert_array_equal(weighed[4], REGION[0, 1, 1] * F[0, 1, 1])
    np.testing.assert_array_equal(weighed, positions.weigh(rows, REGION))
    assert byhand.weigh(rows, None) is rows
