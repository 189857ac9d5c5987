"""What a network is run with, and the memory that a pass is taken to need."""

import pytest

from jnst.errors import InputError
from jnst.feedforward.layers import Bilinear, Conv, Input, Upsample
from jnst.feedforward.registry import NETWORKS, Network
from jnst.transfer.onepass.network import check_memory, largest_map, load
from jnst.transfer.settings import Settings


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("multistyle", 32),
        ("ghiasi", 16),
        ("adain", 64),
        ("wct", 24),
        ("johnson", 64),
        ("microast", 32),
    ],
)
def test_the_largest_map_is_one_of_the_full_size(name, count):
    assert largest_map(NETWORKS[name]) == count


@pytest.mark.parametrize("larger", [Upsample("y", ("x",)), Bilinear("y", ("x",))])
def test_what_is_enlarged_counts_in_its_new_size(larger):
    table = (Input("picture", 3), Conv("x", ("picture",), 16, 3, stride=2), larger)
    assert largest_map(Network(table, 2, "", None)) == 16


def test_what_does_not_fit_is_refused_with_what_would(free):
    network = NETWORKS["adain"]
    free(1 << 31)
    check_memory(network, "adain", 1000, 1000)
    says = r"at 3000 x 2000 pixels method adain needs 6.1 GB, and 1.7 can be used: take size 1586"
    with pytest.raises(InputError, match=says):
        check_memory(network, "adain", 2000, 3000)
    check_memory(network, "adain", 1057, 1586)


def test_weights_that_are_missing_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    with pytest.raises(InputError, match=r"weights wct.h5 not found"):
        load(Settings(method="wct"), file=None)
    with pytest.raises(InputError, match=r"cannot read .*none.pth"):
        load(Settings(method="trained"), file=tmp_path / "none.pth")
