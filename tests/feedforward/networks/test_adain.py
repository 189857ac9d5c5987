"""AdaIN: features, what the published network paints, and what is refused."""

import numpy as np
import pytest
from helpers_parts import adain_in_torch
from painters import NETS, ORACLES, here, load, oracles, picture, strength
from programs import quick

from jnst.byhand.feedforward import graph as byhand
from jnst.errors import InputError
from jnst.feedforward import graph
from jnst.feedforward.networks import adain
from jnst.weights import store

TABLE, TORCH = adain.table(), adain.table(torch=True)
FILES = oracles.PUBLISHED["adain"].files
FEATURES, PICTURE = "picture/conv4_1/relu", TABLE[-1].name


def files():
    return [store.load("vgg19"), *(load(NETS / name) for name in FILES)]


@pytest.mark.slow
@here(*FILES)
def test_parity_with_what_the_published_network_paints():
    params, oracle = oracles.PUBLISHED["adain"].read(), load(ORACLES / "adain.npz")
    pictures = {"picture": picture("content.png"), "style": picture("style.png")}
    names = (FEATURES, "mean", "deviation", "adain", PICTURE)
    run = quick(lambda params, given: graph.maps(TABLE, params, given, names))
    found = run(params, pictures | strength(1))
    for name, key in ((FEATURES, "content_features"), ("adain", "mixed")):
        np.testing.assert_allclose(found[name], oracle[key], rtol=0, atol=1e-3)
    whole, halved = (oracles.expected("adain", key) for key in ("out", "out_half"))
    np.testing.assert_allclose(found[PICTURE], whole, rtol=0, atol=1e-3)
    # What is known already is not computed again.
    kept = {name: np.asarray(found[name]) for name in (FEATURES, "mean", "deviation")}
    again = quick(lambda params, given: graph.paint(TABLE, params, given))
    half = again(params, kept | strength(0.5))
    np.testing.assert_allclose(half, halved, rtol=0, atol=1e-3)
    twin, _ = byhand.paint(TABLE, params, kept | strength(0.5))
    np.testing.assert_allclose(twin, half, rtol=0, atol=1e-4)


@pytest.mark.slow
@here(*FILES)
def test_sides_are_rounded_up_to_multiples_of_eight():
    x = picture("content.png")[:, :37, :50]
    given = {"picture": x, "style": picture("style.png")[:, :32, :32]} | strength(1)
    y, _ = byhand.paint(TABLE, adain.read(*files()), given)
    assert y.shape == (1, 40, 56, 3)


@here(*FILES)
def test_the_copy_in_torch_has_the_same_parameters_by_other_names():
    expected, published = adain_in_torch()
    both = {"encoder/": "vgg_normalised.pth", "decoder/": "decoder.pth"}
    tensors = {prefix + k: x for prefix, file in both.items() for k, x in published[file].items()}
    params = adain.read_torch(tensors)
    assert params.keys() == expected.keys()
    for row, kinds in params.items():
        for kind, array in kinds.items():
            np.testing.assert_array_equal(array, expected[row][kind], err_msg=f"{row}/{kind}")
    del tensors["decoder/28.bias"]
    with pytest.raises(InputError, match=r"tensor decoder/28.bias is missing; wanted are \(3,\)"):
        adain.read_torch(tensors)


def test_the_copy_in_torch_divides_variances_by_one_less():
    """And adds ε to those of both: what is known of a style, and what is made of features."""
    rng = np.random.default_rng(0)
    features = {f"{name}/conv4_1/relu": rng.random((1, 2, 3, 512)) for name in ("style", "picture")}
    for table, less, epsilon in ((TABLE, 0, 0.0), (TORCH, 1, 1e-5)):
        found = byhand.maps(table, {}, features, ("mean", "deviation", "adain"))
        x, y = features["picture/conv4_1/relu"], features["style/conv4_1/relu"]
        variance = y.var(axis=(1, 2), ddof=less, keepdims=True)
        np.testing.assert_allclose(found["deviation"], np.sqrt(variance + epsilon), rtol=1e-12)
        own = np.sqrt(x.var(axis=(1, 2), ddof=less, keepdims=True) + 1e-5)
        z = (x - x.mean(axis=(1, 2), keepdims=True)) / own
        np.testing.assert_allclose(found["adain"], z * found["deviation"] + found["mean"])


@here(*FILES)
@pytest.mark.parametrize(
    ("which", "name", "says"),
    [
        (1, "conv3_1.mean", r"tensor conv3_1.mean is missing; wanted are \(256,\)"),
        (1, "conv3_1.bias", r"tensor conv3_1.bias is missing; wanted are \(256,\)"),
        (2, "conv1_2.step", r"tensor conv1_2.step is missing; wanted are \(\)"),
        (2, "conv1_2.index", r"conv1_2.index is missing; wanted are \(3, 3, 64, 64\)"),
    ],
)
def test_a_broken_file_is_refused(which, name, says):
    given = files()
    given[which] = {key: value for key, value in given[which].items() if key != name}
    with pytest.raises(InputError, match=says):
        adain.read(*given)


@here(*FILES)
def test_another_encoder_is_refused():
    _, means, decoder = files()
    with pytest.raises(InputError, match="the tensor input/mean is missing"):
        adain.read({}, means, decoder)
