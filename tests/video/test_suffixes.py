from jnst.pictures import animation
from jnst.video import encoding
from jnst.video.suffixes import FILMS, MOVING


def test_what_is_said_to_be_written_is_written():
    assert (tuple(encoding.FILMS), tuple(animation.MOVING)) == (FILMS, MOVING)
