"""Johnson's network as Ulyanov trains it: SciPy paints the same."""

import numpy as np
import pytest
from painters import paint, random_given, random_params
from scipy_rows import channels_first, channels_last, convolve, normed, rectified, transposed

from jnst.feedforward.networks import ulyanov

TABLE = ulyanov.table(width=0.05)
MEAN = (123.68, 116.779, 103.939)
RNG = np.random.default_rng(0)


def painted(params, picture):
    def norm(x, name):
        return normed(x, **params[f"{name}/norm"])

    x = channels_first(picture)
    for i, stride in ((1, 1), (2, 2), (3, 2)):
        x = rectified(norm(convolve(x, params[f"conv{i}"], stride=stride), f"conv{i}"))
    for i in range(1, 6):
        y = rectified(norm(convolve(x, params[f"res{i}.1"]), f"res{i}.1"))
        x = x + norm(convolve(y, params[f"res{i}.2"]), f"res{i}.2")
    for i in (1, 2):
        x = rectified(norm(transposed(x, params[f"deconv{i}"]), f"deconv{i}"))
    last = channels_last(convolve(x, params["last"]))
    return np.add(last, MEAN) / 255  # as `deprocess` of the source


@pytest.mark.usefixtures("in_float64")
@pytest.mark.parametrize("sides", [(16, 20), (13, 18)])
def test_parity_with_an_implementation_by_scipy(sides):
    params, given = random_params(RNG, TABLE), random_given(RNG, TABLE, sides)
    y = paint(TABLE, params, given)
    assert y.shape == (1, *(-(-side // 4) * 4 for side in sides), 3)
    np.testing.assert_allclose(painted(params, **given), y, rtol=0, atol=1e-10)


@pytest.mark.usefixtures("in_float64")
def test_a_channel_without_contrast_is_painted_in_the_mean_of_vgg():
    """All kernels 0: so what comes out is the mean, in the order of RGB."""
    params = {
        row: {k: 0 * x for k, x in kinds.items()}
        for row, kinds in random_params(RNG, TABLE).items()
    }
    y = paint(TABLE, params, random_given(RNG, TABLE, (8, 8)))
    np.testing.assert_allclose(255 * y[0, 0, 0], MEAN, rtol=1e-6)
