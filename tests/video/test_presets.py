import typing

import pytest

from jnst.errors import InputError
from jnst.transfer import presets as pictures
from jnst.transfer.checks import check as check_picture
from jnst.video import presets
from jnst.video.settings import VideoSettings, check


@pytest.mark.parametrize("name", presets.PRESETS)
def test_they_can_be_used_and_say_whose_they_are(name):
    settings, video = presets.preset(name)
    check_picture(settings)
    check(video)
    assert presets.PRESETS[name].__doc__


def test_their_names_are_written_down_for_options():
    assert typing.get_args(presets.Name) == (*presets.PRESETS, *pictures.PRESETS)


# Temporal 1000 on the scale to 255 by content 5: a difference of one level is 1 there, 1/255 here.
def test_the_constants_are_those_that_were_published():
    settings, video = presets.preset("artistic-videos")
    assert settings.content_weight == 5
    assert video.temporal_weight * (1 / 255) ** 2 == pytest.approx(1000)
    assert (settings.steps, video.frame_steps, video.earlier) == ((2000,), 1000, (1,))
    _, several = presets.preset("artistic-videos-multipass")
    assert (several.passes, several.frame_steps) == (15, 100)
    assert several.temporal_weight == pytest.approx(500 * 255**2)


def test_those_for_pictures_are_held_as_by_default():
    assert presets.preset("crowson") == (pictures.preset("crowson"), VideoSettings())
    with pytest.raises(InputError, match="unknown preset 'none'; choose from artistic-videos, "):
        presets.preset("none")
