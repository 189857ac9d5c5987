"""What a network is run with, and the memory that a pass is taken to need."""

from unittest import mock

import numpy as np
import pytest

from jnst.errors import InputError
from jnst.feedforward.layers import Bilinear, Conv, Input, Norm, Pool, Transposed, Upsample
from jnst.feedforward.registry import NETWORKS, Network
from jnst.transfer.onepass import network as module
from jnst.transfer.onepass.network import Loaded, check_memory, largest_map, load, run
from jnst.transfer.settings import Settings
from jnst.transfer.targets import TargetCache


@pytest.mark.parametrize(
    ("name", "count"),
    [("multistyle", 32), ("ghiasi", 16), ("adain", 64), ("wct", 24), ("johnson", 64)],
)
def test_the_largest_map_is_one_of_the_full_size(name, count):
    assert largest_map(NETWORKS[name]) == count


@pytest.mark.parametrize("larger", [Upsample("y", ("x",)), Bilinear("y", ("x",))])
def test_what_is_enlarged_counts_in_its_new_size(larger):
    table = (Input("picture", 3), Conv("x", ("picture",), 16, 3, stride=2), larger)
    assert largest_map(Network(table, 2, "", None)) == 16


def test_what_is_pooled_counts_in_its_new_size_and_a_style_not_at_all():
    style = (Input("style", 3), Conv("known", ("style",), 64, 3))
    rows = (Input("picture", 3), Pool("x", ("picture",)), Conv("y", ("x",), 64, 3))
    table = (*style, *rows, Norm("z", ("y", "known", "known"), "given"))
    assert largest_map(Network(table, 2, "", None, ("known",))) == 16
    table = (Input("picture", 3), Transposed("y", ("picture",), 4, 3, stride=2))
    assert largest_map(Network(table, 2, "", None)) == 16


def test_by_hand_nothing_is_compiled_and_a_program_is_for_one_picture_or_for_many():
    table = (Input("picture", 3), Pool("x", ("picture",)), Pool("y", ("x",)))
    given = {"picture": np.ones((1, 4, 4, 3), np.float32)}
    one, many = Loaded("adain", {}), Loaded("adain", {}, TargetCache())
    with (
        mock.patch.dict(NETWORKS, adain=Network(table, 4, "", None)),
        mock.patch.object(module, "program", return_value=lambda params, given: {}) as program,
    ):
        assert run(one, Settings(engine="byhand"), given, ("y",)).keys() == {"y"}
        assert not program.called
        for loaded, quick in ((one, True), (many, False)):
            run(loaded, Settings(engine="jax"), given, ("y",))
            program.assert_called_with("adain", ("y",), quick=quick)


def test_what_does_not_fit_is_refused_with_what_would(free):
    network = NETWORKS["adain"]
    free(1 << 31)
    check_memory(network, "adain", 1000, 1000)
    says = r"at 3000 x 2000 pixels method adain needs 6.1 GB, and 1.7 can be used: take size 1586"
    with pytest.raises(InputError, match=says):
        check_memory(network, "adain", 2000, 3000)
    check_memory(network, "adain", 1057, 1586)
    free(0)
    check_memory(network, "adain", 64, 64)  # so little there always is


def test_weights_that_are_missing_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    with pytest.raises(InputError, match=r"weights wct.h5 not found"):
        load(Settings(method="wct"), file=None)
    with pytest.raises(InputError, match=r"cannot read .*none.pth"):
        load(Settings(method="trained"), file=tmp_path / "none.pth")
