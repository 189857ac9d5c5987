import typing

from keywords import expected

from jnst.training.keywords import Keywords
from jnst.training.settings import Settings


def test_every_setting_is_a_keyword_of_its_type():
    found, wanted = typing.get_type_hints(Keywords), expected(Settings)
    assert [*found] == [*wanted]
    assert found == wanted
    assert not Keywords.__required_keys__
