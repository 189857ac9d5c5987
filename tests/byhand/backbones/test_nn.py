"""Each primitive: forward equal to `backbones.nn`, backward to `jax.vjp` and finite differences."""

import numpy as np
import pytest
from gradcheck import close
from helpers import agree, maps, some
from programs import quick, value_and_pullback

from jnst.backbones import nn
from jnst.byhand.backbones import nn as byhand

RNG = np.random.default_rng(0)
SIZES = [(6, 8), (7, 5), (2, 3), (1, 4), (1, 1)]
KERNELS = [(3, 3), (1, 1), (5, 3)]
SHAPES = [((8, 7), (3, 3)), ((5, 6), (1, 3)), ((9, 7), (7, 4))]
FRAMES = ["valid", "same", "ceil", 0, 1, 3]

pytestmark = pytest.mark.usefixtures("in_float64")


@pytest.mark.parametrize(("size", "kernel", "padding"), some(SIZES, KERNELS, nn.PADDING, of=4))
def test_grad_of_conv2d(size, kernel, padding):
    k, b = RNG.normal(size=(*kernel, 3, 4)), RNG.normal(size=4)
    agree(
        RNG,
        maps(RNG, *size),
        lambda x: nn.conv2d(x, k, b, padding=padding),
        lambda x: byhand.conv2d(x, k, b, padding=padding),
        lambda dy, y: byhand.conv2d_backward(dy, k, padding=padding),
    )


@pytest.mark.parametrize("size", SIZES)
def test_grad_of_relu(size):
    agree(RNG, maps(RNG, *size), nn.relu, byhand.relu, byhand.relu_backward)


def test_convolution_worked_out_on_paper():
    x = np.arange(1.0, 10).reshape(1, 3, 3, 1)
    kernel = np.zeros((3, 3, 1, 1))
    kernel[0, 1], kernel[1, 2] = 10, 1  # ten times the pixel above, plus the one to the right
    expected = np.array([[2, 3, 0], [15, 26, 30], [48, 59, 60]]) + 0.5
    for module in (nn, byhand):
        close(module.conv2d(x, kernel, np.array([0.5]))[0, :, :, 0], expected)


# With the edge repeated, a constant picture looks the same everywhere, up to the border.
def test_a_constant_picture_has_no_border_with_edge_padding():
    x, k = np.full((1, 4, 5, 3), 0.7), RNG.normal(size=(3, 3, 3, 2))
    for module in (nn, byhand):
        y = np.asarray(module.conv2d(x, k, np.zeros(2), padding="edge"))
        close(y, np.broadcast_to(y[:, 2:3, 2:3], y.shape))


def test_grad_of_relu_at_zero_is_zero():
    x = RNG.integers(-1, 2, size=(1, 5, 5, 2)).astype(np.float64)
    dy = RNG.normal(size=x.shape)
    _, dx = value_and_pullback(nn.relu)(x, dy)
    close(byhand.relu_backward(dy, byhand.relu(x)), dx, rtol=0)
    assert not byhand.relu_backward(dy, byhand.relu(x))[x == 0].any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept(dtype):
    x, kernel, bias = (
        a.astype(dtype)
        for a in (maps(RNG, 5, 4), RNG.normal(size=(3, 3, 3, 2)), RNG.normal(size=2))
    )
    y = byhand.conv2d(x, kernel, bias)
    assert y.dtype == byhand.conv2d_backward(y, kernel).dtype == dtype
    assert byhand.relu(y).dtype == byhand.relu_backward(y, y).dtype == dtype


def test_nothing_hides_a_value_that_is_not_a_number():
    x = maps(RNG, 4, 6)
    x[0, 1, 2, 0] = np.nan
    y, dx = value_and_pullback(nn.relu)(x, np.ones_like(x))
    assert np.isnan(y[0, 1, 2, 0])
    assert np.isfinite(np.delete(np.ravel(y), np.flatnonzero(np.isnan(np.ravel(x))))).all()
    assert dx.shape == x.shape


@pytest.mark.parametrize(("shapes", "stride", "frame"), some(SHAPES, [1, 2, 3], FRAMES, of=5))
def test_grad_of_conv2d_with_a_stride(shapes, stride, frame):
    size, kernel = shapes
    x, k, b = maps(RNG, *size), RNG.normal(size=(*kernel, 3, 4)), RNG.normal(size=4)
    window = {"stride": stride, "frame": frame}
    agree(
        RNG,
        x,
        lambda x: nn.conv2d(x, k, b, **window),
        lambda x: byhand.conv2d(x, k, b, **window),
        lambda dy, y: byhand.conv2d_backward(dy, k, shape=x.shape, **window),
    )


@pytest.mark.parametrize(("stride", "frame"), [(1, "same"), (2, "same"), (2, 1)])
def test_grad_of_a_convolution_of_each_channel_by_itself(stride, frame):
    x, k, b = maps(RNG, 6, 7), RNG.normal(size=(3, 3, 1, 3)), RNG.normal(size=3)
    window = {"stride": stride, "frame": frame}
    agree(
        RNG,
        x,
        lambda x: nn.conv2d(x, k, b, **window),
        lambda x: byhand.conv2d(x, k, b, **window),
        lambda dy, y: byhand.conv2d_backward(dy, k, shape=x.shape, **window),
    )

    @quick
    def one_and_all(x):
        one = nn.conv2d(x[..., 1:2], k[..., 1:2], b[1:2], **window)
        return one, nn.conv2d(x, k, b, **window)[..., 1:2]

    close(*one_and_all(x))


def test_grad_of_scale():
    x, k, b = maps(RNG, 4, 5), RNG.normal(size=(1, 1, 1, 3)), RNG.normal(size=3)
    agree(
        RNG,
        x,
        lambda x: nn.scale(x, k, b),
        lambda x: byhand.scale(x, k, b),
        lambda dy, y: byhand.scale_backward(dy, k),
    )


def test_grad_of_relu6():
    x = 8 * maps(RNG, 6, 7)
    assert (x > 6).any()
    agree(RNG, x, nn.relu6, byhand.relu6, byhand.relu6_backward)


def test_grad_of_relu6_at_its_corners_is_zero():
    x = np.array([0.0, 6.0]).reshape(1, 1, 2, 1)
    dy = np.ones_like(x)
    y, dx = value_and_pullback(nn.relu6)(x, dy)
    assert not np.any(dx)
    assert not byhand.relu6_backward(dy, np.asarray(y)).any()


# 7 pixels, windows of 3, stride 2, fit three times. 8 fit three times and leave one over.
@pytest.mark.parametrize(
    ("length", "frame", "expected"),
    [
        (7, "valid", (0, 0, 3)),
        (8, "valid", (0, 0, 3)),
        (7, "same", (1, 1, 4)),
        (8, "same", (0, 1, 4)),
        (7, "ceil", (0, 0, 3)),
        (8, "ceil", (0, 1, 4)),
        (8, 1, (1, 1, 4)),
        (2, "valid", (0, 0, 0)),
        (2, "ceil", (0, 1, 1)),
        (1, "same", (1, 1, 1)),
    ],
)
def test_frames_worked_out_on_paper(length, frame, expected):
    assert (*nn.margins(length, 3, 2, frame), nn.positions(length, 3, 2, frame)) == expected
    assert byhand.margins(length, 3, 2, frame) == expected[:2]


def test_both_kinds_have_the_same_paddings():
    assert byhand.PADDING == nn.PADDING
    assert byhand.MODES == nn.MODES


# The last two reflect all that there is: the copies overlap.
@pytest.mark.parametrize(
    ("size", "kernel", "window"),
    [
        ((6, 8), (3, 3), {}),
        ((7, 5), (5, 3), {"stride": 2}),
        ((8, 6), (3, 3), {"stride": 2, "frame": "same"}),
        ((5, 5), (9, 9), {}),
        ((2, 4), (3, 7), {}),
    ],
)
def test_grad_of_conv2d_with_reflection(size, kernel, window):
    x, k, b = maps(RNG, *size), RNG.normal(size=(*kernel, 3, 4)), RNG.normal(size=4)
    options = {**window, "padding": "reflect"}
    agree(
        RNG,
        x,
        lambda x: nn.conv2d(x, k, b, **options),
        lambda x: byhand.conv2d(x, k, b, **options),
        lambda dy, y: byhand.conv2d_backward(dy, k, shape=x.shape, **options),
    )


# 1 2 3 becomes 3 2 1 2 3 2: the pixel at the border is not repeated. Back, each copy counts for
# the pixel that it shows: of weights 1, 10, 100, ... two, three and one.
def test_reflection_worked_out_on_paper():
    x = np.array([1.0, 2, 3]).reshape(1, 1, 3, 1)
    framed = byhand.pad(x, (0, 0), (2, 1), padding="reflect")
    np.testing.assert_array_equal(np.ravel(framed), [3, 2, 1, 2, 3, 2])
    weights = 10.0 ** np.arange(6).reshape(framed.shape)
    back = byhand.pad_backward(weights, (0, 0), (2, 1), padding="reflect")
    np.testing.assert_array_equal(np.ravel(back), [100, 101010, 10001])
    twos = np.full((1, 3, 1, 1), 2.0)
    for module in (nn, byhand):
        y = module.conv2d(x, twos, np.zeros(1), padding="reflect")
        np.testing.assert_array_equal(np.ravel(y), [10, 12, 14])


def test_reflection_by_more_than_there_is_is_refused():
    x = np.zeros((1, 4, 2, 1))
    with pytest.raises(ValueError, match="too small to be reflected"):
        byhand.pad(x, (0, 0), (0, 2), padding="reflect")
    with pytest.raises(ValueError, match="too small to be reflected"):
        byhand.pad(x, (4, 0), (0, 0), padding="reflect")


@pytest.mark.parametrize("padding", nn.MODES)
@pytest.mark.parametrize(("stride", "frame"), [(1, "same"), (2, "same"), (2, 1)])
def test_grad_of_conv2d_in_its_kernel(padding, stride, frame):
    x, k, b = maps(RNG, 6, 7), RNG.normal(size=(3, 3, 3, 4)), RNG.normal(size=4)
    options = {"stride": stride, "frame": frame, "padding": padding}
    agree(
        RNG,
        k,
        lambda k: nn.conv2d(x, k, b, **options),
        lambda k: byhand.conv2d(x, k, b, **options),
        lambda dy, y: byhand.conv2d_kernel_backward(dy, x, k.shape, **options),
    )
