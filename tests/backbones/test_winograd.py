"""Winograd's algorithm against the definition of the convolution."""

import jax
import numpy as np
import pytest
from gradcheck import check, close
from programs import features, quick, value_and_pullback

from jnst.backbones import graph, nn, winograd
from jnst.backbones.tables import BACKBONES


def case(h, w, c, d, dtype=np.float64):
    rng = np.random.default_rng(h * w)
    shapes = (1, h, w, c), (3, 3, c, d), (d,)
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


direct, by_winograd = quick(nn.conv2d), quick(winograd.conv2d)


def test_one_point_through_a_kernel_is_the_kernel_turned_round():
    x = np.zeros((1, 5, 7, 1))
    x[0, 2, 3] = 1
    kernel = np.arange(9.0).reshape(3, 3, 1, 1)
    with jax.enable_x64(True):
        y = by_winograd(x, winograd.transform(kernel), np.array([0.5]))
    expected = np.full((5, 7), 0.5)
    expected[1:4, 2:5] += kernel[::-1, ::-1, 0, 0]
    np.testing.assert_allclose(y[0, ..., 0], expected, atol=1e-14)


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (4, 4), (7, 5), (8, 13)])
def test_every_size_agrees_with_the_definition(size, in_float64):
    x, kernel, bias = case(*size, 3, 2)
    y = by_winograd(x, winograd.transform(kernel), bias)
    np.testing.assert_allclose(y, direct(x, kernel, bias), rtol=0, atol=1e-13)


def test_grad_of_the_picture(in_float64):
    x, kernel, bias = case(6, 5, 2, 3)
    weights = np.random.default_rng(0).normal(size=(1, 6, 5, 3))
    transformed = winograd.transform(kernel)
    found = value_and_pullback(lambda x: winograd.conv2d(x, transformed, bias))
    gradient = found(x, weights)[1]
    check(lambda x: np.sum(weights * found(x, weights)[0]), x, np.asarray(gradient))
    close(gradient, value_and_pullback(lambda x: nn.conv2d(x, kernel, bias))(x, weights)[1])


def test_float32_is_good_to_a_hundred_thousandth_of_the_largest():
    x, kernel, bias = case(20, 30, 128, 128, np.float32)
    y = np.asarray(by_winograd(x, winograd.transform(kernel), bias))
    with jax.enable_x64(True):
        exact = np.asarray(direct(*(array.astype(np.float64) for array in (x, kernel, bias))))
    error = np.abs(y - exact).max() / np.abs(exact).max()
    assert 1e-7 < error < 1e-5  # were it less, it would be another algorithm


def test_only_kernels_that_gain_are_transformed():
    table = BACKBONES["vgg19"].table
    params = {
        name: {"kernel": np.zeros(shape, np.float32), "bias": np.zeros(shape[-1], np.float32)}
        for name, shape in graph.kernels(table).items()
        if name < "conv3_2"
    }
    found = graph.with_winograd(table, params)
    assert [name for name in found if "winograd" in found[name]] == [
        "conv2_1",
        "conv2_2",
        "conv3_1",
    ]
    assert all(found[name]["kernel"] is params[name]["kernel"] for name in params)


def test_strided_kernels_are_not():
    table = BACKBONES["resnet50"].table
    strided = [one.name for one in table if one.size == (3, 3) and one.stride > 1]
    params = {
        name: {"kernel": np.zeros((3, 3, 512, 512)), "bias": np.zeros(512)} for name in strided
    }
    assert strided
    assert not any("winograd" in one for one in graph.with_winograd(table, params).values())


def test_the_network_computes_the_same_with_them():
    rng = np.random.default_rng(1)
    table = BACKBONES["vgg19"].table
    params = {
        name: {
            "kernel": rng.normal(0, 1 / np.sqrt(9 * shape[2]), shape).astype(np.float32),
            "bias": np.zeros(shape[-1], np.float32),
        }
        for name, shape in graph.kernels(table).items()
        if name < "conv3_2"
    } | {"input": {"mean": np.zeros((1, 1, 1, 3), np.float32)}}
    picture = rng.uniform(size=(1, 36, 44, 3)).astype(np.float32)
    layers = ["relu2_1", "relu3_1"]
    plain = jax.device_get(features(params, picture, layers))
    faster = jax.device_get(features(graph.with_winograd(table, params), picture, layers))
    for layer in layers:
        assert not np.array_equal(plain[layer], faster[layer])  # it went the other way
        error = np.abs(plain[layer] - faster[layer]).max() / np.abs(plain[layer]).max()
        assert error < 1e-5
