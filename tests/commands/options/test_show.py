import pytest
from refusals import check_says, in_a_folder_of_pictures  # noqa: F401

from jnst.commands.options import show


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("photo.jpg", ""),
        ("", "name a picture that jnst made, as in: jnst show result.png"),
        ("none.png", "cannot read 'none.png'"),
        ("photo.jpg other.jpg", "'other.jpg' is one word too many: jnst show PICTURE"),
    ],
)
def test_a_picture_is_needed(text, says):
    check_says(show, text, says)
