"""MSG-Net: an implementation of its own by SciPy paints the same; sizes, and gradients."""

import numpy as np
import pytest
from gradcheck import check
from painters import paint, random_given, random_params
from scipy_rows import channels_first, channels_last, convolve, normed, rectified

from jnst.byhand.feedforward import graph as byhand
from jnst.feedforward import graph
from jnst.feedforward.layers import Input
from jnst.feedforward.networks import msgnet

TABLE = msgnet.table(width=0.05)
RNG = np.random.default_rng(0)


def begun(x):
    return rectified(normed(x))


def bottleneck(x, params, name, stride=1, factor=1):
    def larger(x):
        return x.repeat(factor, 1).repeat(factor, 2)

    y = convolve(begun(x), params[f"{name}.1"])
    y = convolve(larger(begun(y)), params[f"{name}.2"], stride=stride)
    y = convolve(begun(y), params[f"{name}.3"])
    if f"{name}.around" in params:
        x = convolve(larger(x), params[f"{name}.around"], stride=stride)
    return x + y


def encode(picture, params):
    y = begun(convolve(255 * channels_first(picture), params["siamese/first"]))
    for name in ("siamese/down1", "siamese/down2"):
        y = bottleneck(y, params, name, stride=2)
    return y


def painted(params, picture, style):
    x, y = encode(picture, params), encode(style, params)
    c, n = len(y), y[0].size
    gram = y.reshape(c, n) @ y.reshape(c, n).T / (c * n)
    x = ((params["comatch"]["matrix"] @ gram).T @ x.reshape(c, -1)).reshape(x.shape)
    for i in range(1, 7):
        x = bottleneck(x, params, f"block{i}")
    for i in (1, 2):
        x = bottleneck(x, params, f"up{i}", factor=2)
    return channels_last(convolve(begun(x), params["last"])) / 255


@pytest.mark.usefixtures("in_float64")
@pytest.mark.parametrize("sides", [(16, 20), (13, 18)])
def test_parity_with_an_implementation_by_scipy(sides):
    params, given = random_params(RNG, TABLE), random_given(RNG, TABLE, sides)
    given["style"] = RNG.random((1, 12, 9, 3))
    y = paint(TABLE, params, given)
    assert y.shape == (1, *(-(-side // 4) * 4 for side in sides), 3)
    np.testing.assert_allclose(painted(params, **given), y, rtol=0, atol=1e-9 * np.abs(y).max())


def test_at_full_width_there_are_as_many_channels_as_published():
    channels = {row.name: row.channels for row in msgnet.table() if row.op == "conv"}
    names = ("picture/first", "picture/down1.3", "style/down2.3", "block6.1", "block6.3")
    assert [channels[name] for name in names] == [64, 128, 512, 128, 512]
    assert [channels[name] for name in ("up1.1", "up1.3", "up2.1", "up2.3")] == [32, 128, 16, 64]


def test_what_is_known_of_a_style_is_enough():
    params, given = random_params(RNG, TABLE), random_given(RNG, TABLE, (8, 12))
    y, found = byhand.paint(TABLE, params, given)
    kept = {name: found[name] for name in ("picture", *msgnet.KNOWN)}
    np.testing.assert_array_equal(byhand.paint(TABLE, params, kept)[0], y)
    assert Input("style", 3) not in graph.needed(TABLE, {TABLE[-1].name}, kept)


def test_where_something_is_in_the_style_does_not_matter():
    """Neither does how large the style is: its Gram matrix is divided by the positions."""
    params, given = random_params(RNG, TABLE), random_given(RNG, TABLE, (8, 12))
    features = RNG.normal(size=(1, 2, 3, 24))
    moved = RNG.permutation(features.reshape(6, 24)).reshape(1, 3, 2, 24)
    twice = np.concatenate([features, features], axis=1)
    y, *others = (
        byhand.paint(TABLE, params, {"picture": given["picture"], "style/down2": x})[0]
        for x in (features, moved, twice, RNG.normal(size=(1, 2, 3, 24)))
    )
    np.testing.assert_allclose(others[0], y, rtol=1e-9)
    np.testing.assert_allclose(others[1], y, rtol=1e-9)
    assert not np.allclose(others[2], y, rtol=1e-2)


def test_grad_by_hand_of_the_whole_network():
    """In both pictures, and in parameters of each part."""
    params, given = random_params(RNG, TABLE), random_given(RNG, TABLE, (8, 12))
    y, found = byhand.paint(TABLE, params, given)
    dy = RNG.normal(size=y.shape)
    dx, dp = byhand.backward(TABLE, params, found, {TABLE[-1].name: dy}, tuple(given))
    assert {row: set(kinds) for row, kinds in dp.items()} == {k: set(v) for k, v in params.items()}
    for name, value in given.items():

        def energy(value, name=name):
            return np.sum(dy * byhand.paint(TABLE, params, {**given, name: value})[0])

        check(energy, value, dx[name], name=name, eps=1e-8)
    chosen = ("siamese/first", "kernel"), ("siamese/down2.around", "bias"), ("comatch", "matrix")
    for row, kind in (*chosen, ("block6.2", "kernel"), ("up2.around", "kernel"), ("last", "bias")):

        def energy(value, row=row, kind=kind):
            mine = {**params, row: {**params[row], kind: value}}
            return np.sum(dy * byhand.paint(TABLE, mine, given)[0])

        check(energy, params[row][kind], dp[row][kind], name=f"{row}/{kind}", eps=1e-8)
