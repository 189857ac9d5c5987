"""Whitening and colouring, level by level: what published networks paint, and sizes."""

import numpy as np
import pytest
from painters import NETS, check_oracle, here, load, oracles, random_params, strength

from jnst.byhand.feedforward import graph as byhand
from jnst.errors import InputError
from jnst.feedforward import parameters
from jnst.feedforward.networks import wct

FILES = {"whole": "wct_levels123_f16.npz", "sixteenth": "wct16x_f16.npz"}


@pytest.mark.slow
@here(FILES["whole"])
@pytest.mark.parametrize("key", oracles.PUBLISHED["wct-whole"].pictures)
def test_parity_with_what_the_published_network_paints(key):
    check_oracle("wct-whole", key, most=1e-2, engines=("jax",))


@pytest.mark.slow
@here(FILES["sixteenth"])
@pytest.mark.parametrize("key", oracles.PUBLISHED["wct"].pictures)
def test_parity_with_what_the_published_sixteenth_paints(key):
    """In float32, though at level 5 there are fewer positions than channels."""
    check_oracle("wct", key, most=1e-3)


@pytest.mark.slow
@here(FILES["whole"])
def test_by_hand_it_paints_the_same():
    check_oracle("wct-whole", "out2", most=1e-3, engines=("byhand",))


def test_sides_are_rounded_down_to_multiples_of_what_the_encoder_pools():
    rng = np.random.default_rng(0)
    for levels, sides in (((1,), (37, 50)), ((3, 2, 1), (36, 48)), ((5,), (32, 48))):
        table = wct.table("sixteenth", levels)
        params = random_params(rng, table, np.float32)
        pictures = {name: rng.random((1, 37, 50, 3), np.float32) for name in ("picture", "style")}
        y, _ = byhand.paint(table, params, pictures | strength(0.6))
        assert y.shape == (1, *sides, 3)


def test_what_was_not_published_is_refused():
    with pytest.raises(InputError, match="unknown level '4'; choose from 1, 2, 3"):
        wct.table("whole", (4,))
    with pytest.raises(InputError, match="unknown network 'half'; choose from whole, sixteenth"):
        wct.table("half", (1,))


def test_one_network_has_an_encoder_for_all_levels_the_other_one_for_each():
    whole = {row.split("/")[0] for row in parameters.shapes(wct.table("whole", (3, 2, 1)))}
    assert whole == {"encoder", "decoder1", "decoder2", "decoder3"}
    slim = {row.split("/")[0] for row in parameters.shapes(wct.table("sixteenth", (2, 1)))}
    assert slim == {"encoder1", "encoder2", "decoder1", "decoder2"}


@here(*FILES.values())
@pytest.mark.parametrize(
    ("kind", "name", "says"),
    [
        ("whole", "decoder3.12.weight", r"decoder3.12.weight is missing; .*\(64, 64, 3, 3\)"),
        ("sixteenth", "encoder5.conv0.bias", r"encoder5.conv0.bias is missing; .*\(3,\)"),
    ],
)
def test_a_broken_file_is_refused(kind, name, says):
    tensors = load(NETS / FILES[kind])
    del tensors[name]
    with pytest.raises(InputError, match=says):
        wct.read(kind, (3,) if kind == "whole" else (5,), tensors)
