import pytest
from refusals import check_says, in_a_folder_of_pictures  # noqa: F401

from jnst.commands.options import sweep


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("photo.jpg painting.jpg --vary seed=1,2", ""),
        ("--vary seed=1,2", ""),
        ("photo.jpg painting.jpg", "give at least one --vary"),
        ("photo.jpg --vary seed=1,2", "no painting is named, as in: jnst sweep"),
        ("none.jpg painting.jpg --vary seed=1,2", "cannot read 'none.jpg'"),
        ("--vary seed=1 --steps 0", "steps[0] must be a number of at least 1, not 0"),
    ],
)
def test_what_is_said_before_anything_is_read(text, says):
    check_says(sweep, text, says)
