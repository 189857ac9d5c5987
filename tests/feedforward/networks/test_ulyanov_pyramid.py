"""A texture network, of noise and the picture at six sizes: SciPy paints the same."""

import numpy as np
import pytest
from painters import paint, random_given, random_params
from scipy_rows import by_averages, channels_first, channels_last, convolve, rectified

from jnst.feedforward.networks import ulyanov_pyramid

TABLE = ulyanov_pyramid.table(width=0.5)
MEAN = (123.68, 116.779, 103.939)
RNG = np.random.default_rng(0)


def painted(params, picture, **noise):
    def three(x, name):
        for i in (1, 2, 3):
            y = convolve(x, params[f"{name}.{i}"], beyond="constant")
            x = rectified(by_averages(y, **params[f"{name}.{i}/norm"]))
        return x

    def again(x, name):
        return by_averages(x, **params[f"{name}/norm"])

    picture, x, below = channels_first(picture), None, ""
    for ratio in (32, 16, 8, 4, 2, 1):
        c, h, w = picture.shape
        small = picture.reshape(c, h // ratio, ratio, w // ratio, ratio).mean((2, 4))
        both = np.concatenate([small, channels_first(noise[f"noise{ratio}"])])
        own = three(both, f"scale{ratio}")
        if x is None:
            x, below = own, f"scale{ratio}.3/norm/relu"
            continue
        larger = again(x.repeat(2, axis=1).repeat(2, axis=2), f"{below}/up")
        joined = np.concatenate([larger, again(own, f"scale{ratio}.3/norm/relu")])
        x, below = three(joined, f"merged{ratio}"), f"merged{ratio}.3/norm/relu"
    return (channels_last(convolve(x, params["last"])) + MEAN) / 255


@pytest.mark.usefixtures("in_float64")
def test_parity_with_an_implementation_by_scipy():
    params, given = random_params(RNG, TABLE), random_given(RNG, TABLE, (64, 96))
    assert [given[f"noise{r}"].shape[1:3] for r in (32, 1)] == [(2, 3), (64, 96)]
    y = paint(TABLE, params, given)
    assert y.shape == (1, 64, 96, 3)
    close = {"rtol": 0, "atol": 1e-9 * np.abs(y).max()}
    np.testing.assert_allclose(painted(params, **given), y, **close)


@pytest.mark.usefixtures("in_float64")
def test_noise_of_every_scale_is_in_the_picture():
    params, given = random_params(RNG, TABLE), random_given(RNG, TABLE, (64, 64))
    y = paint(TABLE, params, given)
    for name in given:
        other = paint(TABLE, params, {**given, name: 1 - given[name]})
        assert np.abs(other - y).max() > 1e-6, name
