import typing

from jnst.training.presets import PRESETS, Name


def test_their_names_are_written_down_for_options():
    assert typing.get_args(Name) == tuple(PRESETS)
