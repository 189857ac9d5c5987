"""The methods by name."""

import pytest

from jnst.methods.contract import Method
from jnst.transfer.methods import METHODS


@pytest.mark.parametrize("name", METHODS)
def test_each_is_one(name):
    assert isinstance(METHODS[name], Method)


def test_pixels_are_the_only_one_with_many_steps():
    assert [name for name in METHODS if METHODS[name] is METHODS["pixels"]] == ["pixels"]
