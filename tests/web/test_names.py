"""Names of given files."""

import pytest

from jnst.errors import InputError
from jnst.web import names


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("cat.png", "cat.png"),
        ("C:\\photos/my cat.mp4", "my cat.mp4"),
        ("a\nb\x00\u202e.gif", "ab.gif"),
        ("../..", "picture"),
        ("x" * 200, "x" * names.LONGEST),
    ],
)
def test_the_last_part_is_shown_without_what_cannot_be_printed(given, expected):
    assert names.label(given) == expected


def test_errors_name_a_file_as_the_user_does(tmp_path):
    path = tmp_path / "original"
    says = r"^cannot read 'my film.mp4': it is damaged$"
    with pytest.raises(InputError, match=says), names.called(path, "my film.mp4"):
        raise InputError(f"cannot read {str(path)!r}: it is damaged")
