"""Convolutions by mixed kernels: on paper, linear in the weights, and as SciPy does them."""

import numpy as np
import pytest
import scipy.signal

from jnst.byhand.feedforward import banks as byhand
from jnst.errors import InputError
from jnst.feedforward import banks

RNG = np.random.default_rng(0)
X = RNG.normal(size=(1, 5, 6, 3))
KERNELS = RNG.normal(size=(4, 3, 3, 3, 2))
WEIGHTS = np.array([0.2, 0.0, 1.5, -0.3])

pytestmark = pytest.mark.usefixtures("in_float64")
both = pytest.mark.parametrize("module", [banks, byhand])


@both
def test_on_paper(module):
    """Of a lone 1 in the middle y is the kernel, turned around; in a corner less of it is seen."""
    kernel = np.arange(1.0, 10).reshape(3, 3)
    kernels = np.stack([kernel, np.ones((3, 3))])[..., None, None]
    x = np.zeros((1, 3, 3, 1))
    x[0, 1, 1, 0] = 1
    y = module.convolve(x, kernels, np.array([2.0, 10.0]))
    np.testing.assert_allclose(y[0, :, :, 0], 2 * kernel[::-1, ::-1] + 10)
    y = module.convolve(np.roll(x, (1, 1), (1, 2)), kernels, np.array([1.0, 0.0]))
    np.testing.assert_allclose(y[0, :, :, 0], [[0, 0, 0], [0, 9, 8], [0, 6, 5]])


@both
def test_a_mixture_of_styles_is_that_of_what_each_makes(module):
    each = [module.convolve(X, KERNELS, weights) for weights in np.eye(4)]
    mixed = sum(w * y for w, y in zip(WEIGHTS, each, strict=True))
    np.testing.assert_allclose(module.convolve(X, KERNELS, WEIGHTS), mixed, rtol=1e-11, atol=1e-13)


@both
def test_parity_with_scipy(module):
    kernel = sum(w * k for w, k in zip(WEIGHTS, KERNELS, strict=True))
    expected = [
        sum(scipy.signal.correlate(X[0, :, :, i], kernel[:, :, i, o], "same") for i in range(3))
        for o in range(2)
    ]
    y = module.convolve(X, KERNELS, WEIGHTS)
    np.testing.assert_allclose(y[0], np.stack(expected, -1), rtol=1e-11, atol=1e-13)


def test_what_is_no_bank_is_refused():
    with pytest.raises(InputError, match="need an odd size, not 2"):
        banks.convolve(X, KERNELS[:, :2, :2], WEIGHTS)
    with pytest.raises(InputError, match="one weight for each of 4 styles, not 3"):
        banks.convolve(X, KERNELS, WEIGHTS[:3])
