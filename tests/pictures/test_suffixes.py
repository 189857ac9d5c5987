from jnst.pictures import files
from jnst.pictures.suffixes import DEEP, WRITTEN


def test_what_is_said_to_be_written_is_written():
    assert (tuple(files.WRITERS), tuple(files.DEEP)) == (WRITTEN, DEEP)
