"""Networks with the weights that their layers need."""

import pytest

from jnst.errors import InputError
from jnst.weights import network, store


def test_the_default_network_is_inception_where_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    assert network.default_backbone() == "vgg19"
    (tmp_path / "inception_v3.h5").touch()
    assert network.default_backbone() == "inception_v3"


def test_weights_that_end_early_say_so(monkeypatch):
    half = {k: v for k, v in store.load("vgg19").items() if not k.startswith(("conv4", "conv5"))}
    monkeypatch.setitem(network.WEIGHTS, "trained", lambda name: half)
    found = network.open_network("vgg19", ["relu3_1"])
    assert set(found.params) == {
        "input",
        *(f"conv{i}" for i in ("1_1", "1_2", "2_1", "2_2", "3_1")),
    }
    with pytest.raises(InputError, match=r"end before relu4_1; the last .* is relu3_4$"):
        network.open_network("vgg19", ["relu4_1"])
