"""Convolutions by mixed kernels: by hand = autodiff = central differences."""

import numpy as np
import pytest
from helpers import agree, maps

from jnst.byhand.feedforward import banks as byhand
from jnst.feedforward import banks

RNG = np.random.default_rng(0)
GIVEN = (maps(RNG, 4, 5), RNG.normal(size=(4, 3, 3, 3, 2)), np.array([0.2, 0.0, 1.5, -0.3]))

pytestmark = pytest.mark.usefixtures("in_float64")


@pytest.mark.parametrize("part", [0, 1, 2], ids=["x", "kernels", "style"])
def test_grad_of_a_bank(part):
    def with_it(value):
        return (*GIVEN[:part], value, *GIVEN[part + 1 :])

    agree(
        RNG,
        GIVEN[part],
        lambda value: banks.convolve(*with_it(value)),
        lambda value: byhand.convolve(*with_it(value)),
        lambda dy, _: byhand.convolve_backward(dy, *GIVEN)[part],
        rtol=1e-12,
    )


def test_float32_stays_float32():
    x, kernels, style = (array.astype(np.float32) for array in GIVEN)
    y = byhand.convolve(x, kernels, style)
    back = byhand.convolve_backward(y, x, kernels, style)
    assert {y.dtype, *(array.dtype for array in back)} == {np.dtype(np.float32)}
