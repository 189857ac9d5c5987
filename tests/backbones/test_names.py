import typing

from jnst.backbones.names import Backbone
from jnst.backbones.tables import BACKBONES


def test_the_names_are_those_of_the_networks_that_there_are():
    assert set(typing.get_args(Backbone)) == set(BACKBONES)
