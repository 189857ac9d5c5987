import typing

from keywords import expected

from jnst.transfer.settings import Settings
from jnst.video.keywords import Keywords
from jnst.video.settings import VideoSettings


def test_every_setting_is_a_keyword_of_its_type():
    wanted = expected(Settings, VideoSettings, besides=["method"])
    assert typing.get_type_hints(Keywords) == wanted
    assert not Keywords.__required_keys__
