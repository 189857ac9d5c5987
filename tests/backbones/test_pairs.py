"""Wide kernels, two positions at a time: a plain convolution, and its gradient."""

import jax
import numpy as np
import pytest
from programs import quick

from jnst.backbones import nn, pairs

RNG = np.random.default_rng(0)


def plain(x, kernel):
    """Sum shifted products, in NumPy."""
    kh, kw = kernel.shape[:2]
    windows = np.lib.stride_tricks.sliding_window_view(x[0], (kh, kw), (0, 1))
    return np.einsum("hwcij,ijcd->hwd", windows, kernel)[None]


@pytest.mark.usefixtures("in_float64")
@pytest.mark.parametrize("width", [9, 12, 13, 20])
@pytest.mark.parametrize(("kh", "kw"), [(9, 9), (3, 4), (1, 1)])
def test_it_is_a_plain_convolution(width, kh, kw):
    x, kernel = RNG.normal(size=(1, 10, width, 3)), RNG.normal(size=(kh, kw, 3, 5))
    y = quick(pairs.convolve)(x, kernel)
    np.testing.assert_allclose(y, plain(x, kernel), rtol=1e-12, atol=1e-12)


@pytest.mark.usefixtures("in_float64")
@pytest.mark.parametrize("padding", ["reflect", "zeros"])
def test_wide_kernels_go_this_way_with_the_same_grad(padding, monkeypatch):
    x, kernel = RNG.normal(size=(1, 13, 14, 2)), RNG.normal(size=(9, 9, 2, 3))
    dy = RNG.normal(size=(1, 13, 14, 3))

    def both(x, kernel):
        y, back = jax.vjp(lambda *a: nn.conv2d(*a, np.zeros(3), padding=padding), x, kernel)
        return y, *back(dy)

    found = quick(both)(x, kernel)
    monkeypatch.setattr(pairs, "WIDE", 99)
    monkeypatch.setattr(nn, "FEW", 0)
    for ours, expected in zip(found, quick(lambda *a: both(*a))(x, kernel), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-11, atol=1e-11)


def test_that_they_do(monkeypatch):
    called = []
    monkeypatch.setattr(pairs, "convolve", lambda x, kernel: called.append(kernel.shape) or x)
    x = np.zeros((1, 16, 16, 3), np.float32)
    for size in (9, 3):
        nn.conv2d(x, np.zeros((size, size, 3, 3), np.float32), np.zeros(3, np.float32))
    assert called == [(9, 9, 3, 3)]
