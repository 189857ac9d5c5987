"""MicroAST: what the published network paints, sizes, and what is refused."""

import numpy as np
import pytest
from gradcheck import check
from painters import check_oracle, here, oracles, program, random_given, random_params, strength

from jnst.byhand.feedforward import graph as byhand
from jnst.errors import InputError
from jnst.feedforward import graph, parameters
from jnst.feedforward.layers import Input
from jnst.feedforward.networks import microast

TABLE = microast.table()
FILES = oracles.PUBLISHED["microast"].files


@here(*FILES)
def test_parity_with_what_the_published_network_paints():
    check_oracle("microast", most=1e-4)


def test_what_is_known_of_a_style_is_enough():
    rng = np.random.default_rng(0)
    params = random_params(rng, TABLE, np.float32)
    given = random_given(rng, TABLE, (8, 8), np.float32) | strength(0.5)
    y, found = byhand.paint(TABLE, params, given)
    kept = {name: found[name] for name in ("picture", "strength", *microast.KNOWN)}
    again, _ = byhand.paint(TABLE, params, kept)
    np.testing.assert_array_equal(again, y)
    inputs = {row.name for row in graph.needed(TABLE, {TABLE[-1].name}, kept)}
    assert "style" not in inputs
    for name in microast.KNOWN:  # and each of them is needed
        less = {key: value for key, value in kept.items() if key != name}
        assert Input("style", 3) in graph.needed(TABLE, {TABLE[-1].name}, less)


def test_strength_0_keeps_the_moments_of_the_features_and_the_filters_modulated():
    rng = np.random.default_rng(0)
    params = random_params(rng, TABLE, np.float32)
    given = random_given(rng, TABLE, (8, 8), np.float32) | strength(0)
    _, found = byhand.paint(TABLE, params, given)
    np.testing.assert_array_equal(found["decoder/dec1/mixed"], found["content_encoder/enc2.0"])
    x, y = found["decoder/dec1/mixed"], found["decoder/dec1.conv1/modulated"]
    conv = found["decoder/dec1.conv1"]
    np.testing.assert_allclose(y, found["weight2"] * conv + found["bias2"] * x, rtol=1e-6)


def test_grad_by_hand_of_the_whole_network():
    """In what it is given, and in parameters of each part."""
    rng = np.random.default_rng(0)
    params, given = random_params(rng, TABLE), random_given(rng, TABLE, (8, 8))
    given["strength"] = np.full((1, 1, 1, 1), 0.6)
    y, found = byhand.paint(TABLE, params, given)
    dy = rng.normal(size=y.shape)
    dx, dp = byhand.backward(TABLE, params, found, {TABLE[-1].name: dy}, tuple(given))
    for name, value in given.items():

        def energy(value, name=name):
            return np.sum(dy * byhand.paint(TABLE, params, {**given, name: value})[0])

        check(energy, value, dx[name], name=name)
    for row in ("content_encoder/enc1.2", "style_encoder/enc2.0.conv1", "modulator/bias2.0"):

        def energy(kernel, row=row):
            mine = {**params, row: {**params[row], "kernel": kernel}}
            return np.sum(dy * byhand.paint(TABLE, mine, given)[0])

        check(energy, params[row]["kernel"], dp[row]["kernel"], name=row)


def test_sides_are_rounded_up_to_multiples_of_four():
    rng = np.random.default_rng(0)
    params = random_params(rng, TABLE, np.float32)
    pictures = {name: rng.random((1, 37, 50, 3), np.float32) for name in ("picture", "style")}
    y = program(TABLE)(params, pictures | strength(1))
    assert y.shape == (1, 40, 52, 3)


@here(*FILES)
def test_every_number_of_the_files_has_a_place():
    sizes = parameters.shapes(TABLE)
    count = sum(np.prod(shape) for kinds in sizes.values() for shape in kinds.values())
    assert count == sum(array.size for array in oracles.microast_tensors().values())


@here(*FILES)
@pytest.mark.parametrize("name", ["decoder/dec3.6.conv_layer.weight", "modulator/weight1.0.conv_l"])
def test_a_broken_file_is_refused(name):
    published = oracles.microast_tensors()
    less = {key: array for key, array in published.items() if not key.startswith(name)}
    with pytest.raises(InputError, match=rf"tensor {name}\S* is missing; wanted are \("):
        microast.read(less)
