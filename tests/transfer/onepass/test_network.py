"""What a network is run with: its weights, and by which engine."""

from unittest import mock

import numpy as np
import pytest

from jnst.errors import InputError
from jnst.feedforward.layers import Input, Pool
from jnst.feedforward.registry import Network
from jnst.transfer.onepass import network as module
from jnst.transfer.onepass.network import Loaded, load, run
from jnst.transfer.settings import Settings
from jnst.transfer.targets import TargetCache


def test_by_hand_nothing_is_compiled_and_a_program_is_for_one_small_picture_or_for_others():
    table = (Input("picture", 3), Pool("x", ("picture",)), Pool("y", ("x",)))
    given = {"picture": np.ones((1, 4, 4, 3), np.float32)}
    one = Loaded(Network(table, 4, "", None), {})
    many = one._replace(known=TargetCache())
    with mock.patch.object(module, "program", return_value=lambda *given: {}) as program:
        assert run(one, Settings(engine="byhand"), given, ("y",)).keys() == {"y"}
        assert not program.called
        for loaded, quick in ((one, True), (many, False)):
            run(loaded, Settings(engine="jax"), given, ("y",))
            program.assert_called_with(table, ("y",), quick=quick)
        with mock.patch.object(module, "QUICKLY", 15):
            run(one, Settings(engine="jax"), given, ("y",))
        program.assert_called_with(table, ("y",), quick=False)


def test_weights_that_are_missing_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    with pytest.raises(InputError, match=r"weights wct.h5 not found"):
        load(Settings(method="wct"), file=None)
    with pytest.raises(InputError, match=r"cannot read .*none.pth"):
        load(Settings(method="trained"), file=tmp_path / "none.pth")
