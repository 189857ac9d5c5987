from functools import partial

import jax
import numpy as np
import pytest
from programs import features as maps_of
from programs import quick

from jnst.backbones import vgg
from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError

RNG = np.random.default_rng(0)
MEAN = np.float32([103.939, 116.779, 123.68]).reshape(1, 1, 1, 3)


def thin(*blocks, channels=4):
    """Random weights of the first blocks of VGG19, with few channels."""
    params, width = {"input": {"mean": MEAN}}, 3
    for layer in vgg.LAYERS["vgg19"]:
        if layer.startswith("conv") and int(layer[4]) in blocks:
            kernel = RNG.normal(size=(3, 3, width, channels)).astype(np.float32) / 10
            params[layer] = {"kernel": kernel, "bias": np.zeros(channels, np.float32)}
            width = channels
    return params


def picture(height, width):
    return RNG.random((1, height, width, 3), np.float32)


def test_the_networks_by_name():
    assert list(BACKBONES)[:2] == list(vgg.LAYERS) == ["vgg16", "vgg19"]
    for name, layers in vgg.LAYERS.items():
        assert BACKBONES[name].layers == layers
    features = partial(BACKBONES["vgg19"].features, layers=["relu2_2"], pooling="avg")
    found = jax.eval_shape(features, thin(1, 2), picture(8, 8))
    assert found["relu2_2"].shape == (1, 4, 4, 4)


def test_block_3_has_its_fourth_convolution_in_vgg19_alone():
    params, image = thin(1, 2, 3), picture(8, 8)
    sixteen, nineteen = (
        maps_of(params, image, ["pool3"], name=name)["pool3"] for name in ("vgg16", "vgg19")
    )
    assert not np.allclose(sixteen, nineteen)


def test_preprocessing():
    red = np.float32([1, 0, 0]).reshape(1, 1, 1, 3)
    got = quick(vgg.preprocess)(red, MEAN)
    np.testing.assert_allclose(got.ravel(), [-103.939, -116.779, 255 - 123.68], rtol=1e-6)


def test_exactly_what_was_asked_for_and_nothing_deeper():
    params = thin(1)
    found = maps_of(params, picture(4, 4), ["pool1", "relu1_1"])
    assert found.keys() == {"relu1_1", "pool1"}
    with pytest.raises(KeyError, match="conv2_1"):
        vgg.features(params, picture(4, 4), ["conv2_1"])
    assert vgg.features(params, picture(4, 4), []) == {}


def test_a_name_given_twice_is_found_once():
    assert maps_of(thin(1), picture(4, 4), ["relu1_1", "relu1_1"]).keys() == {"relu1_1"}


def test_conv_is_before_the_rectifier_and_relu_after_it():
    found = jax.device_get(maps_of(thin(1), picture(5, 5), ["conv1_2", "relu1_2"]))
    assert (found["conv1_2"] < 0).any()
    np.testing.assert_array_equal(found["relu1_2"], np.maximum(found["conv1_2"], 0))


@pytest.mark.parametrize(
    ("size", "pooling"), [((32, 32), "max"), ((33, 47), "avg"), ((45, 35), "max")]
)
def test_sizes_are_halved_and_rounded_down(size, pooling):
    layers = ["relu1_1", "pool1", "relu2_1", "pool2", "conv3_4", "pool3"]
    found = maps_of(thin(1, 2, 3), picture(*size), layers, pooling=pooling)
    for layer, features in found.items():
        halvings = int(layer[4]) - (not layer.startswith("pool"))
        assert features.shape == (1, size[0] >> halvings, size[1] >> halvings, 4)
        assert features.dtype == np.float32


def test_pooling_makes_a_difference():
    params, image = thin(1), picture(6, 6)
    largest, mean = (maps_of(params, image, ["pool1"], pooling=p)["pool1"] for p in ("max", "avg"))
    assert (np.asarray(largest) > np.asarray(mean)).any()


def test_jit_gives_the_same():
    params, image = thin(1, 2), picture(9, 7)
    plain = vgg.features(params, image, ["relu1_2", "conv2_1"])
    compiled = jax.jit(lambda p, x: vgg.features(p, x, ["relu1_2", "conv2_1"]))(params, image)
    for layer, features in plain.items():
        np.testing.assert_allclose(compiled[layer], features, atol=1e-4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"layers": ["relu6_1"]},
            "'relu6_1' .did you mean relu5_1... choose from conv1_1, relu1_1",
        ),
        ({"layers": ["conv3_4"], "name": "vgg16"}, "unknown layer of vgg16 'conv3_4'"),
        (
            {"layers": ["pool1"], "name": "vgg11"},
            "network 'vgg11' .did you mean vgg19... choose from vgg16",
        ),
        ({"layers": ["pool1"], "pooling": "min"}, "pooling 'min'; choose from max, avg, l2"),
    ],
)
def test_unknown_names_list_the_choices(options, message):
    with pytest.raises(InputError, match=message):
        vgg.features(thin(1), picture(4, 4), **options)


@pytest.mark.parametrize("name", ["conv2_1", "pool2", "relu5_1"])
def test_no_position_sees_further_than_its_reach(name):
    stride, reach = BACKBONES["vgg19"].geometry[name]
    ones = {"input": {"mean": np.zeros((1, 1, 1, 3), np.float32)}}
    for layer in vgg.LAYERS["vgg19"]:
        if layer.startswith("conv"):
            kernel = np.ones((3, 3, 3 if layer == "conv1_1" else 1, 1), np.float32)
            ones[layer] = {"kernel": kernel / kernel.size, "bias": np.zeros(1, np.float32)}
    size = (2 * (reach // stride) + 5) * stride
    middle = size // stride // 2

    @jax.jit
    @jax.grad
    def slope(image, ones):
        return vgg.features(ones, image, [name], pooling="avg")[name][0, middle, middle, 0]

    _, rows, columns, _ = np.nonzero(slope(np.ones((1, size, size, 3), np.float32), ones))
    for seen in (rows, columns):
        assert seen.min() == middle * stride - reach
        assert seen.max() == (middle + 1) * stride - 1 + reach
