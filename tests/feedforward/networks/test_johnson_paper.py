"""Johnson's network as he trains it: SciPy paints the same; sizes, and what is lost at borders."""

import numpy as np
import pytest
from painters import paint, random_given, random_params
from scipy_rows import (
    by_averages,
    channels_first,
    channels_last,
    convolve,
    normed,
    rectified,
    transposed,
)

from jnst.byhand.feedforward import graph as byhand
from jnst.errors import InputError
from jnst.feedforward import graph
from jnst.feedforward.blocks import batch_norm
from jnst.feedforward.networks import johnson_paper

TABLE = johnson_paper.table(width=0.05)
MEAN = [123.68, 116.779, 103.939]
RNG = np.random.default_rng(0)


def painted(params, picture, by=normed):
    def norm(x, name):
        return by(x, **params[f"{name}/norm"])

    x = channels_first(255 * picture - MEAN)
    x = np.pad(x, ((0, 0), (40, 40), (40, 40)), "reflect")
    for i, stride in ((1, 1), (2, 2), (3, 2)):
        y = convolve(x, params[f"conv{i}"], stride=stride, beyond="constant")
        x = rectified(norm(y, f"conv{i}"))
    for i in range(1, 6):
        y = rectified(norm(convolve(x, params[f"res{i}.1"], beyond=None), f"res{i}.1"))
        y = norm(convolve(y, params[f"res{i}.2"], beyond=None), f"res{i}.2")
        x = x[:, 2:-2, 2:-2] + y
    for i in (1, 2):
        x = rectified(norm(transposed(x, params[f"deconv{i}"]), f"deconv{i}"))
    last = 150 * np.tanh(convolve(x, params["last"], beyond="constant"))
    return (channels_last(last) + MEAN) / 255


@pytest.mark.usefixtures("in_float64")
@pytest.mark.parametrize("sides", [(44, 48), (41, 46)])
def test_parity_with_an_implementation_by_scipy(sides):
    params, given = random_params(RNG, TABLE), random_given(RNG, TABLE, sides)
    y = paint(TABLE, params, given)
    assert y.shape == (1, *(-(-side // 4) * 4 for side in sides), 3)
    np.testing.assert_allclose(painted(params, **given), y, rtol=0, atol=1e-10)


@pytest.mark.usefixtures("in_float64")
def test_parity_with_batch_norm():
    table = johnson_paper.table(width=0.05, norm=batch_norm)
    params, given = random_params(RNG, table), random_given(RNG, table, (44, 48))
    y = paint(table, params, given)
    np.testing.assert_allclose(painted(params, **given, by=by_averages), y, rtol=0, atol=1e-10)


def test_residual_blocks_take_away_all_that_was_mirrored():
    params, given = random_params(RNG, TABLE), random_given(RNG, TABLE, (44, 48))
    _, found = byhand.paint(TABLE, params, given)
    names = ("start", "conv3", "res1", "res5", "deconv2", "painted")
    assert [found[name].shape[1] for name in names] == [124, 31, 27, 11, 44, 44]


def test_colours_lie_around_the_mean_as_far_as_tanh_goes():
    params, given = random_params(RNG, TABLE), random_given(RNG, TABLE, (44, 48))
    params["last"]["kernel"] *= 1e3
    y = 255 * byhand.paint(TABLE, params, given)[0]
    np.testing.assert_allclose(y.max(axis=(0, 1, 2)), np.add(MEAN, 150), rtol=1e-6)
    np.testing.assert_allclose(y.min(axis=(0, 1, 2)), np.subtract(MEAN, 150), rtol=1e-5)


def test_a_picture_that_is_too_small_is_refused():
    params, given = random_params(RNG, TABLE, np.float32), random_given(RNG, TABLE, (40, 48))
    with pytest.raises(InputError, match="reflect of 40 pixels needs sides of at least 41"):
        graph.paint(TABLE, params, given)
