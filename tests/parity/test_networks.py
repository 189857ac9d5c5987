"""Every network against Keras's own, on its JAX backend, with weights that Keras itself has saved.

Weights are random, those of batch normalisations too: with means of 0 and variances of 1 nothing
would show whether they are folded right. The picture goes through Keras's own preprocessing, so
that what the first kernel expects is checked as well.
"""

import functools
import itertools
import re
import warnings

import jax
import keras
import numpy as np
import pytest
from helpers import SHARED
from helpers_keras import all_weights_zero
from programs import quick

from jnst.backbones import graph
from jnst.backbones.tables import BACKBONES
from jnst.weights import convert, store

RNG = np.random.default_rng(0)
SQUEEZENET = SHARED / "data/weights" / "squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5"
INCEPTION = SHARED / "data/weights" / "inception_v3_2015_to_mixed_5_f16.npz"
MODE = {
    "resnet50": "caffe",
    "densenet121": "torch",
    "inception_v3": "tf",
    "mobilenet_v2": "tf",
    "squeezenet1_1": "caffe",
}
SIZES = {"even": (32, 48), "odd": (45, 35)}
LARGER = {"even": (76, 80), "odd": (75, 77)}
NUMBERED = (
    r"(conv2d|batch_normalization|activation|(?:max|average)_pooling2d|concatenate)(?:_(\d+))?"
)


def squeezenet(size):
    """SqueezeNet 1.1 under the names of rcmalli's, but for "/", which Keras no longer takes."""
    layers = keras.layers

    def convolve(x, name, relu, channels, size, **options):
        x = layers.Conv2D(channels, size, name=name, **options)(x)
        return layers.Activation("relu", name=relu)(x)

    def fire(x, number, narrow, wide):
        stem = f"fire{number}_"
        x = convolve(x, f"{stem}squeeze1x1", f"{stem}relu_squeeze1x1", narrow, 1)
        one = convolve(x, f"{stem}expand1x1", f"{stem}relu_expand1x1", wide, 1)
        three = f"{stem}expand3x3", f"{stem}relu_expand3x3"
        three = convolve(x, *three, wide, 3, padding="same")
        return layers.Concatenate(name=f"{stem}concat")([one, three])

    picture = layers.Input((*size, 3))
    x = convolve(picture, "conv1", "relu_conv1", 64, 3, strides=2)
    x = layers.MaxPooling2D(3, 2, name="pool1")(x)
    for number, wide in enumerate((64, 64, 128, 128, 192, 192, 256, 256), start=2):
        x = fire(x, number, wide // 4, wide)
        if number in (3, 5):
            x = layers.MaxPooling2D(3, 2, name=f"pool{number}")(x)
    return keras.Model(picture, convolve(x, "conv10", "relu_conv10", 10, 1))  # conv10 classifies


def build(name, size=(None, None)):
    """Make Keras's network."""
    if name == "squeezenet1_1":
        return squeezenet(size)
    if name == "inception_v3":
        keras.Sequential([keras.layers.Conv2D(1, 1), keras.layers.BatchNormalization()])  # numbers
    make = {
        "resnet50": keras.applications.ResNet50,
        "densenet121": keras.applications.DenseNet121,
        "inception_v3": keras.applications.InceptionV3,
        "mobilenet_v2": keras.applications.MobileNetV2,
    }
    return make[name](weights=None, include_top=False, input_shape=(*size, 3))


def draw(variable):
    """Draw a weight: variances and factors around 1, all else around 0.

    Kernels keep the size of a map; larger ones, and MobileNet cuts nearly all off at 6.
    """
    shape = variable.shape
    if len(shape) == 4:
        inputs = np.prod(shape[:2] if "depthwise" in variable.path else shape[:3])
        return RNG.standard_normal(shape, np.float32) * np.float32(np.sqrt(1 / inputs))
    if variable.name in ("gamma", "moving_variance"):
        return RNG.uniform(0.5, 1.5, shape).astype(np.float32)
    return 0.1 * RNG.standard_normal(shape, np.float32)


def layers_by_our_names(model, table):
    """Pair Keras's layers with ours; what it numbers, it numbers on from model to model."""
    theirs, numbered = {}, {}
    for layer in model.layers:
        theirs[layer.name] = layer
        if match := re.fullmatch(NUMBERED, layer.name):
            numbered.setdefault(match[1], []).append((int(match[2] or 0), layer))
    found = {}
    for name in (layer.name for layer in table):
        if match := re.fullmatch(NUMBERED, name):
            ranked = sorted(numbered[match[1]], key=lambda pair: pair[0])
            found[name] = ranked[int(match[2] or 0)][1]
        else:
            found[name] = theirs[name.replace("/", "_")]
    return found


def all_but_the_smallest_are_slow():
    """List each network at each size, and mark those that take long to compile."""
    return [
        pytest.param(*case, marks=[pytest.mark.slow] * (case != ("squeezenet1_1", "odd")))
        for case in itertools.product(MODE, SIZES)
    ]


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Return a function from a name to one from size to Keras's model, and to our weights."""

    @functools.lru_cache(maxsize=1)
    def made(name):
        folder = tmp_path_factory.mktemp(name)
        with pytest.MonkeyPatch.context() as patch, all_weights_zero():
            # Without a size, Keras pads MobileNet as if it were even.
            model = build(name, SIZES["even"] if name == "mobilenet_v2" else (None, None))
            for variable in model.variables:
                variable.assign(draw(variable))
            with warnings.catch_warnings():  # Keras's own, of what NumPy no longer likes
                warnings.simplefilter("ignore", DeprecationWarning)
                model.save(folder / "keras.h5")
            models = {}
            if name == "mobilenet_v2":
                models = {SIZES["even"]: model, SIZES["odd"]: build(name, SIZES["odd"])}
                for ours, theirs in zip(
                    models[SIZES["odd"]].variables, model.variables, strict=True
                ):
                    ours.assign(theirs.value)
            patch.setenv("JNST_WEIGHTS", str(folder))
            assert convert.convert(folder / "keras.h5") == folder / f"{name}.h5"
            return lambda size: models.get(size, model), store.load(name)

    return made


@pytest.mark.parametrize(("name", "size"), all_but_the_smallest_are_slow())
def test_every_layer_agrees(network, name, size, note_error):
    model, params = network(name)
    height, width = (LARGER if name == "inception_v3" else SIZES)[size]
    model, table = model((height, width)), BACKBONES[name].table
    theirs = layers_by_our_names(model, table)
    outputs = keras.Model(model.input, {layer: theirs[layer].output for layer in theirs})
    image = RNG.random((1, height, width, 3), np.float32)
    x = keras.applications.imagenet_utils.preprocess_input(255 * image, mode=MODE[name])

    def run(trained, other, x):
        return outputs.stateless_call(trained, other, x, training=False)[0]

    values = [v.value for v in outputs.trainable_variables]
    others = [v.value for v in outputs.non_trainable_variables]
    expected = quick(run)(values, others, x)
    ours = quick(lambda params, x: graph.features(table, params, x, list(theirs)))(params, image)
    expected, ours = jax.device_get((expected, ours))  # JAX would subtract by a program a shape
    sizes, worst = graph.sizes(table, height, width), 0.0
    for layer, features in expected.items():
        assert ours[layer].shape == features.shape, layer
        assert sizes[layer] == features.shape[1:3], layer
        error = np.abs(ours[layer] - features).max() / np.abs(features).max()
        assert error < 1e-5, f"{layer}: {error:.1e}"
        worst = max(worst, error)
    assert len(expected) == len(table)
    note_error(name, "Keras", len(expected), worst)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    return tmp_path


@pytest.mark.skipif(not SQUEEZENET.exists(), reason="the real file lies beside the repository")
def test_the_real_squeezenet(folder):
    convert.convert(SQUEEZENET)
    params = store.load("squeezenet1_1")
    table = BACKBONES["squeezenet1_1"].table
    assert {k: v["kernel"].shape for k, v in params.items() if k != "input"} == graph.kernels(table)
    np.testing.assert_allclose(params["input"]["mean"].ravel(), [103.939, 116.779, 123.68])
    image = RNG.random((1, 35, 35, 3), np.float32)
    ends = ["relu_conv1", "fire9/concat"]
    found = quick(lambda params, x: graph.features(table, params, x, ends))(params, image)
    assert all(0 < np.mean(map_ > 0) < 1 for map_ in map(np.asarray, found.values()))


@pytest.mark.skipif(not INCEPTION.exists(), reason="the real file lies beside the repository")
def test_the_real_inception_as_far_as_it_goes(folder, note_error):
    convert.convert(INCEPTION)
    params = store.load("inception_v3")
    table = BACKBONES["inception_v3"].table
    there = [layer.name for layer in graph.needed(table, ["mixed5"]) if layer.op == "conv"]
    assert set(params) == {"input", *there}
    with np.load(INCEPTION) as file:
        kernel, bias = file["conv/kernel"].astype(np.float32), file["conv/bias"]
    image = RNG.random((1, 9, 9, 3), np.float32)

    @quick
    def both(params, image):
        expected = jax.lax.conv_general_dilated(
            2 * image - 1, kernel, (2, 2), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        layer = "batch_normalization"
        return graph.features(table, params, image, [layer])[layer], expected

    ours, expected = jax.device_get(both(params, image))
    np.testing.assert_allclose(ours, expected + bias, atol=1e-5 * np.abs(expected).max())
