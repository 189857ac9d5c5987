"""The primitives of the networks."""

import jax
import numpy as np
import pytest
import scipy.signal

from jnst.backbones import nn
from jnst.errors import InputError


def test_frames_on_paper():
    """What lies before and after a side of 7, for windows of 3 every 2 steps."""
    frames = {"valid": (0, 0), "same": (1, 1), "ceil": (0, 0), 1: (1, 1), 0: (0, 0)}
    for frame, expected in frames.items():
        assert nn.margins(7, 3, 2, frame) == expected
    assert nn.margins(8, 3, 2, "same") == (0, 1)
    assert nn.margins(8, 3, 2, "ceil") == (0, 1)
    assert nn.margins(2, 3, 2, "ceil") == (0, 1)


@pytest.mark.parametrize(("size", "stride"), [((3, 3), 1), ((3, 3), 2), ((1, 1), 2), ((1, 7), 1)])
def test_few_positions_are_one_product_and_the_same_convolution(size, stride, in_float64):
    rng = np.random.default_rng(0)
    x, kernel = rng.normal(size=(1, 8, 8, 3)), rng.normal(size=(*size, 3, 2))
    lowered = jax.jit(nn.conv2d, static_argnames="stride")
    arguments = x, kernel, np.array([0.0, 1.0])
    y = nn.conv2d(*arguments, stride=stride)
    full = sum(
        scipy.signal.correlate2d(
            np.pad(x[0, ..., i], [nn.margins(8, k, stride, "same") for k in size]),
            kernel[..., i, 1],
            "valid",
        )
        for i in range(3)
    )
    np.testing.assert_allclose(y[0, ..., 1], full[::stride, ::stride] + 1, rtol=1e-12)
    assert "convolution" not in lowered.lower(*arguments, stride=stride).as_text()
    many = rng.normal(size=(1, 9 * stride, 8 * stride, 3))
    assert "convolution" in lowered.lower(many, *arguments[1:], stride=stride).as_text()


def test_reflection_by_more_than_there_is_is_refused_in_one_line():
    kernel, bias = np.zeros((5, 3, 2, 2)), np.zeros(2)
    assert nn.conv2d(np.zeros((1, 3, 2, 2)), kernel, bias, padding="reflect").shape == (1, 3, 2, 2)
    with pytest.raises(InputError) as caught:
        nn.conv2d(np.zeros((1, 2, 9, 2)), kernel, bias, padding="reflect")
    expected = "padding reflect of 2 pixels needs sides of at least 3 pixels, not 2"
    assert str(caught.value) == expected
    # What reflects nothing needs nothing.
    assert nn.conv2d(np.zeros((1, 1, 1, 2)), kernel[:1, :1], bias, padding="reflect").size


def test_users_choose_among_paddings_for_a_backbone_without_reflection():
    assert list(nn.PADDING) == ["zeros", "edge"]
    assert set(nn.MODES) == {*nn.PADDING, "reflect"}


@pytest.mark.parametrize("sides", [(6, 7), (9, 10)])  # a product of matrices, and a convolution
def test_reflection_is_the_padding_of_numpy(sides, in_float64):
    rng = np.random.default_rng(0)
    x, kernel = rng.normal(size=(1, *sides, 3)), rng.normal(size=(5, 3, 3, 2))
    y = nn.conv2d(x, kernel, np.zeros(2), padding="reflect")
    framed = np.pad(x, ((0, 0), (2, 2), (1, 1), (0, 0)), "reflect")
    full = sum(
        scipy.signal.correlate2d(framed[0, ..., i], kernel[..., i, 1], "valid") for i in range(3)
    )
    np.testing.assert_allclose(y[0, ..., 1], full, rtol=1e-11)
