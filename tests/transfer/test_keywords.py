import typing

from keywords import expected

from jnst.transfer.keywords import Keywords, Quality
from jnst.transfer.quality import QUALITY
from jnst.transfer.settings import Settings


def test_every_setting_is_a_keyword_of_its_type():
    found, wanted = typing.get_type_hints(Keywords), expected(Settings, besides=["method"])
    assert [*found] == [*wanted]
    assert found == wanted
    assert not Keywords.__required_keys__


def test_qualities():
    assert set(typing.get_args(Quality)) == set(QUALITY)
