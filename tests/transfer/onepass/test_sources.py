"""What a style is given by: paintings, a network, or nothing."""

from pathlib import Path

import numpy as np
import pytest

from jnst.errors import InputError
from jnst.transfer.onepass.sources import is_network, network_and_paintings, with_styles
from jnst.transfer.settings import Settings

PAINTING = np.zeros((8, 8, 3), np.uint8)


def test_a_network_is_known_by_its_suffix():
    assert is_network("mosaic.pth")
    assert is_network(Path("a/MOSAIC.PTH"))
    assert is_network("mosaic.pth.tar")
    assert not is_network("mosaic.tar")
    assert not is_network("mosaic.png")
    assert not is_network(PAINTING)


def test_it_decides_the_method():
    assert with_styles(Settings(size=9), ["a.npz"]) == Settings(size=9, method="trained")
    assert with_styles(Settings(), ["a.png", "b.npz"]).method == "trained"  # which refuses them
    assert with_styles(Settings(), ["a.png", PAINTING]) == Settings()
    with pytest.raises(InputError, match="takes the place of the painting, and method adain has"):
        with_styles(Settings(method="adain"), ["a.npz"])


def test_paintings_and_networks_are_told_apart():
    assert network_and_paintings([PAINTING], Settings()) == (None, [PAINTING])
    assert network_and_paintings(["a.pth"], Settings(method="trained")) == (Path("a.pth"), ())
    several = Settings(method="multistyle", style_number=(1,))
    assert network_and_paintings([], several) == (None, [])


@pytest.mark.parametrize(
    ("method", "styles", "says"),
    [
        ("trained", [], "method trained needs a network, a file ending in .jnst, .npz, "),
        ("trained", ["a.pth", "b.pth"], "one trained network paints a picture, not a.pth and b.pt"),
        ("trained", ["a.png"], "method trained needs a network"),
        ("multistyle", ["a.png"], "method multistyle has styles of its own; leave out the paint"),
        ("ghiasi", [], "give at least one style picture"),
        ("pixels", [], "give at least one style picture"),
    ],
)
def test_others_than_the_method_wants_are_refused(method, styles, says):
    with pytest.raises(InputError, match=says):
        network_and_paintings(styles, Settings(method=method, style_number=()))
