"""What a network is run with: its weights."""

import pytest

from jnst.errors import InputError
from jnst.transfer.onepass.network import load
from jnst.transfer.settings import Settings


def test_weights_that_are_missing_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("JNST_WEIGHTS", str(tmp_path))
    with pytest.raises(InputError, match=r"weights wct.h5 not found"):
        load(Settings(method="wct"), file=None)
    with pytest.raises(InputError, match=r"cannot read .*none.pth"):
        load(Settings(method="trained"), file=tmp_path / "none.pth")
