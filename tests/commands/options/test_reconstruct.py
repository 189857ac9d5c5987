import pytest
from refusals import check_says, in_a_folder_of_pictures  # noqa: F401

from jnst.commands.options import reconstruct


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("photo.jpg painting.jpg", ""),
        ("", ""),
        ("photo.jpg", "no painting is named, as in: jnst reconstruct"),
        ("photo.jpg none.jpg", "cannot read 'none.jpg'"),
        ("--size 0", "size must be a number of at least 1, not 0"),
    ],
)
def test_what_is_said_before_anything_is_read(text, says):
    check_says(reconstruct, text, says)
