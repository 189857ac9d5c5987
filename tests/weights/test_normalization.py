"""The network rescaled until each filter's mean activation is 1."""

import numpy as np
import pytest
from gradcheck import close
from helpers import ROOT
from programs import features as maps_of
from programs import quick
from skimage.data import chelsea

from jnst.backbones import vgg
from jnst.byhand.backbones import vgg as byhand
from jnst.errors import InputError
from jnst.pictures import files, resizing
from jnst.weights import manifest, normalization, store

RNG = np.random.default_rng(0)
MEAN = np.float32([103.939, 116.779, 123.68]).reshape(1, 1, 1, 3)
WIDTHS = {"conv1_1": 4, "conv1_2": 5, "conv2_1": 3, "conv2_2": 6}
RELUS = [layer for layer in vgg.LAYERS["vgg19"] if layer.startswith("relu")]


def thin(dtype=np.float32):
    """Random weights of the first two blocks, with few channels and biases that matter."""
    rng = np.random.default_rng(12)  # with which every filter fires on `PICTURES`
    params, inputs = {"input": {"mean": MEAN.astype(dtype)}}, 3
    for layer, width in WIDTHS.items():
        kernel = rng.normal(size=(3, 3, inputs, width)) / 5
        params[layer] = {
            "kernel": kernel.astype(dtype),
            "bias": rng.normal(size=width).astype(dtype) * 30,
        }
        inputs = width
    return params


def picture(height, width):
    return RNG.random((1, height, width, 3), np.float32)


THIN = thin()
PICTURES = [picture(6, 9), picture(5, 4), picture(12, 3)]


def relu(layer):
    return layer.replace("conv", "relu")


def centre(*columns):
    """Make a 3x3 kernel that looks at its own position alone."""
    kernel = np.zeros((3, 3, len(columns[0]), len(columns)), np.float32)
    kernel[1, 1] = np.transpose(columns)
    return kernel


def on_paper():
    """Two layers and two pictures: blue is 255 at six positions and 51 at two.

    conv1_1 is 2x and 102 - x: behind the rectifier 510 and 0 at the six, 102 and 51 at the two. The
    means are (6 · 510 + 2 · 102) / 8 = 408 and 2 · 51 / 8 = 12.75. conv1_2, their sum with the
    second one four times, less 10: 500 and 296, in the mean 449.
    """
    params = {
        "input": {"mean": np.zeros((1, 1, 1, 3), np.float32)},
        "conv1_1": {
            "kernel": centre([2, 0, 0], [-1, 0, 0]),
            "bias": np.float32([0, 102]),
        },
        "conv1_2": {"kernel": centre([1, 4]), "bias": np.float32([-10])},
    }
    blue = np.float32([0, 0, 1])
    return params, [np.tile(blue, (1, 2, 3, 1)), np.tile(blue / 5, (1, 1, 2, 1))]


def test_means_worked_out_on_paper():
    found = normalization.means(*on_paper())
    assert list(found) == ["conv1_1", "conv1_2"]
    np.testing.assert_allclose(found["conv1_1"], [408, 12.75], rtol=1e-6)
    np.testing.assert_allclose(found["conv1_2"], [449], rtol=1e-6)
    assert all(array.dtype == np.float64 for array in found.values())


def test_rescaling_worked_out_on_paper():
    scales = {"conv1_1": np.array([408, 12.75]), "conv1_2": np.array([449.0])}
    got = normalization.rescale(on_paper()[0], scales)
    first, second = got["conv1_1"], got["conv1_2"]
    one = centre([2 / 408, 0, 0], [-1 / 12.75, 0, 0])
    np.testing.assert_allclose(first["kernel"], one, rtol=1e-6)
    np.testing.assert_allclose(first["bias"], [0, 8], rtol=1e-6)
    two = centre([408 / 449, 4 * 12.75 / 449])
    np.testing.assert_allclose(second["kernel"], two, rtol=1e-6)
    np.testing.assert_allclose(second["bias"], [-10 / 449], rtol=1e-6)


# The twin network in NumPy, and the mean of all positions of all pictures laid side by side.
def test_parity_of_the_means_with_a_plain_mean():
    got = normalization.means(THIN, PICTURES)
    found = [byhand.features(THIN, x, [relu(layer) for layer in WIDTHS]) for x in PICTURES]
    for layer, width in WIDTHS.items():
        maps = np.concatenate([f[relu(layer)].reshape(-1, width) for f in found])
        assert len(maps) == sum(f[relu(layer)][0, ..., 0].size for f in found)
        close(got[layer], maps.mean(axis=0, dtype=np.float64), rtol=1e-6)


def test_the_means_of_the_rescaled_network_are_1():
    rescaled = normalization.rescale(THIN, normalization.means(THIN, PICTURES))
    for layer, ones in normalization.means(rescaled, iter(PICTURES)).items():
        np.testing.assert_allclose(ones, np.ones(WIDTHS[layer]), rtol=2e-6)


@pytest.mark.parametrize("pooling", ["max", "avg", "l2"])
@pytest.mark.parametrize("size", [(8, 10), (7, 5)])
def test_any_scales_leave_the_network_as_it_was_but_for_them(size, pooling):
    params = thin(np.float64)
    scales = {layer: RNG.uniform(0.1, 10, width) for layer, width in WIDTHS.items()}
    rescaled = normalization.rescale(params, scales)
    x = picture(*size).astype(np.float64)
    plain, other = (byhand.features(p, x, ["pool2"], pooling=pooling) for p in (params, rescaled))
    for layer, scale in scales.items():
        for name in (layer, relu(layer)):
            close(other[name] * scale, plain[name], rtol=1e-12)
    close(other["pool2"] * scales["conv2_2"], plain["pool2"], rtol=1e-12)
    assert plain["pool2"].any()


def test_the_input_and_the_weights_given_are_untouched():
    params = thin()
    before = {layer: {k: v.copy() for k, v in p.items()} for layer, p in params.items()}
    rescaled = normalization.rescale(params, normalization.means(params, PICTURES))
    np.testing.assert_array_equal(rescaled["input"]["mean"], MEAN, strict=True)
    assert rescaled.keys() == params.keys()
    for layer, arrays in before.items():
        for key, array in arrays.items():
            np.testing.assert_array_equal(params[layer][key], array)
            assert rescaled[layer][key].dtype == np.float32
            assert rescaled[layer][key].shape == array.shape


# conv1_1's second filter is 102 - blue: it fires on dark pictures, and these are bright.
def test_a_filter_that_never_fires_keeps_its_own_scale():
    params, _ = on_paper()
    bright, dark = np.ones((1, 4, 3, 3), np.float32), np.zeros((1, 4, 3, 3), np.float32)
    found = normalization.means(params, [bright])
    np.testing.assert_array_equal(found["conv1_1"], [510, 0])
    rescaled = normalization.rescale(params, found)
    np.testing.assert_array_equal(
        rescaled["conv1_1"]["kernel"], centre([2 / 510, 0, 0], [-1, 0, 0])
    )
    np.testing.assert_array_equal(rescaled["conv1_1"]["bias"], [0, 102])
    for x, expected in ((bright, 500), (dark, 4 * 102 - 10)):
        got = maps_of(rescaled, x, ["relu1_2"])["relu1_2"]
        np.testing.assert_allclose(got * found["conv1_2"], expected, rtol=1e-6)


# 0.1 times 255 is no binary fraction: 160 000 such steps in float32 end 1e-5 and more beside it.
def test_the_sum_over_positions_is_taken_in_float64():
    params, _ = on_paper()
    params["conv1_1"]["bias"] = np.float32([0, 255])
    x = np.full((1, 400, 400, 3), 0.1, np.float32)
    at_one = normalization.means(params, [x[:, :1, :1]])
    for layer, mean in normalization.means(params, [x]).items():
        np.testing.assert_allclose(mean, at_one[layer], rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"conv1_1": np.ones(5)}, "one scale for each filter"),
        ({"conv3_1": np.ones(5)}, "one scale for each filter"),
        ({"conv2_2": np.array([1, 1, 1, -1, 1, 1.0])}, "not negative"),
        ({"conv2_2": np.array([1, 1, 1, np.nan, 1, 1])}, "finite"),
        ({"conv2_2": np.array([1, 1, 1, np.inf, 1, 1])}, "finite"),
    ],
)
def test_scales_that_do_not_fit(change, match):
    scales = {layer: np.ones(width) for layer, width in WIDTHS.items()}
    with pytest.raises(InputError, match=match):
        normalization.rescale(THIN, scales | change)


def test_pictures_without_a_mean():
    with pytest.raises(InputError, match="no pictures"):
        normalization.means(THIN, [])
    with pytest.raises(InputError, match="1 x 7 has no position in relu2_1"):
        normalization.means(THIN, [*PICTURES, picture(1, 7)])
    with pytest.raises(
        InputError, match=r"network 'vgg11' .did you mean vgg19... choose from vgg16"
    ):
        normalization.means(THIN, PICTURES, name="vgg11")


@pytest.fixture(scope="module")
def committed():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JNST_WEIGHTS", str(ROOT / "weights"))
        plain, rescaled = store.load(), store.load("vgg19", normalized=True)
        means = store._means(
            ROOT / "weights/vgg19.h5",
            manifest.table(ROOT / "weights")["vgg19.h5"]["sha256"],
            {layer: arrays for layer, arrays in plain.items() if layer != "input"},
        )
    return plain, rescaled, means


@pytest.mark.parametrize(("size", "pooling"), [((48, 64), "max"), ((49, 67), "avg")])
def test_the_committed_network_computes_what_it_did_in_other_units(committed, size, pooling):
    plain, rescaled, means = committed
    x = resizing.cover(files.from_array(chelsea()), *size)
    layers = [*RELUS, "pool5"]
    program = quick(lambda params, x: vgg.features(params, x, layers, pooling=pooling))
    one, other = (program(params, x) for params in (plain, rescaled))
    for layer in layers:
        scale = means["conv5_4" if layer == "pool5" else layer.replace("relu", "conv")]
        assert np.asarray(one[layer]).any()
        close(np.asarray(other[layer]) * scale, np.asarray(one[layer]), rtol=1e-5)
