import math
import typing

import pytest

from jnst.errors import InputError
from jnst.video.flow import ESTIMATORS
from jnst.video.settings import Flow, VideoSettings, check


def test_what_finds_motion_is_named():
    assert typing.get_args(Flow) == tuple(ESTIMATORS)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"frame_steps": 0}, "frame_steps must be a number of at least 1, not 0"),
        ({"frame_steps": 2.5}, "frame_steps must be a whole number, not 2.5"),
        ({"passes": 0}, "passes must be a number of at least 1, not 0"),
        ({"temporal_weight": -1.0}, "temporal_weight must be a number of at least 0, not -1.0"),
        ({"temporal_weight": math.nan}, "temporal_weight must be a number of at least 0, not nan"),
        ({"hold": 1.5}, "hold must be at most 1, not 1.5"),
        ({"scene": -0.1}, "scene must be a number of at least 0, not -0.1"),
        ({"earlier": ()}, "earlier must be whole numbers that grow, as 1 2 4, not ()"),
        ({"earlier": (2, 1)}, "earlier must be whole numbers that grow, as 1 2 4, not (2, 1)"),
        ({"earlier": (0,)}, "earlier must be a number of at least 1, not 0"),
        ({"earlier": (1, 1000)}, "earlier must be at most 100, not 1000"),
        ({"flow": "farneback"}, "unknown flow 'farneback'; choose from dis, dis-fast, raft"),
    ],
)
def test_what_cannot_be_used_is_named(given, message):
    settings = VideoSettings()
    for name, value in given.items():
        object.__setattr__(settings, name, value)  # past the types that tests insist on
    with pytest.raises(InputError) as error:
        check(settings)
    assert str(error.value) == message


def test_defaults_can_be_used():
    check(VideoSettings())
    check(VideoSettings(earlier=(1, 2, 4)))
