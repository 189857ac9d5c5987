"""Larger maps from smaller ones."""

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
from helpers import maps
from programs import quick

from jnst.backbones import nn
from jnst.byhand.feedforward import resample as byhand
from jnst.errors import InputError
from jnst.feedforward import resample

RNG = np.random.default_rng(0)
CONVENTIONS = {"tensorflow": {"stride": 2, "frame": "same"}, "torch": {"stride": 2, "frame": 1}}
BOTH = pytest.mark.parametrize("module", [resample, byhand], ids=["jax", "byhand"])

pytestmark = pytest.mark.usefixtures("in_float64")


@BOTH
def test_nearest_neighbours_worked_out_on_paper(module):
    x = np.array([[1.0, 2], [3, 4]]).reshape(1, 2, 2, 1)
    y = module.upsample(x, factor=3)[0, :, :, 0]
    expected = [[1, 1, 1, 2, 2, 2]] * 3 + [[3, 3, 3, 4, 4, 4]] * 3
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(module.upsample(x), module.upsample(x, factor=2))


def test_nearest_neighbours_are_the_kronecker_product():
    x = maps(RNG, 3, 4)
    y = resample.upsample(x)
    assert y.shape == (1, 6, 8, 3)
    np.testing.assert_array_equal(y[0, ..., 1], np.kron(x[0, ..., 1], np.ones((2, 2))))
    np.testing.assert_array_equal(y[:, ::2, 1::2], x)


@BOTH
def test_a_mirrored_border_is_as_numpy_has_it_and_can_be_taken_off(module):
    x = maps(RNG, 4, 5)
    y = module.mirror(x, frame=3)
    np.testing.assert_array_equal(y[0, 0, :, 0], x[0, 3, [3, 2, 1, 0, 1, 2, 3, 4, 3, 2, 1], 0])
    np.testing.assert_array_equal(y, np.pad(x, ((0, 0), (3, 3), (3, 3), (0, 0)), "reflect"))
    np.testing.assert_array_equal(byhand.crop(np.asarray(y), frame=3), x)


def test_a_map_that_is_too_small_to_be_mirrored_is_refused():
    with pytest.raises(InputError, match="reflect of 4 pixels needs sides of at least 5"):
        resample.mirror(maps(RNG, 4, 5), frame=4)


@BOTH
def test_double_worked_out_on_paper(module):
    x = np.array([[0.0, 4], [8, 8]]).reshape(1, 2, 2, 1)
    y = module.double(x)[0, :, :, 0]
    down = np.array([[0, 4], [2, 5], [6, 7], [8, 8]])  # ¾ and ¼, and the border as it is
    expected = np.stack([down @ [1, 0], down @ [0.75, 0.25], down @ [0.25, 0.75], down @ [0, 1]], 1)
    np.testing.assert_allclose(y, expected, rtol=1e-15)
    one = module.double(np.full((1, 1, 1, 2), 3.0))
    np.testing.assert_array_equal(one, np.full((1, 2, 2, 2), 3.0))


@BOTH
def test_parity_of_double_with_scipy(module):
    x = maps(RNG, 4, 5)
    y = module.double(x)
    inside = np.meshgrid(np.arange(8) / 2 - 0.25, np.arange(10) / 2 - 0.25, indexing="ij")
    for i in range(3):
        expected = scipy.ndimage.map_coordinates(x[0, ..., i], inside, order=1, mode="nearest")
        np.testing.assert_allclose(y[0, ..., i], expected, rtol=1e-12, atol=1e-15)


# Each pixel leaves (1, 10, 100), two further each: of 1, 2 that is 1, 10, 100 + 2, 20, 200. As
# TensorFlow cuts it the first four are left, as torch does the four after the first.
@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (CONVENTIONS["tensorflow"], [1, 10, 102, 20]),
        (CONVENTIONS["torch"], [10, 102, 20, 200]),
        ({"stride": 2, "frame": "valid", "sides": (3, 5)}, [1, 10, 102, 20, 200]),
        ({"stride": 2, "frame": 1, "sides": (1, 3)}, [10, 102, 20]),
    ],
)
@BOTH
def test_conventions_worked_out_on_paper(module, window, expected):
    x = np.array([1.0, 2]).reshape(1, 1, 2, 1)
    # The middle row of the kernel alone, wherever a convention puts that of the one row of x.
    kernel = np.array([[1.0, 10, 100]] * 3).reshape(3, 3, 1, 1)
    y = module.conv_transpose2d(x, kernel, np.array([0.5]), **window)
    sides = window.get("sides", (2, 4))
    assert y.shape == (1, *sides, 1)
    np.testing.assert_array_equal(y[0, :, :, 0], [np.add(expected, 0.5)] * sides[0])


@pytest.mark.parametrize("window", CONVENTIONS.values(), ids=CONVENTIONS)
def test_of_a_constant_picture_each_output_pixel_sees_its_share_of_the_kernel(window):
    kernel = RNG.normal(size=(3, 3, 2, 2))
    y = resample.conv_transpose2d(np.ones((1, 5, 4, 2)), kernel, np.zeros(2), **window)
    # Inside, the pixels of y are of four kinds in a chequered pattern, which together are it all.
    whole = y[0, 2:4, 2:4].sum(axis=(0, 1))
    np.testing.assert_allclose(whole, kernel.sum(axis=(0, 1, 3)), rtol=1e-12)
    np.testing.assert_allclose(y[0, 2:4, 2:4], y[0, 4:6, 4:6], rtol=1e-12)


WINDOWS = [
    ((3, 3), {"stride": 2, "frame": "same"}),
    ((3, 3), {"stride": 2, "frame": 1}),
    ((4, 4), {"stride": 2, "frame": 1}),
    ((9, 3), {"stride": 1, "frame": "same"}),
    ((2, 5), {"stride": 3, "frame": "same"}),
    ((3, 3), {"stride": 2, "frame": 1, "sides": (7, 9)}),
]


@pytest.mark.parametrize(("size", "window"), WINDOWS)
def test_it_is_the_transpose_of_a_convolution(size, window):
    """⟨conv(y), x⟩ = ⟨y, convᵀ(x)⟩ for all x and y."""
    x, kernel = maps(RNG, 4, 5), RNG.normal(size=(*size, 2, 3))
    sides = window.get("sides", (window["stride"] * 4, window["stride"] * 5))
    y = maps(RNG, *sides, channels=2)
    options = {key: value for key, value in window.items() if key != "sides"}

    @quick
    def both(x, y):
        up = resample.conv_transpose2d(x, kernel, np.zeros(2), **window)
        return up, nn.conv2d(y, kernel, np.zeros(3), **options)

    up, down = both(x, y)
    assert down.shape == x.shape
    np.testing.assert_allclose(np.sum(down * x), np.sum(y * up), rtol=1e-12)


@pytest.mark.parametrize(("size", "window"), WINDOWS)
def test_parity_with_scipy(size, window):
    """Zeros between the pixels, a whole convolution, and what a convention keeps of it."""
    x, kernel = maps(RNG, 4, 5), RNG.normal(size=(*size, 2, 3))
    s, frame = window["stride"], window["frame"]
    spread = np.zeros((s * 4, s * 5, 3))
    spread[::s, ::s] = x[0]
    whole = sum(scipy.signal.convolve2d(spread[..., i], kernel[:, :, 1, i]) for i in range(3))
    sides = window.get("sides", (s * 4, s * 5))
    top, left = (max(k - s, 0) // 2 if frame == "same" else frame for k in size)
    expected = whole[top : top + sides[0], left : left + sides[1]]
    y = resample.conv_transpose2d(x, kernel, np.array([0, 2.0]), **window)
    np.testing.assert_allclose(y[0, ..., 1], expected + 2, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    "window",
    [
        {"stride": 2, "frame": 1, "sides": (10, 8)},
        {"stride": 2, "frame": 1, "sides": (8, 11)},
        {"stride": 4, "frame": 0, "sides": (8, 10)},
    ],
)
def test_sides_of_no_transposed_convolution_are_refused(window):
    with pytest.raises(InputError, match="pixels is no transposed convolution of"):
        resample.conv_transpose2d(maps(RNG, 4, 5), np.zeros((3, 3, 2, 3)), np.zeros(2), **window)
