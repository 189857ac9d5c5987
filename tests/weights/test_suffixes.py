from pathlib import Path

from jnst.weights.onepass import READERS
from jnst.weights.suffixes import OTHERS, suffix_of


def test_of_an_archive_that_is_none():
    assert suffix_of(Path("a/Mosaic.PTH.tar")) == ".pth"
    assert suffix_of(Path("mosaic.tar.npz")) == ".npz"


def test_what_is_said_to_be_read_is_read():
    assert tuple(READERS) == OTHERS
    assert len({*READERS.values()}) == 3
