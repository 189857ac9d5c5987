"""AdaIN: features, what the published network paints, and what is refused."""

import numpy as np
import pytest
from painters import NETS, ORACLES, here, load, picture
from programs import quick

from jnst.byhand.feedforward import graph as byhand
from jnst.errors import InputError
from jnst.feedforward import graph
from jnst.feedforward.networks import adain
from jnst.weights import store

TABLE = adain.table()
FILES = ("vgg19_normalised_means.npz", "adain_decoder_q8.npz")
FEATURES, PICTURE = "picture/conv4_1/relu", TABLE[-1].name


def files():
    return [store.load("vgg19"), *(load(NETS / name) for name in FILES)]


def strength(alpha):
    return {"strength": np.full((1, 1, 1, 1), alpha, np.float32)}


@pytest.mark.slow
@here(*FILES)
def test_parity_with_what_the_published_network_paints():
    params, oracle = adain.read(*files()), load(ORACLES / "adain.npz")
    pictures = {"picture": picture("content.png"), "style": picture("style.png")}
    names = (FEATURES, "mean", "deviation", "adain", PICTURE)
    whole = quick(lambda params, given: graph.maps(TABLE, params, given, names))
    found = whole(params, pictures | strength(1))
    for name, key in ((FEATURES, "content_features"), ("adain", "mixed")):
        np.testing.assert_allclose(found[name], oracle[key], rtol=0, atol=1e-3)
    np.testing.assert_allclose(found[PICTURE], oracle["out"] / 255, rtol=0, atol=1e-3)
    # What is known already is not computed again.
    kept = {name: np.asarray(found[name]) for name in (FEATURES, "mean", "deviation")}
    again = quick(lambda params, given: graph.paint(TABLE, params, given))
    half = again(params, kept | strength(0.5))
    np.testing.assert_allclose(half, oracle["out_half"] / 255, rtol=0, atol=1e-3)
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
