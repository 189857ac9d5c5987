"""Larger maps from smaller ones: by hand = autodiff = central differences."""

import numpy as np
import pytest
from helpers import agree, maps

from jnst.byhand.feedforward import resample as byhand
from jnst.feedforward import resample

RNG = np.random.default_rng(0)
WINDOWS = [
    ((3, 3), {"stride": 2, "frame": "same"}, {}),
    ((3, 3), {"stride": 2, "frame": 1}, {}),
    ((9, 3), {"stride": 1, "frame": "same"}, {}),
    ((2, 5), {"stride": 3, "frame": "same"}, {}),
    ((3, 3), {"stride": 2, "frame": 1}, {"sides": (7, 9)}),
]

pytestmark = pytest.mark.usefixtures("in_float64")


@pytest.mark.parametrize("factor", [1, 2, 3])
def test_grad_of_upsample(factor):
    agree(
        RNG,
        maps(RNG, 4, 5),
        lambda x: resample.upsample(x, factor=factor),
        lambda x: byhand.upsample(x, factor=factor),
        lambda dy, y: byhand.upsample_backward(dy, factor=factor),
    )


def test_grad_of_upsample_worked_out_on_paper():
    dy = np.arange(8.0).reshape(1, 2, 4, 1)
    np.testing.assert_array_equal(
        byhand.upsample_backward(dy), np.reshape([0 + 1 + 4 + 5, 2 + 3 + 6 + 7], (1, 1, 2, 1))
    )


@pytest.mark.parametrize("size", [(4, 5), (1, 2)])
def test_grad_of_double(size):
    agree(
        RNG,
        maps(RNG, *size),
        resample.double,
        byhand.double,
        lambda dy, y: byhand.double_backward(dy),
    )


@pytest.mark.parametrize("frame", [1, 3])
def test_grad_of_mirror(frame):
    agree(
        RNG,
        maps(RNG, 4, 5),
        lambda x: resample.mirror(x, frame=frame),
        lambda x: byhand.mirror(x, frame=frame),
        lambda dy, y: byhand.mirror_backward(dy, frame=frame),
    )


def test_grad_of_crop():
    agree(
        RNG,
        maps(RNG, 6, 7),
        lambda x: x[:, 2:-2, 2:-2],
        lambda x: byhand.crop(x, frame=2),
        lambda dy, y: byhand.crop_backward(dy, frame=2),
    )


@pytest.mark.parametrize(("size", "window", "sides"), WINDOWS)
def test_grad_of_conv_transpose2d(size, window, sides):
    x, k, b = maps(RNG, 4, 5), RNG.normal(size=(*size, 2, 3)), RNG.normal(size=2)
    agree(
        RNG,
        x,
        lambda x: resample.conv_transpose2d(x, k, b, **window, **sides),
        lambda x: byhand.conv_transpose2d(x, k, b, **window, **sides),
        lambda dy, y: byhand.conv_transpose2d_backward(dy, k, **window),
    )
    agree(
        RNG,
        k,
        lambda k: resample.conv_transpose2d(x, k, b, **window, **sides),
        lambda k: byhand.conv_transpose2d(x, k, b, **window, **sides),
        lambda dy, y: byhand.conv_transpose2d_kernel_backward(dy, x, k.shape, **window),
    )


def test_float32_stays_float32():
    x, k = maps(RNG, 4, 5).astype(np.float32), RNG.normal(size=(3, 3, 2, 3)).astype(np.float32)
    y = byhand.conv_transpose2d(x, k, np.zeros(2, np.float32), stride=2, frame=1)
    back = byhand.conv_transpose2d_backward(y, k, stride=2, frame=1)
    assert y.dtype == back.dtype == byhand.upsample_backward(byhand.upsample(x)).dtype == np.float32
    assert byhand.crop_backward(byhand.crop(x, frame=1), frame=1).dtype == np.float32
    assert byhand.mirror_backward(byhand.mirror(x, frame=1), frame=1).dtype == np.float32
    assert byhand.double(x).dtype == byhand.double_backward(byhand.double(x)).dtype == np.float32
