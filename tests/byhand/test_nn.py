"""Each primitive: forward equal to `jnst.nn`, backward to `jax.vjp` and to finite differences."""

import jax
import numpy as np
import pytest
from gradcheck import check, close

from jnst import nn
from jnst.byhand import nn as byhand

RNG = np.random.default_rng(0)
SIZES = [(6, 8), (7, 5), (2, 3), (1, 4), (1, 1)]
POOLABLE = [(6, 8), (7, 5), (2, 3), (3, 2)]
KERNELS = [(3, 3), (1, 1), (5, 3)]


pytestmark = pytest.mark.usefixtures("in_float64")


def maps(*size, channels=3):
    return RNG.normal(size=(1, *size, channels))


def agree(x, by_jax, by_hand, backward, *, rtol=1e-13):
    """Check value and derivative; `backward(dy, y)` is the hand-written one."""
    y, vjp = jax.vjp(by_jax, x)
    close(by_hand(x), y, rtol=rtol)
    dy = RNG.normal(size=y.shape)
    dx = backward(dy, by_hand(x))
    close(dx, vjp(dy)[0], rtol=rtol)
    check(lambda x: np.sum(dy * by_hand(x)), x, dx)


@pytest.mark.parametrize("padding", ["zeros", "edge"])
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("size", SIZES)
def test_grad_of_conv2d(size, kernel, padding):
    k, b = RNG.normal(size=(*kernel, 3, 4)), RNG.normal(size=4)
    agree(
        maps(*size),
        lambda x: nn.conv2d(x, k, b, padding=padding),
        lambda x: byhand.conv2d(x, k, b, padding=padding),
        lambda dy, y: byhand.conv2d_backward(dy, k, padding=padding),
    )


@pytest.mark.parametrize("size", SIZES)
def test_grad_of_relu(size):
    agree(maps(*size), nn.relu, byhand.relu, byhand.relu_backward)


@pytest.mark.parametrize("pooling", ["max", "avg", "l2"])
@pytest.mark.parametrize("size", POOLABLE)
def test_grad_of_pooling(size, pooling):
    x = maps(*size)
    forward, backward = byhand.POOLING[pooling]
    agree(x, nn.POOLING[pooling], forward, lambda dy, y: backward(dy, x))


def test_convolution_worked_out_on_paper():
    x = np.arange(1.0, 10).reshape(1, 3, 3, 1)
    kernel = np.zeros((3, 3, 1, 1))
    kernel[0, 1], kernel[1, 2] = 10, 1  # ten times the pixel above, plus the one to the right
    expected = np.array([[2, 3, 0], [15, 26, 30], [48, 59, 60]]) + 0.5
    for module in (nn, byhand):
        close(module.conv2d(x, kernel, np.array([0.5]))[0, :, :, 0], expected)


def test_pooling_worked_out_on_paper():
    x = np.array([[1.0, 2, 9], [4, 3, 9], [9, 9, 9]]).reshape(1, 3, 3, 1)  # nines are dropped
    for module in (nn, byhand):
        assert module.max_pool(x).item() == 4
        assert module.avg_pool(x).item() == 2.5
        assert module.l2_pool(x).item() == pytest.approx(30**0.5)


def test_grad_of_l2_pooling_is_zero_in_a_window_of_zeros():
    x = np.zeros((1, 2, 2, 1))
    y, vjp = jax.vjp(nn.l2_pool, x)
    assert not np.any(vjp(np.ones_like(y))[0])
    assert not byhand.l2_pool_backward(np.ones((1, 1, 1, 1)), x).any()


# With the edge repeated, a constant picture looks the same everywhere, up to the border.
def test_a_constant_picture_has_no_border_with_edge_padding():
    x, k = np.full((1, 4, 5, 3), 0.7), RNG.normal(size=(3, 3, 3, 2))
    for module in (nn, byhand):
        y = np.asarray(module.conv2d(x, k, np.zeros(2), padding="edge"))
        close(y, np.broadcast_to(y[:, 2:3, 2:3], y.shape))


# Where the derivative is a convention, both kinds hold to the same one.
def test_grad_at_ties_goes_to_the_first_maximum():
    x = RNG.integers(0, 2, size=(1, 9, 8, 5)).astype(np.float64)
    dy = RNG.normal(size=(1, 4, 4, 5))
    _, vjp = jax.vjp(nn.max_pool, x)
    close(byhand.max_pool_backward(dy, x), vjp(dy)[0], rtol=0)


def test_grad_of_relu_at_zero_is_zero():
    x = RNG.integers(-1, 2, size=(1, 5, 5, 2)).astype(np.float64)
    dy = RNG.normal(size=x.shape)
    _, vjp = jax.vjp(nn.relu, x)
    close(byhand.relu_backward(dy, byhand.relu(x)), vjp(dy)[0], rtol=0)
    assert not byhand.relu_backward(dy, byhand.relu(x))[x == 0].any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept(dtype):
    x, kernel, bias = (
        a.astype(dtype) for a in (maps(5, 4), RNG.normal(size=(3, 3, 3, 2)), RNG.normal(size=2))
    )
    y = byhand.conv2d(x, kernel, bias)
    assert y.dtype == byhand.conv2d_backward(y, kernel).dtype == dtype
    assert byhand.relu(y).dtype == byhand.relu_backward(y, y).dtype == dtype
    for forward, backward in byhand.POOLING.values():
        assert forward(x).dtype == backward(forward(x), x).dtype == dtype


def test_both_kinds_have_the_same_poolings():
    assert list(byhand.POOLING) == list(nn.POOLING)
    assert byhand.POOLING_GAIN == nn.POOLING_GAIN
    assert byhand.PADDING == nn.PADDING


def test_nothing_hides_a_value_that_is_not_a_number():
    x = maps(4, 6)
    x[0, 1, 2, 0] = np.nan
    y, back = jax.vjp(nn.relu, x)
    assert np.isnan(y[0, 1, 2, 0])
    assert np.isfinite(np.delete(np.ravel(y), np.flatnonzero(np.isnan(np.ravel(x))))).all()
    (dx,) = back(np.ones_like(x))
    assert dx.shape == x.shape


@pytest.mark.parametrize("corner", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_pooling_lets_what_is_not_a_number_through(corner):
    x = maps(4, 6)
    x[0, corner[0], 2 + corner[1], 0] = np.nan
    for y in (nn.max_pool(x), jax.vjp(nn.max_pool, x)[0]):
        assert np.isnan(y[0, 0, 1, 0])
        assert np.isnan(y).sum() == 1
