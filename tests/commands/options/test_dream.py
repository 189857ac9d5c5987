import pytest
from refusals import check_says, in_a_folder_of_pictures  # noqa: F401

from jnst.commands.options import dream


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("photo.jpg --guide other.jpg", ""),
        ("--start noise", ""),
        ("--list layers --frames 0", ""),
        ("--guide other.jpg", "no picture is named to dream upon, as in: jnst dream photo.jpg"),
        ("photo.jpg --octaves 0", "octaves must be a number of at least 1, not 0"),
        ("photo.jpg -o x.gif", "cannot write 'x.gif': unknown suffix '.gif'"),
        ("photo.jpg -o x.gif --frames 2", ""),
        ("none.jpg", "cannot read 'none.jpg'"),
        ("photo.jpg --frames 0", "frames must be a number of at least 1, not 0"),
        ("photo.jpg --backbone vgg18", "--backbone must be vgg19, vgg16"),
    ],
)
def test_what_is_said_before_anything_is_read(text, says):
    check_says(dream, text, says)
