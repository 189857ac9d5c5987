import pytest
from refusals import check_says, in_a_folder_of_pictures  # noqa: F401

from jnst.commands.options import compare


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("photo.jpg", ""),
        ("a.mp4 --video clip.mp4", ""),
        ("", "name at least one RESULT, as in: jnst compare one.png two.png"),
        ("photo.jpg none.png", "cannot read 'none.png'"),
        ("photo.jpg --style none.jpg", "cannot read 'none.jpg'"),
        ("photo.jpg --tv-weight -1", "tv_weight must be a number of at least 0"),
    ],
)
def test_what_is_said_before_anything_is_read(text, says):
    check_says(compare, text, says)
