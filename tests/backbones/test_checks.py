"""Names of layers, and the smallest picture that a network sees something of."""

import pytest

from jnst.backbones import graph
from jnst.backbones.checks import check_layers, least_side, too_small
from jnst.backbones.tables import BACKBONES
from jnst.errors import InputError


def test_an_unknown_layer_is_told_its_neighbours():
    check_layers("vgg19", ["conv1_1", "pool5"])
    with pytest.raises(
        InputError, match=r"unknown layer of vgg19 'relu1_3'; the nearest names are relu\d_3,"
    ) as caught:
        check_layers("vgg19", ["conv1_1", "relu1_3"])
    assert "--list layers --backbone vgg19" in str(caught.value)
    with pytest.raises(
        InputError, match=r"unknown backbone 'vgg' \(did you mean vgg19\?\); choose from vgg16"
    ):
        check_layers("vgg", [])


@pytest.mark.parametrize(
    ("name", "layer", "least"),
    [("vgg19", "relu1_1", 1), ("vgg19", "relu5_1", 16), ("inception_v3", "mixed10", 75)],
)
def test_the_least_side_has_a_map_and_one_pixel_less_has_none(name, layer, least):
    assert least_side(name, (layer,)) == least
    sizes = [graph.sizes(BACKBONES[name].table, side, side)[layer] for side in (least - 1, least)]
    assert [min(size) > 0 for size in sizes] == [False, True]


def test_what_is_too_small_names_the_deepest_layer():
    layers = ("relu1_1", "relu5_1")
    assert too_small("vgg19", layers, 16, 99) == ""
    assert too_small("vgg19", layers, 15, 99) == (
        "99 x 15 pixels, but relu5_1 needs at least 16 x 16"
    )
