"""The presets by name."""

import typing

import pytest

from jnst.errors import InputError
from jnst.transfer.checks import check
from jnst.transfer.presets import PRESETS, Name, preset, summary
from jnst.transfer.settings import Settings


def test_their_names_are_written_down_for_options():
    assert typing.get_args(Name) == tuple(PRESETS)


def test_the_default_is_the_default():
    assert preset("default") == Settings()


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_used_and_says_where_it_comes_from(name):
    check(preset(name))
    assert 20 < len(summary(PRESETS[name])) < 100


def test_another_name_lists_them():
    with pytest.raises(
        InputError,
        match=r"unknown preset 'gatys' \(did you mean gatys201\d\?\); choose from default",
    ):
        preset("gatys")
