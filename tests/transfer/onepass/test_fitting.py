"""Whether a pass fits into memory, as a whole or in tiles."""

import pytest

from jnst.errors import InputError
from jnst.feedforward import trainable
from jnst.feedforward.registry import NETWORKS
from jnst.transfer.onepass.fitting import tile
from jnst.transfer.onepass.network import Loaded
from jnst.transfer.settings import Settings


def sides(name, height, width, **settings):
    return tile(Loaded(NETWORKS[name], {}), Settings(method=name, **settings), height, width)


def test_what_fits_is_painted_as_a_whole(free):
    free(1 << 31)
    assert sides("adain", 1000, 1000) is None
    assert sides("wct", 1500, 1500) is None
    free(0)
    assert sides("ghiasi", 512, 512) is None  # SMALL always fits


def test_what_does_not_fit_is_cut(free):
    free(1 << 31)
    assert sides("multistyle", 4096, 3072) == 1024
    free(15 << 27)
    assert sides("multistyle", 4096, 3072) == 768


@pytest.mark.parametrize(
    ("name", "settings"),
    [("wct", {}), ("ghiasi", {"tile": "off"}), ("ghiasi", {"engine": "byhand"})],
)
def test_what_cannot_be_cut_is_refused_with_what_would_fit(name, settings, free):
    free(1 << 30)
    with pytest.raises(InputError, match=r"needs .* GB, and 0.9 can be used: take size") as refused:
        sides(name, 2000, 3000, **settings)
    largest = int(str(refused.value).split()[-1])
    assert sides(name, 2000 * largest // 3000, largest, **settings) is None


def test_what_does_not_even_fit_in_tiles_is_refused_with_what_would(free):
    free(1 << 30)
    says = r"at 6000 x 6000 pixels method ghiasi needs .* GB, and 0.9 can be used: take size"
    with pytest.raises(InputError, match=says) as refused:
        sides("ghiasi", 6000, 6000)
    largest = int(str(refused.value).split()[-1])
    assert sides("ghiasi", largest, largest)


def test_tiles_of_a_network_that_mirrors_the_picture_are_refused(free):
    network = trainable.network(trainable.Design("johnson-paper", 0.1, ("one",)))
    loaded, settings = Loaded(network, {}, file="paper.npz"), Settings(method="trained")
    asked = Settings(method="trained", tile=64)
    assert tile(loaded, asked, 60, 64) is None
    with pytest.raises(InputError, match=r"^paper\.npz cannot paint in tiles; leave"):
        tile(loaded, asked, 60, 65)
    free(1 << 27)
    with pytest.raises(InputError, match=r"^at 4000 x 4000 pixels paper\.npz needs "):
        tile(loaded, settings, 4000, 4000)


def test_tiles_are_as_large_as_asked_for_where_the_picture_is_larger():
    assert sides("ghiasi", 500, 400, tile=499) == 499
    assert sides("ghiasi", 500, 400, tile=500) is None
