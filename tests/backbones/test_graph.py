"""The engine that runs tables, each operation worked out on paper."""

import numpy as np
import pytest
from programs import quick

from jnst.backbones import graph
from jnst.backbones.layers import INPUT, Layer
from jnst.errors import InputError

PIXELS = np.float32([[0, 1, 2], [3, 4, 5], [6, 7, 8]])
"""The blue channel of a picture of 3 x 3, in 0..255 and without a mean; the others are black."""


def picture(blue):
    image = np.zeros((1, *blue.shape, 3), np.float32)
    image[0, :, :, 2] = blue / 255
    return image


def maps_of(table, params, image, layers, **options):
    """Compute maps by one program."""
    return quick(lambda params, x: graph.features(table, params, x, layers, **options))(
        params, image
    )


def one(op, *, inputs=(INPUT,), **options):
    return Layer("y", op, inputs, 3, **options)


def run(layer, *, before=(), **weights_of):
    """Return the blue channel of the layer's map."""
    params = {INPUT: {"mean": np.zeros((1, 1, 1, 3), np.float32)}}
    params["y"] = {key: np.float32(value) for key, value in weights_of.items()}
    table = (*before, layer)
    y = maps_of(table, params, picture(PIXELS), ["y"])["y"]
    assert y.shape[1:3] == graph.sizes(table, 3, 3)["y"]
    return np.asarray(y)[0, :, :, 0]


def ones(*size):
    """A kernel that sums up blue into each of its channels."""
    kernel = np.zeros((*size, 3, 3))
    kernel[:, :, 0] = 1
    return kernel


CASES = {
    # Sums of 3 x 3 with zeros around them, and 10.
    "conv": (
        one("conv", size=(3, 3)),
        {"kernel": ones(3, 3), "bias": [10, 0, 0]},
        [[18, 25, 22], [31, 46, 37], [30, 43, 34]],
    ),
    # Two positions of three: an odd frame of one, at the end, so that windows begin at 0 and 2.
    "conv, two by two, as in TensorFlow": (
        one("conv", size=(2, 2), stride=2),
        {"kernel": ones(2, 2), "bias": [0, 0, 0]},
        [[8, 7], [13, 8]],
    ),
    # One pixel at both ends, as in torch: windows begin at -1 and 1.
    "conv, two by two, as in torch": (
        one("conv", size=(2, 2), stride=2, frame=1),
        {"kernel": ones(2, 2), "bias": [0, 0, 0]},
        [[0, 3], [9, 24]],
    ),
    "conv, valid, 1 x 3": (
        one("conv", size=(1, 3), frame="valid"),
        {"kernel": ones(1, 3), "bias": [0, 0, 0]},
        [[3], [12], [21]],
    ),
    # 1 for the pixel itself and 10 for the one on its right; each channel by itself.
    "depthwise": (
        one("depthwise", size=(1, 2), frame="valid"),
        {"kernel": np.full((1, 2, 1, 3), [[[[1]], [[10]]]]), "bias": [0, 5, 5]},
        [[10, 21], [43, 54], [76, 87]],
    ),
    "scale": (
        one("scale"),
        {"kernel": np.full((1, 1, 1, 3), 2), "bias": [-1, 0, 0]},
        [[-1, 1, 3], [5, 7, 9], [11, 13, 15]],
    ),
    "max": (one("max", size=(2, 2), stride=2, frame="valid"), {}, [[4]]),
    "max, to the end": (one("max", size=(2, 2), stride=2, frame="ceil"), {}, [[4, 5], [7, 8]]),
    "max, framed": (one("max", size=(3, 3), stride=2, frame=1), {}, [[4, 5], [7, 8]]),
    # At the corner (0 + 1 + 3 + 4) / 4, for only four are pixels.
    "avg": (one("avg", size=(3, 3), frame="same"), {}, [[2, 2.5, 3], [3.5, 4, 4.5], [5, 5.5, 6]]),
    # The same sums, each by nine.
    "framed avg": (
        one("framed avg", size=(3, 3), frame="same"),
        {},
        np.divide([[8, 15, 12], [21, 36, 27], [20, 33, 24]], 9),
    ),
    "add": (one("add", inputs=(INPUT, INPUT)), {}, 2 * PIXELS),
}


@pytest.mark.parametrize("case", CASES)
def test_each_operation_on_paper(case):
    layer, weights_of, expected = CASES[case]
    np.testing.assert_allclose(run(layer, **weights_of), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("op", "expected"),
    [("relu", [[0, 0, 0], [0, 0, 5], [10, 15, 20]]), ("relu6", [[0, 0, 0], [0, 0, 5], [6, 6, 6]])],
)
def test_rectifiers_on_paper(op, expected):
    table = (Layer("x", "scale", (INPUT,), 3), Layer("y", op, ("x",), 3))
    scale = {"kernel": np.full((1, 1, 1, 3), 5.0, "f4"), "bias": np.full(3, -20.0, "f4")}
    params = {INPUT: {"mean": np.zeros((1, 1, 1, 3), np.float32)}, "x": scale}
    y = maps_of(table, params, picture(PIXELS), ["y"])["y"]
    np.testing.assert_allclose(y[0, :, :, 0], expected, atol=1e-5)


def test_concatenation_keeps_the_order():
    table = (Layer("x", "add", (INPUT, INPUT), 3), Layer("y", "concat", ("x", INPUT), 6))
    params = {INPUT: {"mean": np.zeros((1, 1, 1, 3), np.float32)}}
    y = maps_of(table, params, picture(PIXELS), ["y"])["y"]
    np.testing.assert_allclose(y[0, 2, 2], [16, 0, 0, 8, 0, 0], rtol=1e-6)


# A table with two ways that meet again: 3 channels, 4, 4, 4 and 2, 6.
FORK = (
    Layer("a", "conv", (INPUT,), 4, (3, 3), 2, "valid", ("a",)),
    Layer("b", "relu", ("a",), 4),
    Layer("c", "conv", ("b",), 2, (1, 1), 1, "same", ("c", "c_bn")),
    Layer("d", "concat", ("b", "c"), 6),
    Layer("e", "max", ("a",), 4, (2, 2), 2, "valid"),
    Layer("f", "depthwise", ("d",), 6, (3, 3), 2, 1, ("f", "f_bn")),
    Layer("g", "scale", ("d",), 6, reads=("g",)),
)


def test_sizes_of_a_fork():
    assert graph.sizes(FORK, 9, 8) == {
        "input": (9, 8), "a": (4, 3), "b": (4, 3), "c": (4, 3), "d": (4, 3), "e": (2, 1),
        "f": (2, 2), "g": (4, 3),
    }  # fmt: skip
    assert graph.sizes(FORK, 2, 8)["a"] == (0, 3)
    framed = Layer("z", "max", ("a",), 4, (2, 2), 1, 1)
    assert graph.sizes((FORK[0], framed), 2, 8)["z"] == (0, 4), "what is too small stays so"


def test_kernels_of_a_fork():
    shapes = {"a": (3, 3, 3, 4), "c": (1, 1, 4, 2), "f": (3, 3, 1, 6), "g": (1, 1, 1, 6)}
    assert graph.kernels(FORK) == shapes


def test_needed_of_a_fork():
    def names(*layers):
        return "".join(layer.name for layer in graph.needed(FORK, layers))

    assert names("e") == "ae"
    assert names("f") == "abcdf"
    assert names("e", "c") == "abce"
    assert names() == ""


def test_only_what_is_needed_is_computed():
    params = {INPUT: {"mean": np.zeros((1, 1, 1, 3), np.float32)}}
    params["a"] = {"kernel": np.ones((3, 3, 3, 4), np.float32), "bias": np.ones(4, np.float32)}
    found = maps_of(FORK, params, picture(np.ones((9, 8))), ["e"])
    assert list(found) == ["e"]


def test_edges_are_around_the_picture_only():
    params = {INPUT: {"mean": np.zeros((1, 1, 1, 3), np.float32)}}
    summing = {"kernel": np.float32(ones(3, 3)), "bias": np.zeros(3, np.float32)}
    table = (
        Layer("x", "conv", (INPUT,), 3, (3, 3)),
        Layer("y", "conv", ("x",), 3, (3, 3)),
    )
    params |= {"x": summing, "y": summing}
    found = maps_of(table, params, picture(np.ones((4, 4))), ["x", "y"], padding="edge")
    np.testing.assert_allclose(found["x"][..., 0], 9, rtol=1e-6)
    np.testing.assert_allclose(found["y"][0, 0, :2, 0], [36, 54], rtol=1e-6)


def test_rescaled_maxima_alone():
    """Means that were trained on are means as they are; only maxima are replaced."""
    table = (
        Layer("x", "avg", (INPUT,), 3, (2, 2), 1, "valid"),
        Layer("y", "max", ("x",), 3, (2, 2), 2, "valid"),
    )
    params = {INPUT: {"mean": np.zeros((1, 1, 1, 3), np.float32)}}
    options = {"pooling": "avg", "rescale": True}
    found = maps_of(table, params, picture(PIXELS), ["x", "y"], **options)
    np.testing.assert_allclose(found["x"][0, :, :, 0], [[2, 3], [5, 6]], rtol=1e-6)
    np.testing.assert_allclose(found["y"][0, :, :, 0], [[2 * 4]], rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"layers": ["a", "z"]}, "unknown layer 'z'; choose from a, b, c, d, e, f, g"),
        ({"pooling": "min"}, "unknown pooling"),
        ({"padding": "mirror"}, "unknown padding"),
        ({"precision": "int8"}, "unknown precision"),
    ],
)
def test_what_is_unknown_is_refused(options, says):
    params = {INPUT: {"mean": np.zeros((1, 1, 1, 3), np.float32)}}
    params["a"] = {"kernel": np.ones((3, 3, 3, 4), np.float32), "bias": np.ones(4, np.float32)}
    options = {"layers": ["a"], "rescale": True} | options
    layers = options.pop("layers")
    with pytest.raises(InputError, match=says):
        graph.features(FORK, params, picture(np.ones((9, 8))), layers, **options)
